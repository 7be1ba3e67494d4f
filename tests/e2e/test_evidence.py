"""The scheduled collection where it is deployed: a deployment starts it, and its package is whole."""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

from baseline.evidence.verification import verify
from tests.e2e.organization import Organization

SECONDS = 120
PREFIX = "compliance/scheduled/"


def packages(s3: Any) -> dict[str, str]:
    """Give the bucket of each manifest."""
    found = {}
    for bucket in s3.list_buckets()["Buckets"]:
        listed = s3.list_objects_v2(Bucket=bucket["Name"], Prefix=PREFIX)
        for item in listed.get("Contents", []):
            if item["Key"].endswith("/manifest.json"):
                found[item["Key"]] = bucket["Name"]
    return found


def test_a_deployment_starts_a_collection_whose_package_is_whole(
    organization: Organization, tmp_path: Any
) -> None:
    names = organization.names
    s3 = organization.client("s3", names.security)
    deadline = time.monotonic() + SECONDS
    while not (found := packages(s3)) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert found, "the deployment started no collection"
    key, bucket = min(found.items())

    folder = key.removesuffix("manifest.json")
    for item in s3.list_objects_v2(Bucket=bucket, Prefix=folder)["Contents"]:
        file = tmp_path / item["Key"].removeprefix(folder)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read())
    verdict = verify(tmp_path)
    assert verdict.whole
    manifest = verdict.manifest
    assert manifest["account"] == names.security
    assert names.evidence_role in manifest["collected_by"]
    items = {each["path"] or each["source"]: each for each in manifest["items"]}
    assert items["config/rules.jsonl"]["status"] == "empty"
    assert items["security-hub/findings.jsonl"]["status"] in {"collected", "empty"}
    # The embedded AWS has no AWS Artifact, which stops nothing else.
    assert items["artifact/reports.jsonl"]["missing"]
    body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    assert hashlib.sha256(body).hexdigest() == verdict.digest
    lock = s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
    assert lock["Rule"]["DefaultRetention"]["Mode"] == "COMPLIANCE"


def test_a_second_visit_keeps_the_package_of_the_period(organization: Organization) -> None:
    functions = organization.client("lambda", organization.names.security)
    pages = functions.get_paginator("list_functions").paginate()
    (name,) = [
        each["FunctionName"]
        for page in pages
        for each in page["Functions"]
        if each["Description"] == "Collects evidence of compliance"
    ]
    s3 = organization.client("s3", organization.names.security)
    assert packages(s3)
    answer = functions.invoke(FunctionName=name, Payload=b"{}")
    assert "FunctionError" not in answer
    assert json.loads(answer["Payload"].read())["state"] == "kept"
