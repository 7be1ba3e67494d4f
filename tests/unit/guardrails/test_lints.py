"""Our lints: on single statements, and over everything that the example attaches."""

from __future__ import annotations

from typing import Any

import pytest

from baseline.guardrails.composition import compose
from baseline.guardrails.facts import ActionFacts, action_facts, action_names
from baseline.guardrails.lints import lint
from baseline.guardrails.reach import meet
from tests.unit.guardrails import harness, iam_data

FINE: dict[str, Any] = {"Sid": "S", "Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}
TAGS = {"aws:TagKeys": ["a"]}
BUS = "arn:aws:events:*:*:event-bus/x-*"
ROLE = "arn:aws:iam::*:role/${aws:PrincipalTag/team, 'none:none'}"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {
            "Action": ["s3:*", "kms:Decrypt"],
            "Resource": ["arn:aws:s3:::bucket", "arn:aws:kms:*:111111111111:key/*"],
        },
        {"Resource": "arn:aws:s3:::${aws:PrincipalTag/team}/*"},
        {"Action": ["s3:*", "s3:Get*", "ec2:?unInstances", "*"]},
        {
            "Action": "ec2:CreateTags",
            "Condition": {
                "ForAllValues:StringEquals": TAGS,
                "Null": {"aws:TagKeys": "false"},
            },
        },
        {"Action": "ec2:*Tags", "Condition": {"ForAnyValue:StringEquals": TAGS}},
        {"Action": "*", "Condition": {"ForAnyValue:StringEquals": TAGS}},
        {"Action": "*", "Resource": "arn:aws:nowhere:*:*:x"},
        {"Action": "ec2:RunInstances", "Resource": "arn:aws:ec2:*:*:instance/*"},
        {"Action": "events:PutPermission", "Condition": {"Null": {"aws:PrincipalArn": "true"}}},
        {"Condition": {"ArnNotLike": {"aws:PrincipalArn": [ROLE]}}},
        {"Condition": {"ArnLike": {"aws:SourceArn": "*"}}},
    ],
)
def test_a_right_statement_passes(changes: dict[str, Any]) -> None:
    assert lint({**FINE, **changes}) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Resource": "arn:aws:s3::bucket"}, "Resource 'arn:aws:s3::bucket' has not the six parts"),
        ({"Resource": ["*", "bucket"]}, "Resource 'bucket' has not the six parts"),
        (
            {"Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam:*:role/x"}}},
            "ArnNotLike aws:PrincipalArn 'arn:aws:iam:*:role/x' has not the six parts",
        ),
        ({"Condition": {"ForAllValues:StringEquals": TAGS}}, "is true without the key"),
        (
            {
                "Condition": {
                    "ForAllValues:StringEquals": TAGS,
                    "Null": {"aws:TagKeys": "true"},
                }
            },
            "is true without the key",
        ),
        ({"Condition": {"ForAnyValue:StringEqualsIfExists": TAGS}}, "leave IfExists out"),
        ({"Action": "s3:GetObjekt"}, "'s3:GetObjekt' does not exist; did you mean 's3:GetObject'"),
        ({"Action": ["s3:*", "s4:Get*"]}, "no service has the prefix 's4'"),
        ({"Action": "guardduty:Delet3*"}, "'guardduty:Delet3*' does not exist"),
        (
            {"Action": ["events:PutPermission", "events:PutEvents"], "Resource": BUS},
            "'events:PutPermission' has no resource-level permissions, so it never matches here",
        ),
        (
            {"Action": ["events:PutResourcePolicy", "events:PutEvents"], "Resource": BUS},
            "'events:PutResourcePolicy' works on arn:*:events:*:*:event-busv2/*/*, which no",
        ),
        (
            {"Action": ["events:PutEvents"], "Resource": [BUS, "arn:aws:events:*:*:rule/x"]},
            "Resource 'arn:aws:events:*:*:rule/x' is of no action of the statement",
        ),
        (
            {
                "Action": "ec2:ModifyImageAttribute",
                "Condition": {"StringEquals": {"ec2:Add/group": "all"}},
            },
            "no request for it has the condition key 'ec2:Add/group'",
        ),
        (
            {
                "Action": ["sqs:DeleteQueue", "account:CloseAccount"],
                "Condition": {"StringEquals": {"aws:ResourceTag/team": "red"}},
            },
            "'account:CloseAccount': no request for it has the condition key",
        ),
    ],
)
def test_a_mistake_is_found(changes: dict[str, Any], message: str) -> None:
    (found,) = lint({**FINE, **changes})
    assert message in found


@pytest.mark.parametrize("switches", harness.SWITCHES)
def test_the_catalog_has_no_mistake(switches: bool) -> None:
    found = [
        f"{guardrail.id} {statement['Sid']}: {trouble}"
        for guardrail in harness.deciding()
        for statement in harness.rendered(guardrail.id, switches=switches).statements
        for trouble in lint(statement)
    ]
    assert not found, "\n".join(found)


def test_every_packed_policy_is_within_its_quota() -> None:
    sizes = {"scp": 10_240, "rcp": 5_120, "ai": 2_500}
    for target in compose(harness.configuration(switches=True)):
        for policy in target.policies:
            assert policy.size <= sizes.get(policy.type.short, 10_000), policy.name


def test_the_actions_are_those_of_the_reference() -> None:
    known = {service: list(names) for service, names in action_names().items()}
    assert known == {name: rows for name, rows in iam_data.action_names().items() if rows}
    for service in known:
        facts = {
            name.lower(): ActionFacts(arns, keys)
            for name, arns, keys in iam_data.action_facts(service)
        }
        assert action_facts(service) == facts, "run tests/unit/guardrails/iam_data.py"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("a*c", "abc", True),
        ("a*", "*c", True),
        ("a*b", "b*a", False),
        ("a?c", "a*c", True),
        ("x/*", "x/", True),
        ("event-bus/*", "event-busv2/*/*", False),
        ("", "*", True),
        ("", "?", False),
    ],
)
def test_two_patterns_meet_or_not(one: str, other: str, expected: bool) -> None:
    assert meet(one, other) is expected
    assert meet(other, one) is expected
