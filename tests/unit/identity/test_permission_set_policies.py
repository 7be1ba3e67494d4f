"""What people with each permission set can and cannot do, evaluated."""

from __future__ import annotations

import pytest

from baseline.identity.permission_set_rules import ESCALATIONS
from tests.unit.identity.permission_sets import ACCOUNT, allows

IAM = f"arn:aws:iam::{ACCOUNT}"
BOUNDARY = {"iam:PermissionsBoundary": [f"{IAM}:policy/secbase-boundary"]}
TO_LAMBDA = {"iam:PassedToService": ["lambda.amazonaws.com"]}
ADMINISTRATOR = {"iam:PolicyARN": ["arn:aws:iam::aws:policy/AdministratorAccess"]}
DENY_ALL = {"iam:PolicyARN": ["arn:aws:iam::aws:policy/AWSDenyAll"]}
PROTECTED = (
    "OrgBreakGlass",
    "secbase-settings",
    "secbase-audit",
    "stacksets-exec-0123456789abcdef0123456789abcdef",
    "AWSControlTowerExecution",
    "cdk-secbase-cfn-exec-role-555555555555-eu-west-1",
    "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Administrator_0123456789abcdef",
)
STORED = (
    ("s3:GetObject", "arn:aws:s3:::payments/card"),
    ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:a-1"),
    ("secretsmanager:BatchGetSecretValue", "*"),
    ("ssm:GetParameter", f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/password"),
    ("ssm:GetParametersByPath", f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/a"),
    ("kms:Decrypt", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"),
    ("dynamodb:GetItem", f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/cards"),
    ("dynamodb:Scan", f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/cards"),
    ("lambda:GetFunction", f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:pay"),
    ("sqs:ReceiveMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders"),
    ("ec2:GetPasswordData", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-1"),
)
LIMITED = (
    "billing",
    "break-glass-approver",
    "network-administrator",
    "read-only",
    "security-auditor",
    "security-responder",
)


@pytest.mark.parametrize("name", LIMITED)
@pytest.mark.parametrize("action", ESCALATIONS)
def test_nobody_but_administrators_becomes_one(name: str, action: str) -> None:
    for resource in (f"{IAM}:role/Admin", f"{IAM}:user/alice", "*"):
        assert not allows(name, action, resource, {**TO_LAMBDA, **ADMINISTRATOR})


@pytest.mark.parametrize("action", ESCALATIONS)
def test_a_developer_escalates_through_no_role_of_others(action: str) -> None:
    for role in ("Admin", *PROTECTED):
        assert not allows("developer", action, f"{IAM}:role/{role}", {**BOUNDARY, **TO_LAMBDA})
    assert not allows("developer", action, f"{IAM}:user/alice", BOUNDARY)


@pytest.mark.parametrize(
    "action",
    [
        "iam:CreateRole",
        "iam:AttachRolePolicy",
        "iam:PutRolePolicy",
        "iam:PutRolePermissionsBoundary",
    ],
)
def test_a_developer_s_roles_carry_the_boundary(action: str) -> None:
    own = f"{IAM}:role/developer/app"
    assert allows("developer", action, own, BOUNDARY)
    assert not allows("developer", action, own)
    other = {"iam:PermissionsBoundary": [f"{IAM}:policy/secbase-boundary-of-mine"]}
    assert not allows("developer", action, own, other)


def test_a_developer_cannot_attach_administrator_access_without_the_boundary() -> None:
    own = f"{IAM}:role/developer/app"
    assert not allows("developer", "iam:AttachRolePolicy", own, ADMINISTRATOR)
    assert not allows("developer", "iam:DeleteRolePermissionsBoundary", own, BOUNDARY)


def test_a_developer_passes_and_assumes_own_roles_only() -> None:
    own = f"{IAM}:role/developer/app"
    assert allows("developer", "iam:PassRole", own, TO_LAMBDA)
    assert allows("developer", "sts:AssumeRole", own)
    for role in ("Admin", *PROTECTED):
        assert not allows("developer", "iam:PassRole", f"{IAM}:role/{role}", TO_LAMBDA)
        assert not allows("developer", "sts:AssumeRole", f"{IAM}:role/{role}")


@pytest.mark.parametrize(
    "action",
    ["cloudformation:UpdateStack", "cloudformation:ExecuteChangeSet", "cloudformation:CreateStack"],
)
def test_a_developer_changes_own_stacks_only(action: str) -> None:
    stack = f"arn:aws:cloudformation:eu-west-1:{ACCOUNT}:stack"
    assert allows("developer", action, f"{stack}/developer-shop/1")
    assert not allows("developer", action, f"{stack}/secbase-security/1")
    assert not allows("developer", action, f"{stack}/CDKToolkit/1")
    assert not allows("developer", action, f"{stack}/shop-developer-/1")


@pytest.mark.parametrize(
    "action",
    [
        "cloudformation:CreateStackSet",
        "iam:CreateUser",
        "iam:CreateAccessKey",
        "iam:CreateSAMLProvider",
        "iam:UpdateOpenIDConnectProviderThumbprint",
        "organizations:LeaveOrganization",
        "account:PutAlternateContact",
        "sso:CreateAccountAssignment",
        "identitystore:CreateGroupMembership",
    ],
)
def test_a_developer_opens_no_other_way_in(action: str) -> None:
    assert not allows("developer", action, "*")


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("ec2:RunInstances", "*"),
        ("lambda:CreateFunction", f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:shop"),
        ("s3:PutObject", "arn:aws:s3:::shop/a"),
        ("dynamodb:CreateTable", f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/shop"),
        ("iam:GetRole", f"{IAM}:role/Admin"),
        ("cloudformation:DescribeStacks", "*"),
    ],
)
def test_a_developer_can_work(action: str, resource: str) -> None:
    assert allows("developer", action, resource)


@pytest.mark.parametrize("name", ["read-only", "security-auditor", "break-glass-approver"])
@pytest.mark.parametrize(("action", "resource"), STORED)
def test_who_only_looks_sees_no_secrets_and_no_data(name: str, action: str, resource: str) -> None:
    assert not allows(name, action, resource)


@pytest.mark.parametrize("name", ["read-only", "security-auditor", "break-glass-approver"])
@pytest.mark.parametrize(
    "action",
    [
        "ec2:RunInstances",
        "ec2:AuthorizeSecurityGroupIngress",
        "s3:PutObject",
        "s3:PutBucketPolicy",
        "iam:CreateRole",
        "cloudtrail:StopLogging",
        "guardduty:DeleteDetector",
        "lambda:InvokeFunction",
        "lambda:UpdateFunctionCode",
        "kms:ScheduleKeyDeletion",
        "ssm:StartSession",
        "ssm:SendCommand",
        "sts:AssumeRole",
    ],
)
def test_who_only_looks_changes_nothing(name: str, action: str) -> None:
    assert not allows(name, action)


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("read-only", "ec2:DescribeInstances"),
        ("read-only", "cloudformation:DescribeStacks"),
        ("read-only", "logs:FilterLogEvents"),
        ("read-only", "s3:ListAllMyBuckets"),
        ("security-auditor", "iam:GetRolePolicy"),
        ("security-auditor", "guardduty:ListFindings"),
        ("security-auditor", "securityhub:GetFindings"),
        ("security-auditor", "s3:GetBucketPolicy"),
        ("security-auditor", "cloudtrail:LookupEvents"),
    ],
)
def test_who_looks_sees_enough(name: str, action: str) -> None:
    assert allows(name, action)


def test_a_responder_contains() -> None:
    instance = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-0123456789abcdef0"
    assert allows("security-responder", "ec2:StopInstances", instance)
    assert allows("security-responder", "ec2:CreateSnapshot", "*")
    assert allows("security-responder", "ec2:RevokeSecurityGroupIngress", "*")
    assert allows("security-responder", "ec2:ModifyNetworkInterfaceAttribute", "*")
    assert allows("security-responder", "iam:UpdateAccessKey", f"{IAM}:user/alice")
    assert allows("security-responder", "iam:AttachRolePolicy", f"{IAM}:role/app", DENY_ALL)
    assert allows("security-responder", "securityhub:BatchUpdateFindings", "*")
    function = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:shop"
    assert allows("security-responder", "lambda:PutFunctionConcurrency", function)


@pytest.mark.parametrize("role", PROTECTED)
def test_a_responder_blocks_no_role_that_the_baseline_lives_on(role: str) -> None:
    assert not allows("security-responder", "iam:AttachRolePolicy", f"{IAM}:role/{role}", DENY_ALL)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("cloudtrail:StopLogging", "*"),
        ("cloudtrail:DeleteTrail", "*"),
        ("config:StopConfigurationRecorder", "*"),
        ("guardduty:DeleteDetector", "*"),
        ("guardduty:UpdateDetector", "*"),
        ("securityhub:DisableSecurityHub", "*"),
        ("events:DisableRule", "*"),
        ("kms:ScheduleKeyDeletion", "*"),
        ("s3:DeleteObject", "arn:aws:s3:::secbase-org-logs-222222222222-eu-west-1/a"),
        (
            "states:StartExecution",
            f"arn:aws:states:eu-west-1:{ACCOUNT}:stateMachine:secbase-settings",
        ),
        ("lambda:PutFunctionConcurrency", f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:secbase-x"),
        ("ec2:AuthorizeSecurityGroupIngress", "*"),
        ("ec2:ModifySnapshotAttribute", "*"),
        ("ec2:StartInstances", "*"),
        ("ec2:ModifyInstanceAttribute", "*"),
        ("iam:DeleteRolePolicy", f"{IAM}:role/app"),
        ("iam:DetachRolePolicy", f"{IAM}:role/app"),
        ("secretsmanager:GetSecretValue", "*"),
    ],
)
def test_a_responder_disables_nothing_and_opens_nothing(action: str, resource: str) -> None:
    assert not allows("security-responder", action, resource)


def test_a_responder_tags_evidence_as_such_only() -> None:
    snapshot = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:snapshot/snap-1"
    assert allows("security-responder", "ec2:CreateTags", snapshot, {"aws:TagKeys": ["incident"]})
    assert not allows("security-responder", "ec2:CreateTags", snapshot, {"aws:TagKeys": ["owner"]})
    assert not allows("security-responder", "ec2:CreateTags", snapshot)


def test_a_network_administrator_keeps_to_the_network() -> None:
    assert allows("network-administrator", "ec2:CreateRoute")
    policy = f"arn:aws:network-firewall:eu-west-1:{ACCOUNT}:firewall-policy/a"
    assert allows("network-administrator", "network-firewall:UpdateFirewallPolicy", policy)
    bucket = "arn:aws:s3:::payments"
    own = {"aws:ResourceAccount": [ACCOUNT], "aws:PrincipalAccount": [ACCOUNT]}
    assert not allows("network-administrator", "s3:PutBucketPolicy", bucket, own)
    assert allows("network-administrator", "ec2:AuthorizeSecurityGroupIngress")
    for action in (
        "ec2:DeleteFlowLogs",
        "ec2:RunInstances",
        "s3:GetObject",
        "cloudwatch:DeleteAlarms",
    ):
        assert not allows("network-administrator", action)


def test_a_network_administrator_passes_the_role_of_flow_logs_only() -> None:
    assert allows("network-administrator", "iam:PassRole", f"{IAM}:role/flow-logs-vpc")
    assert not allows("network-administrator", "iam:PassRole", f"{IAM}:role/Admin")


def test_billing_sees_bills_and_no_workloads() -> None:
    assert allows("billing", "ce:GetCostAndUsage")
    assert allows("billing", "billing:GetBillingData")
    for action in (
        "ec2:DescribeInstances",
        "s3:GetObject",
        "budgets:ExecuteBudgetAction",
        "billing:UpdateIAMAccessPreference",
    ):
        assert not allows("billing", action)


def test_an_approver_approves_and_cannot_use_the_emergency_role() -> None:
    assert allows("break-glass-approver", "states:SendTaskSuccess")
    assert allows("break-glass-approver", "states:SendTaskFailure")
    assert allows("break-glass-approver", "cloudtrail:LookupEvents")
    assert allows("break-glass-approver", "iam:GetRole", f"{IAM}:role/OrgBreakGlass")
    assert not allows("break-glass-approver", "iam:GetRole", f"{IAM}:role/Admin")
    assert not allows("break-glass-approver", "sts:AssumeRole", f"{IAM}:role/OrgBreakGlass")
    machine = f"arn:aws:states:eu-west-1:{ACCOUNT}:stateMachine:secbase-settings"
    assert not allows("break-glass-approver", "states:StartExecution", machine)


def test_an_administrator_may_do_everything_that_guardrails_allow() -> None:
    for action in ("iam:CreateRole", "ec2:RunInstances", "organizations:LeaveOrganization"):
        assert allows("administrator", action)
