"""Rendering: values of the right type, exemptions in every statement, valid policies only."""

from __future__ import annotations

from typing import Any

import pytest

from baseline.errors import BaselineError
from baseline.guardrails import catalog
from baseline.guardrails.model import Guardrail, PolicyType, RoleClass
from baseline.guardrails.rendering import render
from tests.unit.guardrails import harness

PROTECT = catalog.guardrails()["protect-cloudtrail"]


def changed(**changes: Any) -> Guardrail:
    document = PROTECT.model_dump(mode="json") | changes
    return Guardrail.model_validate(document)


def test_every_statement_leaves_out_exactly_the_exempt_roles() -> None:
    world = harness.world()
    for guardrail in harness.deciding():
        if guardrail.type is PolicyType.RCP:
            continue  # the roles count in the resource's account only
        patterns = [
            p for role_class in guardrail.exemptions for p in world.roles.patterns(role_class)
        ]
        for statement in harness.rendered(guardrail.id).statements:
            condition: Any = statement.get("Condition", {})
            found = condition.get("ArnNotLike", {}).get("aws:PrincipalArn", [])
            assert found == patterns, statement["Sid"]


def test_exempt_roles_are_named_exactly() -> None:
    roles = harness.world().roles
    assert roles.patterns(RoleClass.BREAK_GLASS) == ["arn:aws:iam::*:role/OrgBreakGlass"]
    deployers = roles.patterns(RoleClass.DEPLOYERS)
    assert "arn:aws:iam::222222222222:role/cdk-secbase-*-role-222222222222-*" in deployers
    assert not [p for p in deployers if "111111111111" in p]  # SCPs do not bind that account
    for role_class in RoleClass:
        for pattern in roles.patterns(role_class):
            assert ":role/*" not in pattern


def test_a_statement_keeps_its_own_conditions_beside_the_exemptions() -> None:
    statement = harness.rendered("deny-regions").statements[0]
    condition: Any = statement["Condition"]
    assert set(condition) == {"StringNotEquals", "ArnNotLike"}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "guardrail protect-cloudtrail: parameter prefix has no value"),
        ({"prefix": ["x"]}, r"parameter prefix must be of type string, got \['x'\]"),
        ({"prefix": ""}, "must be of type string"),
    ],
)
def test_a_value_that_is_missing_or_wrong_is_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(BaselineError, match=message):
        render(PROTECT, values, harness.world().roles)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ({"Principal": "*"}, "an SCP has no Principal"),
        (
            {"Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"}}},
            "name role classes",
        ),
        ({"Condition": {"Bool": {"aws:Nope": "true"}}}, "is not a condition key"),
        ({"Sid": "with space"}, "needs a Sid of letters and digits"),
        ({"Sid": ""}, "needs a Sid of letters and digits"),
    ],
)
def test_a_statement_that_makes_no_valid_policy_is_refused(
    statement: dict[str, Any], message: str
) -> None:
    row = {"Sid": "X", "Effect": "Deny", "Action": "s3:*", "Resource": {"$parameter": "prefix"}}
    with pytest.raises(BaselineError, match=message):
        render(changed(statements=[row | statement]), {"prefix": "p"}, harness.world().roles)


@pytest.mark.parametrize(
    ("kind", "value", "accepted"),
    [
        ("string", "x", True),
        ("strings", ["x"], True),
        ("strings", [1], False),
        ("boolean", True, True),
        ("boolean", "true", False),
        ("account", "222222222222", True),
        ("account", "22222222222", False),
        ("status", "enabled", True),
        ("status", "on", False),
    ],
)
def test_parameter_types(kind: str, value: Any, accepted: bool) -> None:
    guardrail = changed(parameters={"prefix": {"type": kind, "description": "d"}})
    assert guardrail.parameters["prefix"].accepts(value) is accepted
