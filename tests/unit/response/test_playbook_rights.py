"""What the identity and protection playbooks may do in an account, and what they may never."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from baseline.config import load
from baseline.config.contacts import BreakGlass
from baseline.config.names import Names
from baseline.guardrails import roles
from baseline.response.playbooks import family_identity, family_protection
from baseline.response.playbooks.responder import CHANGES
from stacks.member_response import MemberResponseStack
from tests.unit.response import machine

FAMILIES = (family_identity.FAMILY, family_protection.FAMILY)


@pytest.fixture(scope="module")
def policies() -> dict[str, list[dict[str, Any]]]:
    """Give the statements of the responder's policies by the role's name."""
    stack = MemberResponseStack(
        cdk.App(),
        "members",
        names=Names.of(load(Path("baseline.yaml"))),
        families=FAMILIES,
        break_glass=BreakGlass(),
    )
    resources = Template.from_stack(stack).to_json()["Resources"]
    roles = {
        key: each["Properties"]["RoleName"]
        for key, each in resources.items()
        if each["Type"] == "AWS::IAM::Role"
    }
    return {
        roles[each["Properties"]["Roles"][0]["Ref"]]: each["Properties"]["PolicyDocument"][
            "Statement"
        ]
        for each in resources.values()
        if each["Type"] == "AWS::IAM::ManagedPolicy"
    }


def actions(statement: dict[str, Any]) -> list[str]:
    found = statement["Action"]
    return [found] if isinstance(found, str) else found


def statement(statements: list[dict[str, Any]], sid: str) -> dict[str, Any]:
    [found] = [each for each in statements if each["Sid"] == sid]
    return found


def allowed(statements: list[dict[str, Any]]) -> set[str]:
    return {each for one in statements if one["Effect"] == "Allow" for each in actions(one)}


def test_no_right_is_a_wildcard(policies: dict[str, list[dict[str, Any]]]) -> None:
    assert set(policies) == {"secbase-responder-identity", "secbase-responder-protection"}
    for statements in policies.values():
        assert not [action for action in allowed(statements) if "*" in action]


def test_the_identity_responder_gives_itself_nothing(
    policies: dict[str, list[dict[str, Any]]],
) -> None:
    statements = policies["secbase-responder-identity"]
    denied = statement(statements, "LeaveOwnIdentities")
    assert denied["Effect"] == "Deny"
    assert set(actions(denied)) == set(CHANGES)
    text = str(denied["Resource"])
    for name in (":role/secbase-*", f":role/cdk-{roles.QUALIFIER}-*", ":role/OrgBreakGlass"):
        assert name in text
    assert ":user/break-glass-1" in text
    assert ":user/break-glass-2" in text
    # Whatever it may change is among what is denied there, so that no way around is left.
    writing = {each for each in allowed(statements) if not each.startswith(READING)}
    assert writing == set(CHANGES)


READING = ("iam:Get", "iam:List", "cloudtrail:LookupEvents", "ec2:DescribeRegions")


@pytest.mark.parametrize(
    ("sid", "policy"),
    [("QuarantineUsers", "AWSCompromisedKeyQuarantineV3"), ("DenyRoles", "AWSDenyAll")],
)
def test_it_attaches_nothing_but_what_denies(
    policies: dict[str, list[dict[str, Any]]], sid: str, policy: str
) -> None:
    found = statement(policies["secbase-responder-identity"], sid)
    [[condition, values]] = found["Condition"].items()
    assert condition == "ArnEquals"
    assert str(values["iam:PolicyARN"]).endswith(f":iam::aws:policy/{policy}']]}}")


def test_the_protection_responder_only_starts(policies: dict[str, list[dict[str, Any]]]) -> None:
    found = allowed(policies["secbase-responder-protection"])
    writing = {each for each in found if not each.split(":")[1].startswith(("Get", "Describe"))}
    assert writing == {
        "cloudtrail:LookupEvents",
        "cloudtrail:StartLogging",
        "config:StartConfigurationRecorder",
        "guardduty:StartMonitoringMembers",
        "guardduty:UpdateDetector",
    }
    assert not [each for each in found if each.startswith(("iam:Put", "iam:Attach", "s3:Put"))]


def test_handlers_know_the_qualifier_of_the_bootstrap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(machine.HANDLER))
    for module in ("identity_principals", "protection_actors"):
        assert importlib.import_module(module).QUALIFIER == roles.QUALIFIER
