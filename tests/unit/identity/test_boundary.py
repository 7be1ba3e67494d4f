from __future__ import annotations

import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from baseline.identity.boundary import NEVER, PermissionsBoundary
from tests.unit.guardrails import iam_data
from tests.unit.identity.policies import ACCOUNT, allows, managed, request

BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/secbase-boundary"
DEVELOPER = f"arn:aws:iam::{ACCOUNT}:role/Developer"
MANAGED_POLICY_SIZE = 6144
"""Source: IAM User Guide, "IAM and AWS STS quotas"."""


def role(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


@pytest.fixture
def documents(stack: cdk.Stack) -> list[dict[str, Any]]:
    PermissionsBoundary(
        stack,
        "Boundary",
        policy_name="secbase-boundary",
        prefix="secbase",
        break_glass_role="OrgBreakGlass",
    )
    return managed(stack)


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("s3:GetObject", "arn:aws:s3:::shop/a", {}),
        ("ec2:RunInstances", "*", {}),
        ("iam:CreateRole", role("app"), {"iam__PermissionsBoundary": BOUNDARY}),
        ("iam:AttachRolePolicy", role("app"), {"iam__PermissionsBoundary": BOUNDARY}),
        ("iam:PutRolePermissionsBoundary", role("app"), {"iam__PermissionsBoundary": BOUNDARY}),
        ("iam:PassRole", role("app"), {}),
        ("iam:DeleteRole", role("app"), {}),
        ("iam:CreatePolicy", f"arn:aws:iam::{ACCOUNT}:policy/app", {}),
        ("sts:AssumeRole", "arn:aws:iam::555555555555:role/app", {}),
        ("organizations:DescribeOrganization", "*", {}),
    ],
)
def test_work_goes_on(
    documents: list[dict[str, Any]], action: str, resource: str, context: dict[str, str]
) -> None:
    assert allows(documents, request(DEVELOPER, action, resource, **context))


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("iam:CreateRole", role("app"), {}),
        ("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/app", {}),
        (
            "iam:CreateRole",
            role("app"),
            {"iam__PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/team"},
        ),
        (
            "iam:CreateRole",
            role("app"),
            {"iam__PermissionsBoundary": "arn:aws:iam::555555555555:policy/secbase-boundary"},
        ),
        ("iam:AttachRolePolicy", role("WasHereBefore"), {}),
        ("iam:PutRolePolicy", DEVELOPER, {}),
        ("iam:UpdateAssumeRolePolicy", role("WasHereBefore"), {}),
        ("iam:DeleteRolePermissionsBoundary", DEVELOPER, {"iam__PermissionsBoundary": BOUNDARY}),
        ("iam:CreatePolicyVersion", BOUNDARY, {}),
        ("iam:SetDefaultPolicyVersion", BOUNDARY, {}),
        ("iam:DeletePolicy", BOUNDARY, {}),
        ("iam:CreateAccessKey", f"arn:aws:iam::{ACCOUNT}:user/admin", {}),
        ("iam:UpdateLoginProfile", f"arn:aws:iam::{ACCOUNT}:user/admin", {}),
        ("iam:CreateSAMLProvider", f"arn:aws:iam::{ACCOUNT}:saml-provider/x", {}),
        ("iam:PassRole", role("secbase-settings"), {}),
        (
            "iam:UpdateAssumeRolePolicy",
            role("secbase-audit"),
            {"iam__PermissionsBoundary": BOUNDARY},
        ),
        (
            "iam:UpdateAssumeRolePolicy",
            role("OrgBreakGlass"),
            {"iam__PermissionsBoundary": BOUNDARY},
        ),
        ("iam:PassRole", role(f"cdk-secbase-cfn-exec-role-{ACCOUNT}-eu-west-1"), {}),
        ("sts:AssumeRole", "arn:aws:iam::555555555555:role/OrgBreakGlass", {}),
        (
            "sts:AssumeRole",
            "arn:aws:iam::222222222222:role/cdk-secbase-deploy-role-222222222222-eu-west-1",
            {},
        ),
        ("organizations:LeaveOrganization", "*", {}),
        ("sts:AssumeRoot", "*", {}),
    ],
)
def test_iam_1_no_way_leads_to_more_permissions(
    documents: list[dict[str, Any]], action: str, resource: str, context: dict[str, str]
) -> None:
    assert not allows(documents, request(DEVELOPER, action, resource, **context))


def test_iam_1_no_statement_allows_everything(documents: list[dict[str, Any]]) -> None:
    (document,) = documents
    for statement in document["Statement"]:
        if statement["Effect"] == "Allow":
            assert "Action" not in statement
            assert set(statement["NotAction"]) == set(NEVER)


def test_every_action_exists_and_the_document_fits(documents: list[dict[str, Any]]) -> None:
    (document,) = documents
    for statement in document["Statement"]:
        for action in [statement.get("Action", statement.get("NotAction"))]:
            for name in [action] if isinstance(action, str) else action:
                service, _, verb = name.partition(":")
                assert verb in iam_data.actions(service).values(), name
    assert len(json.dumps(document, separators=(",", ":"))) <= MANAGED_POLICY_SIZE


@pytest.mark.usefixtures("documents")
def test_it_outlives_its_stack(stack: cdk.Stack) -> None:
    template = assertions.Template.from_stack(stack)
    (policy,) = template.find_resources("AWS::IAM::ManagedPolicy").values()
    assert policy["DeletionPolicy"] == "RetainExceptOnCreate"
    assert policy["Properties"]["ManagedPolicyName"] == "secbase-boundary"
