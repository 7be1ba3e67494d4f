"""Samples and canaries: who is told of what, and from which rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from baseline.config import Names
from baseline.detection import event_patterns
from baseline.detection.event_forwarding import EventForwarding, SignInForwarding
from baseline.detection.event_patterns import SEVERITIES, Canaries, Emergency
from tests.unit.detection.matching import matches

CANARIES = Canaries(users=("backup-exporter",), account="333333333333")
EMERGENCY = Emergency(role="OrgBreakGlass", users=("break-glass-1",), account="111111111111")
OfType = Callable[[cdk.Stack, str], list[dict[str, Any]]]


def call(name: str, user: str, *, kind: str = "IAMUser", account: str = "333333333333") -> Any:
    return {
        "source": "aws.sts",
        "account": account,
        "detail-type": "AWS API Call via CloudTrail",
        "detail": {"eventName": name, "userIdentity": {"type": kind, "userName": user}},
    }


@pytest.mark.parametrize(
    "name", ["GetCallerIdentity", "ListBuckets", "AuthorizeSecurityGroupIngress"]
)
def test_whatever_a_canary_does_is_forwarded_and_told(name: str) -> None:
    event = call(name, "backup-exporter")
    assert matches(event_patterns.canary_use(CANARIES), event)
    assert matches(event_patterns.forwarded_activity(CANARIES.users), event)


@pytest.mark.parametrize(
    "event",
    [
        call("GetCallerIdentity", "anna"),
        call("GetCallerIdentity", "backup-exporter", account="555555555555"),
        call("GetCallerIdentity", "backup-exporter", kind="AssumedRole"),
    ],
)
def test_others_are_not_taken_for_a_canary(event: dict[str, Any]) -> None:
    assert not matches(event_patterns.canary_use(CANARIES), event)


def test_without_canaries_quiet_calls_stay_quiet() -> None:
    event = call("AuthorizeSecurityGroupIngress", "backup-exporter")
    assert not matches(event_patterns.forwarded_activity(), event)


SAMPLES = [
    {"title": "[SAMPLE] x", "service": {}},
    {"title": "x", "service": {"additionalInfo": {"sample": True}}},
]


def finding(detail: dict[str, Any]) -> dict[str, Any]:
    return {
        "source": "aws.guardduty",
        "detail-type": "GuardDuty Finding",
        "detail": {"severity": 9.5, **detail},
    }


@pytest.mark.parametrize("detail", SAMPLES)
def test_a_sample_reaches_the_inbox_and_nobody_else(detail: dict[str, Any]) -> None:
    event = finding(detail)
    assert matches(event_patterns.sample_findings(), event)
    for severity in SEVERITIES.values():
        told = event_patterns.guardduty_findings(severity)
        assert not matches(told, {**event, "detail": {**event["detail"], "severity": 9.5}})


def test_a_finding_is_no_sample() -> None:
    event = finding({"title": "x", "service": {"additionalInfo": {"sample": False}}})
    assert not matches(event_patterns.sample_findings(), event)
    assert matches(event_patterns.guardduty_findings(SEVERITIES["critical"]), event)


def forwarding(
    stack: cdk.Stack, names: Names, canaries: Canaries | None, *, regional: bool
) -> None:
    common: dict[str, Any] = {
        "bus_arn": names.event_bus_arn,
        "role_name": names.event_forwarding_role,
        "rule_name": names.forwarding_rule,
        "emergency": EMERGENCY,
        "canaries": canaries,
    }
    if regional:
        common |= {"guardduty_account": names.security, "core_accounts": names.core_accounts}
        EventForwarding(stack, "Forwarding", **common)
    else:
        SignInForwarding(stack, "Forwarding", **common)


def canary_rules(stack: cdk.Stack, of_type: OfType) -> list[dict[str, Any]]:
    rules = of_type(stack, "AWS::Events::Rule")
    return [one for one in rules if one["Properties"]["Name"] == "secbase-forward-canaries"]


@pytest.mark.parametrize("regional", [True, False])
def test_calls_that_read_are_forwarded_from_the_account_of_the_canary_alone(
    stack: cdk.Stack, names: Names, of_type: OfType, regional: bool
) -> None:
    forwarding(stack, names, CANARIES, regional=regional)

    (rule,) = canary_rules(stack, of_type)
    assert rule["Properties"]["State"] == "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
    assert rule["Properties"]["EventPattern"]["account"] == ["333333333333"]
    template = assertions.Template.from_stack(stack).to_json()
    condition = template["Conditions"][rule["Condition"]]
    assert condition == {"Fn::Equals": [{"Ref": "AWS::AccountId"}, "333333333333"]}
    others = [one for one in of_type(stack, "AWS::Events::Rule") if one is not rule]
    assert {one["Properties"]["State"] for one in others} >= {"ENABLED"}


@pytest.mark.parametrize("canaries", [None, Canaries(users=(), account="333333333333")])
def test_without_canaries_there_is_no_rule(
    stack: cdk.Stack, names: Names, of_type: OfType, canaries: Canaries | None
) -> None:
    forwarding(stack, names, canaries, regional=True)
    assert canary_rules(stack, of_type) == []
