"""AccessKeys and CredentialsRole: reports by default, changes by name, never reads a secret."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from aws_cdk import aws_sns as sns

from baseline.config.credentials import AccessKeySettings
from baseline.config.names import Names
from baseline.controls.registry import declarations
from baseline.identity.access_keys import AccessKeys
from baseline.identity.credentials_role import CredentialsRole
from baseline.settings.sweep_reports import SweepReports

NAMES = Names(
    prefix="secbase",
    home_region="eu-west-1",
    organization_id="o-exampleorgid",
    management="111111111111",
    log_archive="222222222222",
    security="333333333333",
    network="444444444444",
    shared_services="999999999999",
)
APPLY = {"mode": "apply"}
REMOVE = {"mode": "apply", "unused_passwords": "remove"}
Template = assertions.Template


def create(stack: cdk.Stack, **settings: Any) -> Template:
    AccessKeys(
        stack,
        "AccessKeys",
        names=NAMES,
        settings=AccessKeySettings(**settings),
        break_glass_role="OrgBreakGlass",
        reports=SweepReports(stack, "Reports"),
        alarm_topic=sns.Topic.from_topic_arn(stack, "Topic", NAMES.topic_arn("critical")),
        message_topic_arn=NAMES.topic_arn("high"),
        break_glass_users=["break-glass-1"],
    )
    return Template.from_stack(stack)


def environment(template: Template) -> dict[str, str]:
    (found,) = (
        function["Properties"]["Environment"]["Variables"]
        for function in template.find_resources("AWS::Lambda::Function").values()
        if "SECRET_PREFIX" in function["Properties"].get("Environment", {}).get("Variables", {})
    )
    variables: dict[str, str] = found
    return variables


def statements(template: Template) -> dict[str, dict[str, Any]]:
    return {
        statement["Sid"]: statement
        for policy in template.find_resources("AWS::IAM::ManagedPolicy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    }


def test_it_reports_by_default_and_applies_by_name() -> None:
    env = cdk.Environment(account="333333333333", region="eu-west-1")
    by_default = environment(create(cdk.Stack(cdk.App(), "Default", env=env)))
    assert by_default["MODE"] == "report"
    assert json.loads(by_default["POLICY"]) == {
        "rotate_after": 90,
        "warn": 14,
        "grace": 14,
        "delete_after": 30,
        "unused_after": 45,
        "remove_passwords": False,
        "exempt_key": "CredentialRotation",
        "exempt_value": "exempt",
        "exempt_users": [],
    }
    assert json.loads(by_default["MANAGEMENT_USERS"]) == ["break-glass-1"]
    assert environment(create(cdk.Stack(cdk.App(), "Apply", env=env), **APPLY))["MODE"] == "apply"


@pytest.mark.parametrize(
    ("settings", "controls"),
    [
        ({}, []),
        ({"unused_passwords": "remove"}, []),
        (APPLY, ["IAM.3"]),
        (REMOVE, ["IAM.22", "IAM.3", "IAM.8"]),
        ({**REMOVE, "rotate_after_days": 180, "unused_after_days": 60}, ["IAM.8"]),
    ],
)
def test_a_control_is_claimed_only_where_it_holds(
    stack: cdk.Stack, settings: dict[str, Any], controls: list[str]
) -> None:
    create(stack, **settings)
    (claimed,) = (
        entry["controls"]
        for entry in declarations(stack)
        if entry["capability"] == "access-key-rotation"
    )
    assert claimed == controls


def test_it_assumes_one_role_in_accounts_of_the_organization_only(stack: cdk.Stack) -> None:
    statement = statements(create(stack))["AssumeCredentialsRoles"]
    assert statement["Resource"] == "arn:aws:iam::*:role/secbase-credentials"
    assert statement["Condition"] == {"StringEquals": {"aws:ResourceOrgID": "o-exampleorgid"}}


def test_it_may_write_to_one_topic_and_use_its_key_for_that_only(stack: cdk.Stack) -> None:
    found = statements(create(stack))
    topic = "arn:aws:sns:eu-west-1:333333333333:secbase-findings-high"
    assert found["Tell"]["Resource"] == topic
    assert found["EncryptMessages"]["Condition"] == {
        "StringEquals": {
            "kms:EncryptionContext:aws:sns:topicArn": topic,
            "kms:ViaService": "sns.eu-west-1.amazonaws.com",
        }
    }


def test_the_job_has_the_role_that_the_members_trust(stack: cdk.Stack) -> None:
    create(stack).has_resource_properties(
        "AWS::IAM::Role", {"RoleName": "secbase-credential-rotator"}
    )


def test_what_wants_a_person_is_an_alarm(stack: cdk.Stack) -> None:
    create(stack).has_resource_properties(
        "AWS::CloudWatch::Alarm",
        {"AlarmName": "secbase-access-keys-findings", "MetricName": "Findings", "Threshold": 1},
    )


def test_the_checks_find_nothing(
    app: cdk.App, stack: cdk.Stack, findings: Callable[[cdk.App], list[str]]
) -> None:
    CredentialsRole(stack, "Role", names=NAMES, settings=AccessKeySettings(**REMOVE))
    create(stack, **REMOVE)
    assert findings(app) == []


# The role in every account


def role_actions(stack: cdk.Stack, **settings: Any) -> set[str]:
    CredentialsRole(stack, "Role", names=NAMES, settings=AccessKeySettings(**settings))
    found = statements(Template.from_stack(stack)).values()
    return {
        action
        for statement in found
        for action in (
            [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        )
    }


def test_while_it_only_reports_the_role_changes_nothing(stack: cdk.Stack) -> None:
    actions = role_actions(stack)
    assert all(action.split(":")[1].startswith(("Describe", "Get", "List")) for action in actions)


def test_the_role_removes_passwords_only_where_that_is_configured() -> None:
    env = cdk.Environment(account="333333333333", region="eu-west-1")
    assert "iam:DeleteLoginProfile" not in role_actions(cdk.Stack(cdk.App(), "A", env=env), **APPLY)
    assert "iam:DeleteLoginProfile" in role_actions(cdk.Stack(cdk.App(), "B", env=env), **REMOVE)


def test_the_role_never_reads_a_secret_and_makes_no_user_or_password(stack: cdk.Stack) -> None:
    actions = role_actions(stack, **REMOVE)
    assert not any("*" in action for action in actions)
    assert not actions & {
        "secretsmanager:GetSecretValue",
        "secretsmanager:BatchGetSecretValue",
        "iam:CreateUser",
        "iam:CreateLoginProfile",
        "iam:UpdateLoginProfile",
    }


def test_the_role_changes_users_and_its_own_secrets_only(stack: cdk.Stack) -> None:
    CredentialsRole(stack, "Role", names=NAMES, settings=AccessKeySettings(**REMOVE))
    found = statements(Template.from_stack(stack))
    everything = found.pop("ListUsers")
    assert (everything["Action"], everything["Resource"]) == ("iam:ListUsers", "*")
    ends = {name: statement["Resource"]["Fn::Join"][1][-1] for name, statement in found.items()}
    assert ends == {
        "ReadUsers": ":user/*",
        "SeeSecrets": ":secret:secbase-access-key/*",
        "ChangeAccessKeys": ":user/*",
        "StoreAccessKeys": ":secret:secbase-access-key/*",
        "RemovePasswords": ":user/*",
    }


def test_one_role_of_the_security_account_is_trusted(stack: cdk.Stack) -> None:
    CredentialsRole(stack, "Role", names=NAMES, settings=AccessKeySettings())
    (role,) = Template.from_stack(stack).find_resources("AWS::IAM::Role").values()
    (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    caller = trust["Condition"]["ArnEquals"]["aws:PrincipalArn"]
    assert caller["Fn::Join"][1][-1] == ":iam::333333333333:role/secbase-credential-rotator"
    assert trust["Condition"]["StringEquals"] == {"aws:PrincipalOrgID": "o-exampleorgid"}
