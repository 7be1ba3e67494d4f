"""The role of instances that have none, and what an instance needs to record sessions."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from baseline.config import Names
from baseline.identity.host_management import HostManagementRole, SessionRecordingPolicy

ACCOUNT = {"Ref": "AWS::AccountId"}


@pytest.fixture(scope="module")
def template() -> Template:
    names = Names(
        prefix="secbase",
        home_region="eu-west-1",
        organization_id="o-exampleorgid",
        management="111111111111",
        log_archive="222222222222",
        security="333333333333",
        network="444444444444",
        shared_services="999999999999",
    )
    stack = cdk.Stack(cdk.App(), "member")
    role = HostManagementRole(stack, "Hosts", role_name=names.host_management_role).role
    SessionRecordingPolicy(stack, "Recording", names=names, role=role)
    return Template.from_stack(stack)


def only(template: Template, kind: str) -> dict[str, Any]:
    [resource] = template.find_resources(kind).values()
    properties: dict[str, Any] = resource["Properties"]
    return properties


def statements(template: Template) -> dict[str, dict[str, Any]]:
    found = only(template, "AWS::IAM::ManagedPolicy")["PolicyDocument"]["Statement"]
    return {each["Sid"]: each for each in found}


def test_ssm_1_systems_manager_alone_gives_the_role_to_instances(template: Template) -> None:
    role = only(template, "AWS::IAM::Role")
    assert role["RoleName"] == "secbase-host-management"
    # The setting names path and role; ours has no path.
    assert "Path" not in role
    [trust] = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "ssm.amazonaws.com"}
    [managed] = role["ManagedPolicyArns"]
    assert managed["Fn::Join"][1][-1] == ":iam::aws:policy/AmazonSSMManagedEC2InstanceDefaultPolicy"
    assert "Policies" not in role


def test_sessions_are_written_below_the_account_s_own_prefix(template: Template) -> None:
    write = statements(template)["WriteSessions"]
    assert write["Action"] == "s3:PutObject"
    given = statements(template)["GiveSessionsAway"]
    assert (given["Action"], given["Resource"]) == ("s3:PutObjectAcl", write["Resource"])
    assert given["Condition"] == {
        "StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"},
    }
    bucket = "arn:aws:s3:::secbase-session-logs-222222222222-eu-west-1"
    assert write["Resource"]["Fn::Join"][1] == [f"{bucket}/sessions/", ACCOUNT, "/*"]
    assert statements(template)["CheckBucket"]["Resource"] == bucket


def test_the_archive_s_keys_are_used_through_s3_for_one_bucket(template: Template) -> None:
    encrypt = statements(template)["EncryptSessions"]
    bucket = "arn:aws:s3:::secbase-session-logs-222222222222-eu-west-1"
    assert encrypt["Resource"] == "arn:aws:kms:eu-west-1:222222222222:key/*"
    assert encrypt["Condition"] == {
        "StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"},
        "StringLike": {"kms:EncryptionContext:aws:s3:arn": [bucket, f"{bucket}/*"]},
    }


def test_an_instance_writes_one_log_group_and_reads_nothing(template: Template) -> None:
    stream = statements(template)["StreamSessions"]
    ends = [each["Fn::Join"][1][-1] for each in stream["Resource"]]
    assert ends == [":log-group:secbase-sessions", ":log-group:secbase-sessions:*"]
    actions = {
        action
        for each in statements(template).values()
        for action in (each["Action"] if isinstance(each["Action"], list) else [each["Action"]])
    }
    assert actions == {
        "kms:Decrypt",
        "kms:GenerateDataKey",
        "logs:CreateLogStream",
        "logs:DescribeLogGroups",
        "logs:DescribeLogStreams",
        "logs:PutLogEvents",
        "s3:GetEncryptionConfiguration",
        "s3:PutObject",
        "s3:PutObjectAcl",
    }


def test_the_policy_can_be_attached_to_any_role(template: Template) -> None:
    policy = only(template, "AWS::IAM::ManagedPolicy")
    assert policy["ManagedPolicyName"] == "secbase-session-recording"
    assert len(policy["Roles"]) == 1
