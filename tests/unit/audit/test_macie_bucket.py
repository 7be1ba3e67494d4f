"""The bucket of Macie's results: only where it is wanted, for one account, Region and key."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from baseline.audit.log_archive import LogArchive
from baseline.audit.log_protection import KEY_HEADER
from baseline.config import Configuration, Names
from tests.unit.audit.conftest import new_app
from tests.unit.audit.resource_policy import bucket_policy

NAME = "secbase-macie-222222222222-eu-west-1"
ARN = f"arn:aws:s3:::{NAME}"
MACIE = "macie.amazonaws.com"
EXPORT = "arn:aws:macie2:eu-central-1:333333333333:export-configuration:*"
OURS = {"aws:SourceAccount": "333333333333", "aws:SourceArn": EXPORT.replace("*", "1")}
KEY = {KEY_HEADER: "arn:aws:kms:eu-west-1:333333333333:key/1"}


@pytest.fixture(scope="module")
def archive(configuration: Configuration, names: Names) -> dict[str, Any]:
    env = cdk.Environment(account=names.log_archive, region=names.home_region)
    stack = cdk.Stack(new_app(), "Stack", env=env)
    LogArchive(
        stack,
        "LogArchive",
        names=names,
        settings=configuration.log_archive,
        break_glass_role=configuration.break_glass.role,
        macie_regions=configuration.regions,
    )
    return dict(Template.from_stack(stack).to_json())


@pytest.mark.parametrize(
    ("keys", "verdict"),
    [
        ({**OURS, **KEY}, "allowed"),
        (OURS, "denied by DenyOtherKeys"),
        (
            {**OURS, KEY_HEADER: "arn:aws:kms:eu-west-1:666666666666:key/1"},
            "denied by DenyOtherKeys",
        ),
        ({**OURS, **KEY, "aws:SourceAccount": "666666666666"}, "silent"),
        ({**OURS, **KEY, "aws:SourceArn": EXPORT.replace("eu-central", "us-east")}, "silent"),
    ],
)
def test_macie_of_the_security_account_writes_under_its_key(
    archive: dict[str, Any], keys: dict[str, str], verdict: str
) -> None:
    bucket = bucket_policy(archive, NAME)
    result = f"{ARN}/eu-central-1/AWSLogs/333333333333/Macie/result.jsonl.gz"
    assert bucket.verdict(MACIE, "s3:PutObject", result, keys) == verdict
    location = bucket.verdict(MACIE, "s3:GetBucketLocation", ARN, keys)
    assert location == ("silent" if verdict == "silent" else "allowed")


def test_nobody_deletes_results_but_the_audit_reader_reads_them(archive: dict[str, Any]) -> None:
    bucket = bucket_policy(archive, NAME)
    administrator = "arn:aws:iam::222222222222:role/Administrator"
    reader = "arn:aws:iam::333333333333:role/secbase-audit-reader"
    assert bucket.verdict(administrator, "s3:DeleteObjectVersion", f"{ARN}/x").startswith("denied")
    assert bucket.verdict(reader, "s3:GetObject", f"{ARN}/x") == "allowed"


def test_s3_9_access_to_the_results_is_recorded(archive: dict[str, Any]) -> None:
    (bucket,) = (
        row["Properties"]
        for row in archive["Resources"].values()
        if row["Type"] == "AWS::S3::Bucket" and row["Properties"].get("BucketName") == NAME
    )
    assert bucket["LoggingConfiguration"]["LogFilePrefix"] == f"{NAME}/"
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    rule = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"


def test_without_macie_there_is_no_bucket(log_archive_app: cdk.App) -> None:
    stack = log_archive_app.node.find_child("log-archive")
    assert isinstance(stack, cdk.Stack)
    assert NAME not in str(Template.from_stack(stack).to_json())
