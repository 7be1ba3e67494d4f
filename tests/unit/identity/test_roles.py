from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from baseline.identity.roles import AuditReaderRole, AuditRole, SettingsRole

READ = ("Describe", "Get", "List")


def roles(stack: cdk.Stack) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Give the properties of the only role and the statements of its policies."""
    template = assertions.Template.from_stack(stack)
    (role,) = template.find_resources("AWS::IAM::Role").values()
    statements = [
        statement
        for policy in template.find_resources("AWS::IAM::ManagedPolicy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]
    return role["Properties"], statements


def create(kind: type[AuditRole | SettingsRole], stack: cdk.Stack) -> None:
    kind(
        stack,
        "Role",
        role_name="secbase-role",
        trusted_account="333333333333",
        trusted_role="secbase-caller",
        organization_id="o-exampleorgid",
    )


@pytest.mark.parametrize("kind", [AuditRole, SettingsRole])
def test_one_role_of_the_security_account_is_trusted_and_need_not_exist(
    stack: cdk.Stack, kind: type[AuditRole | SettingsRole]
) -> None:
    create(kind, stack)
    (trust,) = roles(stack)[0]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Action"] == "sts:AssumeRole"
    assert trust["Principal"]["AWS"]["Fn::Join"][1][-1] == ":iam::333333333333:root"
    assert trust["Condition"]["StringEquals"] == {"aws:PrincipalOrgID": "o-exampleorgid"}
    caller = trust["Condition"]["ArnEquals"]["aws:PrincipalArn"]
    assert caller["Fn::Join"][1][-1] == ":iam::333333333333:role/secbase-caller"


@pytest.mark.parametrize("kind", [AuditRole, SettingsRole])
def test_a_session_lasts_an_hour(stack: cdk.Stack, kind: type[AuditRole | SettingsRole]) -> None:
    create(kind, stack)
    assert roles(stack)[0]["MaxSessionDuration"] == 3600


def test_the_audit_role_reads_settings_and_has_no_permission_of_its_own(stack: cdk.Stack) -> None:
    create(AuditRole, stack)
    role, statements = roles(stack)
    (policy,) = role["ManagedPolicyArns"]
    assert policy["Fn::Join"][1][-1] == ":iam::aws:policy/SecurityAudit"
    assert statements == []


def test_the_settings_role_names_every_action(stack: cdk.Stack) -> None:
    create(SettingsRole, stack)
    _, statements = roles(stack)
    actions = [
        action
        for statement in statements
        for given in [statement["Action"]]
        for action in ([given] if isinstance(given, str) else given)
    ]
    assert not any("*" in action for action in actions)
    assert len(actions) == len(set(actions))


def test_the_settings_role_weakens_nothing(stack: cdk.Stack) -> None:
    create(SettingsRole, stack)
    _, statements = roles(stack)
    actions = {action for statement in statements for action in statement["Action"]}
    assert not actions & {
        "ec2:DisableEbsEncryptionByDefault",
        "iam:DeleteAccountPasswordPolicy",
        "account:DeleteAlternateContact",
        "ec2:AuthorizeSecurityGroupIngress",
    }
    assert not any(
        action.startswith("iam:") and "PasswordPolicy" not in action for action in actions
    )


def test_what_the_settings_role_may_delete_is_of_its_own_account(stack: cdk.Stack) -> None:
    create(SettingsRole, stack)
    _, statements = roles(stack)
    for statement in statements:
        changes = [
            a for a in statement["Action"] if a.partition(":")[2].startswith(("Delete", "Revoke"))
        ]
        if changes:
            assert statement["Resource"] != "*"
            assert "AWS::AccountId" in str(statement["Resource"])


def test_session_preferences_are_the_only_document(stack: cdk.Stack) -> None:
    create(SettingsRole, stack)
    _, statements = roles(stack)
    (documents,) = (s for s in statements if s["Sid"] == "SessionPreferences")
    assert str(documents["Resource"]).count("document/") == 1
    assert "document/SSM-SessionManagerRunShell" in str(documents["Resource"])


def test_the_audit_reader_needs_mfa_and_reaches_audit_roles_of_the_organization_only(
    stack: cdk.Stack,
) -> None:
    AuditReaderRole(
        stack,
        "Role",
        role_name="secbase-audit-reader",
        audit_role="secbase-audit",
        organization_id="o-exampleorgid",
    )
    role, statements = roles(stack)
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"AWS": "arn:aws:iam::333333333333:root"}
    assert trust["Condition"] == {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    (statement,) = statements
    assert statement["Action"] == "sts:AssumeRole"
    assert statement["Resource"] == "arn:aws:iam::*:role/secbase-audit"
    assert statement["Condition"] == {"StringEquals": {"aws:ResourceOrgID": "o-exampleorgid"}}


def test_the_audit_reader_reads_the_logs_that_it_is_given_and_no_others(stack: cdk.Stack) -> None:
    reader = AuditReaderRole(
        stack,
        "Role",
        role_name="secbase-audit-reader",
        audit_role="secbase-audit",
        organization_id="o-exampleorgid",
    )
    key = "arn:aws:kms:eu-west-1:222222222222:key/*"
    reader.read_logs(buckets=["secbase-config", "secbase-org-logs"], keys=[key])
    found = {statement["Sid"]: statement for statement in roles(stack)[1]}
    assert found["ListLogs"]["Resource"] == [
        "arn:aws:s3:::secbase-config",
        "arn:aws:s3:::secbase-org-logs",
    ]
    assert found["ReadLogs"]["Resource"] == [
        "arn:aws:s3:::secbase-config/*",
        "arn:aws:s3:::secbase-org-logs/*",
    ]
    assert found["ReadLogs"]["Action"] == ["s3:GetObject", "s3:GetObjectVersion"]
    decrypt = found["DecryptLogs"]
    assert (decrypt["Action"], decrypt["Resource"]) == ("kms:Decrypt", key)
    assert decrypt["Condition"] == {
        "StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}
    }


def test_the_audit_reader_reads_no_logs_by_itself(stack: cdk.Stack) -> None:
    AuditReaderRole(
        stack,
        "Role",
        role_name="secbase-audit-reader",
        audit_role="secbase-audit",
        organization_id="o-exampleorgid",
    )
    assert not any("s3:" in str(s["Action"]) or "kms:" in str(s["Action"]) for s in roles(stack)[1])
