"""Every scenario that can run, in the deployed organization, with the command that people type."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from baseline.cli.gameday import gameday_app
from baseline.gameday.evidence import digest
from tests.e2e.organization import Organization
from tests.e2e.rehearsal import CANARY

EMULATED = {
    "break-glass",
    "canary-key",
    "guardduty-samples",
    "open-port",
    "public-bucket",
    "trail-stopped",
}


def run(organization: Organization, journal: Path, *arguments: str) -> tuple[int, Any]:
    options = ["--config", str(organization.session.file), "--journal", str(journal), "--json"]
    options += ["--endpoint", organization.access.endpoint, "--account", "payments-test"]
    done = CliRunner().invoke(gameday_app, ["run", *arguments, *options])
    assert done.stdout, done.output
    return done.exit_code, json.loads(done.stdout)


@pytest.fixture(scope="module")
def played(
    organization: Organization, tmp_path_factory: pytest.TempPathFactory
) -> tuple[int, Any, Path]:
    journal = tmp_path_factory.mktemp("journal")
    code, record = run(organization, journal)
    return code, record, journal


def test_everything_arrives(played: tuple[int, Any, Path]) -> None:
    code, record, _ = played

    missing = [
        (one["scenario"], one["problem"], row)
        for one in record["scenarios"]
        for row in one["rows"]
        if row["verdict"] != "arrived"
    ]
    # What the block of public access of a bucket refuses is not enforced here.
    assert [(name, row["verdict"]) for name, _, row in missing] == [
        ("public-bucket", "not emulated")
    ], missing
    assert code == 0
    assert {one["scenario"] for one in record["scenarios"]} == EMULATED


def test_nothing_is_left_behind(organization: Organization, played: tuple[int, Any, Path]) -> None:
    _, record, journal = played
    run_name = record["run"]
    member = organization.session.configuration.members["payments-test"].id
    assert member

    assert list(journal.glob("*.json")) == []
    ec2 = organization.client("ec2", member)
    tagged = [{"Name": "tag:GameDay", "Values": [run_name]}]
    assert ec2.describe_security_groups(Filters=tagged)["SecurityGroups"] == []
    buckets = organization.client("s3", member).list_buckets()["Buckets"]
    assert not [one for one in buckets if run_name in one["Name"]]
    guardduty = organization.client("guardduty", organization.names.security)
    detector = guardduty.list_detectors()["DetectorIds"][0]
    left = {"Criterion": {"service.archived": {"Equals": ["false"]}}}
    listed = guardduty.list_findings(DetectorId=detector, FindingCriteria=left)
    assert listed["FindingIds"] == []


def test_the_record_lies_locked_in_the_evidence_bucket(
    organization: Organization, played: tuple[int, Any, Path]
) -> None:
    _, record, _ = played
    security = organization.names.security
    stacks = organization.client("cloudformation", security).describe_stacks(
        StackName=organization.names.response_stack
    )
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stacks["Stacks"][0]["Outputs"]}
    s3 = organization.client("s3", security)
    key = f"gamedays/{record['run']}.json"

    body = json.loads(s3.get_object(Bucket=outputs["EvidenceBucket"], Key=key)["Body"].read())

    assert body == record
    assert body["sha256"] == digest(body)
    lock = s3.get_object_lock_configuration(Bucket=outputs["EvidenceBucket"])
    rule = lock["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert rule["Mode"] == "COMPLIANCE"


def test_a_canary_that_only_reads_is_heard_and_has_no_key(
    organization: Organization, played: tuple[int, Any, Path]
) -> None:
    _, record, _ = played
    (canary,) = [one for one in record["scenarios"] if one["scenario"] == "canary-key"]
    assert [row["verdict"] for row in canary["rows"]] == ["arrived"]
    iam = organization.client("iam", organization.names.security)
    boundary = iam.get_user(UserName=CANARY)["User"]["PermissionsBoundary"]
    assert boundary["PermissionsBoundaryArn"] == "arn:aws:iam::aws:policy/AWSDenyAll"
    assert iam.list_access_keys(UserName=CANARY)["AccessKeyMetadata"] == []
