"""Config records everything, delivers encrypted, and one template serves every Region."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest

from baseline.audit.config_recorder import COMPLIANCE_TYPE, IAM_TYPES, ConfigRecorder
from baseline.audit.config_role import ConfigRole
from baseline.config import Names
from tests.unit.audit.conftest import new_app
from tests.unit.audit.resource_policy import ResourcePolicy

Member = dict[str, Any]
RECORDER = "ConfigRecorderDDF56F25"
CHANNEL = "ConfigRecorderChannelD593B7B1"
ROLE = "ConfigRoleDF115678"
HOME = "ConfigRecorderHomeRegion385E1338"
BUCKET = "arn:aws:s3:::secbase-config-222222222222-eu-west-1"


@pytest.fixture(scope="module")
def member_app(names: Names) -> cdk.App:
    app = new_app()
    stack = cdk.Stack(app, "Member")  # without account and Region, as in a StackSet
    ConfigRole(stack, "ConfigRole", names=names)
    ConfigRecorder(stack, "ConfigRecorder", names=names)
    return app


@pytest.fixture(scope="module")
def member(member_app: cdk.App) -> Member:
    return dict(member_app.synth().get_stack_by_name("Member").template)


def test_config_1_everything_is_recorded_but_what_is_named(member: Member) -> None:
    group = member["Resources"][RECORDER]["Properties"]["RecordingGroup"]
    assert group["RecordingStrategy"] == {"UseOnly": "EXCLUSION_BY_RESOURCE_TYPES"}
    assert set(group) == {"RecordingStrategy", "ExclusionByResourceTypes"}


def test_config_1_iam_is_recorded_in_the_home_region_only(member: Member) -> None:
    group = member["Resources"][RECORDER]["Properties"]["RecordingGroup"]
    assert group["ExclusionByResourceTypes"]["ResourceTypes"] == {
        "Fn::If": [HOME, [COMPLIANCE_TYPE], [COMPLIANCE_TYPE, *IAM_TYPES]]
    }
    assert member["Conditions"] == {HOME: {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}}
    assert set(IAM_TYPES) == {f"AWS::IAM::{kind}" for kind in ("Group", "Policy", "Role", "User")}


def test_delivery_goes_to_the_archive_under_its_key_every_day(member: Member) -> None:
    assert member["Resources"][CHANNEL]["Properties"] == {
        "S3BucketName": "secbase-config-222222222222-eu-west-1",
        "S3KmsKeyArn": "arn:aws:kms:eu-west-1:222222222222:alias/secbase-config",
        "ConfigSnapshotDeliveryProperties": {"DeliveryFrequency": "TwentyFour_Hours"},
    }


def test_recorder_and_channel_are_created_at_once(member: Member) -> None:
    # A dependency in either direction waits until CloudFormation gives up.
    for logical_id in (RECORDER, CHANNEL):
        assert "DependsOn" not in member["Resources"][logical_id]
        assert RECORDER not in str(member["Resources"][CHANNEL]["Properties"])
        assert CHANNEL not in str(member["Resources"][RECORDER]["Properties"])


def test_recording_goes_on_when_the_stack_goes(member: Member) -> None:
    for logical_id in (RECORDER, CHANNEL):
        assert member["Resources"][logical_id]["DeletionPolicy"].startswith("Retain")


def test_a_failed_first_deployment_leaves_no_recorder_that_refuses_the_next(
    member: Member,
) -> None:
    for logical_id in (RECORDER, CHANNEL):
        assert member["Resources"][logical_id]["DeletionPolicy"] == "RetainExceptOnCreate"


def test_the_recorder_uses_the_role_that_the_archive_admits(member: Member, names: Names) -> None:
    role = member["Resources"][RECORDER]["Properties"]["RoleARN"]["Fn::Join"][1]
    assert role == ["arn:aws:iam::", {"Ref": "AWS::AccountId"}, f":role/{names.config_role}"]
    assert member["Resources"][ROLE]["Properties"]["RoleName"] == names.config_role


def test_config_assumes_the_role_for_its_own_account_only(member: Member) -> None:
    properties = member["Resources"][ROLE]["Properties"]
    (trust,) = properties["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "config.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    (policy,) = properties["ManagedPolicyArns"]
    assert policy["Fn::Join"][1][-1] == ":iam::aws:policy/service-role/AWS_ConfigRole"


@pytest.fixture(scope="module")
def delivery(member: Member) -> ResourcePolicy:
    (policy,) = (
        resource["Properties"]
        for resource in member["Resources"].values()
        if resource["Type"] == "AWS::IAM::ManagedPolicy"
    )
    assert policy["Roles"] == [{"Ref": ROLE}]
    statements = [
        {**statement, "Principal": {"AWS": "*"}}
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    statements[0]["Resource"] = "".join(
        part if isinstance(part, str) else "555555555555"
        for part in statements[0]["Resource"]["Fn::Join"][1]
    )
    return ResourcePolicy({"Statement": statements})


@pytest.mark.parametrize(
    ("action", "resource", "verdict"),
    [
        ("s3:PutObject", f"{BUCKET}/AWSLogs/555555555555/Config/x", "allowed"),
        ("s3:PutObjectAcl", f"{BUCKET}/AWSLogs/555555555555/Config/x", "allowed"),
        ("s3:PutObject", f"{BUCKET}/AWSLogs/666666666666/Config/x", "silent"),
        ("s3:PutObjectAcl", f"{BUCKET}/AWSLogs/666666666666/Config/x", "silent"),
        ("s3:PutObject", "arn:aws:s3:::other/AWSLogs/555555555555/Config/x", "silent"),
        ("s3:GetBucketAcl", BUCKET, "allowed"),
        ("s3:GetObject", f"{BUCKET}/AWSLogs/555555555555/Config/x", "silent"),
        ("s3:DeleteObject", f"{BUCKET}/AWSLogs/555555555555/Config/x", "silent"),
    ],
)
def test_the_role_writes_its_own_history_only(
    delivery: ResourcePolicy, action: str, resource: str, verdict: str
) -> None:
    role = "arn:aws:iam::555555555555:role/secbase-config-recorder"
    owner = {"s3:x-amz-acl": "bucket-owner-full-control"}
    assert delivery.verdict(role, action, resource, owner) == verdict
    if "Object" in action:
        assert delivery.verdict(role, action, resource, {"s3:x-amz-acl": "public-read"}) == "silent"


@pytest.mark.parametrize(
    ("context", "via", "verdict"),
    [
        (BUCKET, "s3.eu-west-1.amazonaws.com", "allowed"),
        (f"{BUCKET}/AWSLogs/x", "s3.eu-west-1.amazonaws.com", "allowed"),
        ("arn:aws:s3:::other", "s3.eu-west-1.amazonaws.com", "silent"),
        (BUCKET, "ebs.eu-west-1.amazonaws.com", "silent"),
    ],
)
def test_the_role_encrypts_for_the_config_bucket_only(
    delivery: ResourcePolicy, context: str, via: str, verdict: str
) -> None:
    role = "arn:aws:iam::555555555555:role/secbase-config-recorder"
    keys = {"kms:EncryptionContext:aws:s3:arn": context, "kms:ViaService": via}
    key = "arn:aws:kms:eu-west-1:222222222222:key/1"
    assert delivery.verdict(role, "kms:GenerateDataKey", key, keys) == verdict
    other = "arn:aws:kms:eu-west-1:555555555555:key/1"
    assert delivery.verdict(role, "kms:GenerateDataKey", other, keys) == "silent"


def test_no_rule_pack_finds_anything(
    member_app: cdk.App, findings: Callable[[cdk.App], list[str]]
) -> None:
    assert findings(member_app) == []
