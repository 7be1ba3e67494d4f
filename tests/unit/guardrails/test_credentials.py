"""What the credential jobs do passes the packed policies of the example; what imitates it does not."""

from __future__ import annotations

from functools import cache

import pytest

from baseline.guardrails.evaluation import Organization
from baseline.guardrails.model import RoleClass
from baseline.guardrails.needs import NEEDS
from baseline.guardrails.request import Request
from baseline.identity.credentials_permissions import credentials_statements
from tests.unit.guardrails import test_perimeter

MEMBER, SECURITY = "555555555555", "333333333333"
ROOT = f"arn:aws:iam::{MEMBER}:root"
UNITS = ("Infrastructure", "Sandbox", "Security", "Workloads/Production", "Workloads/Test")
# Source: the managed policy IAMDeleteRootUserCredentials, which holds those of the audit task too.
TASKS = (
    "iam:DeactivateMFADevice",
    "iam:DeleteAccessKey",
    "iam:DeleteLoginProfile",
    "iam:DeleteSigningCertificate",
    "iam:GetLoginProfile",
    "iam:ListAccessKeys",
    "iam:ListMFADevices",
    "iam:ListSigningCertificates",
)


@cache
def organization(unit: str) -> Organization:
    return test_perimeter.organization(unit)


def as_root(action: str, *, assumed: bool) -> Request:
    return Request(
        principal_arn=ROOT,
        action=action,
        region="us-east-1",
        resource=ROOT,
        context={"aws:AssumedRoot": "true"} if assumed else {},
    )


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("action", TASKS)
def test_a_root_session_removes_root_credentials_and_the_root_user_does_nothing(
    unit: str, action: str
) -> None:
    assert organization(unit).evaluate(as_root(action, assumed=True)).allowed
    assert organization(unit).evaluate(as_root(action, assumed=False)).sid.startswith("DenyRoot")


@pytest.mark.parametrize("region", ["eu-west-1", "eu-central-1"])
def test_the_security_account_may_open_root_sessions_in_every_unit(region: str) -> None:
    role = f"arn:aws:iam::{SECURITY}:role/secbase-settings-RootCredentialsSweepAccountRole"
    for unit in UNITS:
        request = Request(principal_arn=role, action="sts:AssumeRoot", region=region, resource=ROOT)
        assert organization(unit).evaluate(request).allowed, unit


def test_a_quarantined_account_has_no_root_sessions_either() -> None:
    """The job reports such an account as blocked: nobody can use its root credentials."""
    decision = organization("Suspended").evaluate(as_root("iam:ListAccessKeys", assumed=True))
    assert decision.sid.startswith("DenyEverything")


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("secbase-credentials", True),
        ("secbase-credentials2", False),
        ("x/secbase-credentials", False),
        ("secbase-settings", False),
        ("Admin", False),
    ],
)
def test_only_the_credentials_role_makes_a_successor(unit: str, role: str, allowed: bool) -> None:
    request = Request(
        principal_arn=f"arn:aws:iam::{MEMBER}:role/{role}",
        action="iam:CreateAccessKey",
        region="us-east-1",
        resource=f"arn:aws:iam::{MEMBER}:user/ci",
    )
    assert organization(unit).evaluate(request).allowed is allowed


def test_the_lock_out_proof_holds_every_action_of_the_role() -> None:
    statements = credentials_statements(
        secret_prefix="secbase-access-key/",
        home_region="eu-west-1",
        change_keys=True,
        remove_passwords=True,
    )
    actions = {action for statement in statements for action in statement.actions}
    assert actions == set(NEEDS[RoleClass.CREDENTIALS])
