"""Bills of materials: only where they are kept, one bucket a Region, for one account and key."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from baseline.audit.log_archive import LogArchive, RegionalLogArchive
from baseline.audit.log_bucket import Archive
from baseline.audit.log_protection import KEY_HEADER
from baseline.config import Configuration, Names
from baseline.controls.registry import declarations
from tests.unit.audit.conftest import new_app
from tests.unit.audit.resource_policy import arn_of, bucket_policy, key_policy

SECURITY = "333333333333"


def archive_of(names: Names, configuration: Configuration) -> Archive:
    return Archive(
        names=names,
        settings=configuration.log_archive.model_copy(update={"load_balancer_logs": False}),
        break_glass_role=configuration.break_glass.role,
        qualifier="secbase",
    )


def made(names: Names, configuration: Configuration, region: str) -> cdk.Stack:
    env = cdk.Environment(account=names.log_archive, region=region)
    stack = cdk.Stack(new_app(), "Stack", env=env)
    archive = archive_of(names, configuration)
    RegionalLogArchive(stack, "LogArchive", archive=archive, region=region, keeps_sbom=True)
    return stack


@pytest.fixture(scope="module")
def template(names: Names, configuration: Configuration) -> dict[str, Any]:
    return dict(Template.from_stack(made(names, configuration, "eu-central-1")).to_json())


NAME = "secbase-access-logs-222222222222-eu-central-1-sbom"
RESULT = f"arn:aws:s3:::{NAME}/2026-11-22/CYCLONEDX_1_4_outputs/account=555555555555/x.json"
INSPECTOR = "inspector2.amazonaws.com"
OURS = {
    "aws:SourceAccount": SECURITY,
    "aws:SourceArn": f"arn:aws:inspector2:eu-central-1:{SECURITY}:report/1",
}
ELSEWHERE = {**OURS, "aws:SourceArn": OURS["aws:SourceArn"].replace("central", "west")}
OTHERS = {**OURS, "aws:SourceAccount": "666666666666"}


def key_of(template: dict[str, Any]) -> str:
    ((logical_id, _),) = (
        (name, each)
        for name, each in template["Resources"].items()
        if each["Type"] == "AWS::KMS::Key"
    )
    return str(logical_id)


@pytest.mark.parametrize(
    ("keys", "verdict"), [(OURS, "allowed"), (ELSEWHERE, "silent"), (OTHERS, "silent")]
)
@pytest.mark.parametrize("action", ["PutObject", "PutObjectAcl", "AbortMultipartUpload"])
def test_inspector_of_the_security_account_and_region_writes(
    template: dict[str, Any], action: str, keys: dict[str, str], verdict: str
) -> None:
    bucket = bucket_policy(template, NAME)
    assert bucket.verdict(INSPECTOR, f"s3:{action}", RESULT, keys) == verdict
    assert bucket.verdict(INSPECTOR, "s3:DeleteObject", RESULT, keys).startswith("denied")
    assert bucket.verdict(INSPECTOR, "s3:GetObject", RESULT, keys) == "silent"


def test_only_under_the_buckets_key(template: dict[str, Any]) -> None:
    bucket = bucket_policy(template, NAME)
    ours = {**OURS, KEY_HEADER: arn_of(template, key_of(template))}
    assert bucket.verdict(INSPECTOR, "s3:PutObject", RESULT, ours) == "allowed"
    other = {**OURS, KEY_HEADER: f"arn:aws:kms:eu-central-1:{SECURITY}:key/1"}
    assert bucket.verdict(INSPECTOR, "s3:PutObject", RESULT, other) == "denied by DenyOtherKeys"


@pytest.mark.parametrize(
    ("keys", "verdict"), [(OURS, "allowed"), (ELSEWHERE, "silent"), (OTHERS, "silent")]
)
def test_inspector_uses_the_key_for_its_reports_only(
    template: dict[str, Any], keys: dict[str, str], verdict: str
) -> None:
    policy = key_policy(template, key_of(template))
    for action in ("kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"):
        assert policy.verdict(INSPECTOR, action, keys=keys) == verdict
    assert policy.verdict(INSPECTOR, "kms:CreateGrant", keys=keys) == "silent"


def test_the_exporter_finds_the_key_and_does_nothing_with_it(template: dict[str, Any]) -> None:
    policy = key_policy(template, key_of(template))
    exporter = f"arn:aws:iam::{SECURITY}:role/secbase-sbom-exporter"
    assert policy.verdict(exporter, "kms:DescribeKey") == "allowed"
    assert policy.verdict(exporter, "kms:Decrypt") == "silent"
    stranger = f"arn:aws:iam::{SECURITY}:role/Administrator"
    assert policy.verdict(stranger, "kms:DescribeKey") == "silent"


def test_nobody_deletes_them_and_auditors_read(template: dict[str, Any]) -> None:
    bucket = bucket_policy(template, NAME)
    administrator = "arn:aws:iam::222222222222:role/Administrator"
    assert bucket.verdict(administrator, "s3:DeleteObject", RESULT) == "denied by DenyDeletingLogs"
    reader = f"arn:aws:iam::{SECURITY}:role/secbase-audit-reader"
    assert bucket.verdict(reader, "s3:GetObject", RESULT) == "allowed"


def test_a_region_that_has_to_be_enabled_has_a_writer_of_its_own(
    names: Names, configuration: Configuration
) -> None:
    found = dict(Template.from_stack(made(names, configuration, "eu-south-1")).to_json())
    name = NAME.replace("central", "south")
    keys = {**OURS, "aws:SourceArn": OURS["aws:SourceArn"].replace("central", "south")}
    policy, resource = bucket_policy(found, name), RESULT.replace("central", "south")
    assert (
        policy.verdict("inspector2.eu-south-1.amazonaws.com", "s3:PutObject", resource, keys)
        == "allowed"
    )
    assert policy.verdict(INSPECTOR, "s3:PutObject", resource, keys) == "silent"


def test_the_key_has_an_alias_that_the_exporter_knows(template: dict[str, Any]) -> None:
    (alias,) = (
        each["Properties"]["AliasName"]
        for each in template["Resources"].values()
        if each["Type"] == "AWS::KMS::Alias"
    )
    assert alias == "alias/secbase-sbom"


def test_kms_4_s3_9_s3_13_s3_14_s3_17(names: Names, configuration: Configuration) -> None:
    """KMS.4, S3.9, S3.13, S3.14, S3.17: rotation, access log, lifecycle, versions, key."""
    stack = made(names, configuration, "eu-west-3")
    resources = Template.from_stack(stack).to_json()["Resources"]
    (bucket,) = (
        each["Properties"]
        for each in resources.values()
        if each["Type"] == "AWS::S3::Bucket" and each["Properties"]["BucketName"].endswith("-sbom")
    )
    (key,) = (each for each in resources.values() if each["Type"] == "AWS::KMS::Key")
    assert key["Properties"]["EnableKeyRotation"] is True
    assert bucket["LoggingConfiguration"]["LogFilePrefix"].endswith("-sbom/")
    assert bucket["LifecycleConfiguration"]["Rules"]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    claims = [row["controls"] for row in declarations(stack) if row["capability"] == "sbom-archive"]
    assert claims == [["KMS.4", "S3.13", "S3.14", "S3.17", "S3.9"]]


@pytest.mark.parametrize("kept", [True, False])
def test_there_is_a_bucket_only_where_they_are_kept(
    names: Names, configuration: Configuration, *, kept: bool
) -> None:
    env = cdk.Environment(account=names.log_archive, region=names.home_region)
    archive = LogArchive(
        cdk.Stack(new_app(), "Stack", env=env),
        "LogArchive",
        names=names,
        settings=configuration.log_archive,
        break_glass_role=configuration.break_glass.role,
        keeps_sbom=kept,
    )
    assert (archive.sbom is not None) is kept
