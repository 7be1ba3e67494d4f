"""The scheduled collection where it is deployed: a visit writes a package, and it is whole."""

from __future__ import annotations

import json
from typing import Any

from baseline.evidence.verification import verify
from tests.e2e.organization import Organization

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


def visit(organization: Organization) -> dict[str, Any]:
    """Invoke the collection as the schedule does, and give what it answers."""
    functions = organization.client("lambda", organization.names.security)
    pages = functions.get_paginator("list_functions").paginate()
    (name,) = [
        each["FunctionName"]
        for page in pages
        for each in page["Functions"]
        if each["Description"] == "Collects evidence of compliance"
    ]
    answer = functions.invoke(FunctionName=name, Payload=b'{"trigger": "schedule"}')
    text = answer["Payload"].read()
    assert "FunctionError" not in answer, text
    found: dict[str, Any] = json.loads(text)
    return found


def test_a_visit_collects_a_package_that_is_whole_and_the_next_one_keeps_it(
    organization: Organization, tmp_path: Any
) -> None:
    names = organization.names
    s3 = organization.client("s3", names.security)
    done = visit(organization)
    ((key, bucket),) = packages(s3).items()

    folder = key.removesuffix("manifest.json")
    for item in s3.list_objects_v2(Bucket=bucket, Prefix=folder)["Contents"]:
        file = tmp_path / item["Key"].removeprefix(folder)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read())
    verdict = verify(tmp_path)
    assert verdict.whole
    assert verdict.digest == done.get("sha256", verdict.digest)
    manifest = verdict.manifest
    assert manifest["account"] == names.security
    assert names.evidence_role in manifest["collected_by"]
    items = {each["path"] or each["source"]: each for each in manifest["items"]}
    assert items["config/rules.jsonl"]["status"] == "empty"
    assert items["security-hub/findings.jsonl"]["status"] in {"collected", "empty"}
    # The embedded AWS has no AWS Artifact, which stops nothing else.
    assert items["artifact/reports.jsonl"]["missing"]
    lock = s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
    assert lock["Rule"]["DefaultRetention"]["Mode"] == "COMPLIANCE"

    again = visit(organization)
    assert (again["state"], again["manifest"]) == ("kept", key)
    assert len(packages(s3)) == 1
