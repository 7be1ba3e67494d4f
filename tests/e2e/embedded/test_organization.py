"""The organization of the embedded AWS, who calls it, and StackSets in its members."""

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

MANAGEMENT, LOGS, SECURITY = "111111111111", "222222222222", "333333333333"
HOME, OTHER = "eu-west-1", "eu-central-1"
PREFERENCES = {"MaxConcurrentPercentage": 100, "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE"}


def test_organization_has_the_configured_identity_for_every_member(local: Any) -> None:
    for account in (MANAGEMENT, LOGS):
        found = local.client("organizations", account).describe_organization()["Organization"]
        assert (found["Id"], found["MasterAccountId"]) == ("o-exampleorgid", MANAGEMENT)
    assert local.client("organizations").list_roots()["Roots"][0]["Id"] == "r-exam"


def test_members_may_not_list_accounts_until_they_are_delegated(local: Any) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        local.client("organizations", LOGS).list_accounts()
    local.client("organizations").register_delegated_administrator(
        AccountId=LOGS, ServicePrincipal="cloudtrail.amazonaws.com"
    )
    assert local.client("organizations", LOGS).list_accounts()["Accounts"]
    with pytest.raises(ClientError, match="AccessDenied"):
        local.client("organizations", LOGS).create_organizational_unit(
            ParentId="r-exam", Name="Shadow"
        )


def test_callers_are_administrator_or_root(local: Any) -> None:
    arn = local.client("sts").get_caller_identity()["Arn"]
    assert arn == f"arn:aws:sts::{MANAGEMENT}:assumed-role/LocalAdministrator/local"
    root = local.client("sts", f"ROOT{LOGS}").get_caller_identity()["Arn"]
    assert root == f"arn:aws:iam::{LOGS}:root"


def test_roles_are_assumed_by_those_whom_they_trust(local: Any) -> None:
    role = {"RoleArn": f"arn:aws:iam::{LOGS}:role/OrganizationAccountAccessRole"}
    session = local.client("sts").assume_role(**role, RoleSessionName="test")
    assert session["AssumedRoleUser"]["Arn"].startswith(f"arn:aws:sts::{LOGS}:assumed-role/")
    for stranger in (SECURITY, f"ROOT{MANAGEMENT}"):
        with pytest.raises(ClientError, match="AccessDenied"):
            local.client("sts", stranger).assume_role(**role, RoleSessionName="test")


def test_roles_that_do_not_exist_are_not_assumed(local: Any) -> None:
    with pytest.raises(ClientError, match="not authorized to perform: sts:AssumeRole"):
        local.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::{LOGS}:role/made-up", RoleSessionName="test"
        )


def test_leave_organization_is_denied_by_an_attached_policy_that_is_named(local: Any) -> None:
    organizations = local.client("organizations")
    organizations.enable_policy_type(RootId="r-exam", PolicyType="SERVICE_CONTROL_POLICY")
    deny = {"Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*"}
    made = organizations.create_policy(
        Name="stay",
        Type="SERVICE_CONTROL_POLICY",
        Description="",
        Content=json.dumps({"Version": "2012-10-17", "Statement": [deny]}),
    )
    policy = made["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=policy, TargetId="r-exam")
    with pytest.raises(ClientError, match=policy):
        local.client("organizations", SECURITY).leave_organization()
    accounts = organizations.list_accounts()["Accounts"]
    assert SECURITY in {account["Id"] for account in accounts}


def stack_set(value: str) -> dict[str, Any]:
    parameter = {"Name": "/baseline/version", "Type": "String", "Value": value}
    template = {"Resources": {"P": {"Type": "AWS::SSM::Parameter", "Properties": parameter}}}
    root = {"OrganizationalUnitIds": ["r-exam"]}
    properties = {
        "StackSetName": "members",
        "PermissionModel": "SERVICE_MANAGED",
        "AutoDeployment": {"Enabled": True, "RetainStacksOnAccountRemoval": True},
        "OperationPreferences": PREFERENCES,
        "TemplateBody": json.dumps(template),
        "StackInstancesGroup": [{"DeploymentTargets": root, "Regions": [HOME, OTHER]}],
    }
    return {"Members": {"Type": "AWS::CloudFormation::StackSet", "Properties": properties}}


def version(local: Any, account: str, region: str) -> str:
    found = local.client("ssm", account, region).get_parameter(Name="/baseline/version")
    return str(found["Parameter"]["Value"])


def test_stack_set_reaches_every_member_a_new_account_too_and_not_management(local: Any) -> None:
    local.client("cloudformation").activate_organizations_access()
    places = [(account, region) for account in (LOGS, SECURITY) for region in (HOME, OTHER)]
    for value in ("1", "2"):
        local.succeed("stack-sets", stack_set(value))
        assert {version(local, *place) for place in places} == {value}
    with pytest.raises(ClientError, match="ParameterNotFound"):
        version(local, MANAGEMENT, HOME)

    cloudformation = local.client("cloudformation")
    newest = cloudformation.list_stack_set_operations(StackSetName="members")["Summaries"][0]
    operation = cloudformation.describe_stack_set_operation(
        StackSetName="members", OperationId=newest["OperationId"]
    )["StackSetOperation"]
    assert operation["OperationPreferences"] == PREFERENCES
    account = new_account(local)
    for _ in range(200):
        listed = cloudformation.list_stack_instances(
            StackSetName="members", StackInstanceAccount=account
        )["Summaries"]
        if [one["Status"] for one in listed] == ["CURRENT", "CURRENT"]:
            break
        time.sleep(0.1)
    assert version(local, account, OTHER) == "2"


def new_account(local: Any) -> str:
    unit = {"Name": "Workloads", "ParentId": "r-exam"}
    account = {"AccountName": "new", "Email": "new@example.org", "ParentIds": [{"Ref": "Unit"}]}
    resources = {
        "Unit": {"Type": "AWS::Organizations::OrganizationalUnit", "Properties": unit},
        "Account": {"Type": "AWS::Organizations::Account", "Properties": account},
    }
    return str(local.succeed("accounts", resources)["Account"])
