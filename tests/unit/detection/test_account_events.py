"""Accounts that join or move: forwarded from us-east-1, for the sweeps, and e-mailed to nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest

from baseline.config import Names
from baseline.detection import event_patterns
from stacks.organization_events import OrganizationEventsStack
from tests.unit.detection.matching import matches

CREATED = {
    "eventName": "CreateAccountResult",
    "serviceEventDetails": {"createAccountStatus": {"accountId": "777777777777"}},
}
MOVED = {
    "eventName": "MoveAccount",
    "userIdentity": {"type": "AssumedRole"},
    "requestParameters": {"accountId": "777777777777"},
}
JOINED = {"eventName": "AccountJoinedOrganization", "serviceEventDetails": {}}
SERVICE, CALL = "AWS Service Event via CloudTrail", "AWS API Call via CloudTrail"


def event(detail: dict[str, Any], kind: str = CALL) -> dict[str, Any]:
    return {"source": "aws.organizations", "detail-type": kind, "detail": detail}


@pytest.mark.parametrize(("detail", "kind"), [(CREATED, SERVICE), (JOINED, SERVICE), (MOVED, CALL)])
def test_accounts_that_join_or_move_are_forwarded(detail: dict[str, Any], kind: str) -> None:
    assert matches(event_patterns.accounts_changed(), event(detail, kind))


@pytest.mark.parametrize(
    "detail",
    [{**MOVED, "errorCode": "AccessDeniedException"}, {**MOVED, "eventName": "CreateAccount"}],
)
def test_refused_and_other_calls_are_not(detail: dict[str, Any]) -> None:
    assert not matches(event_patterns.accounts_changed(), event(detail))


def test_of_a_moved_account_nobody_is_told_unless_root_did_it() -> None:
    told = event_patterns.forwarded_activity()
    assert not matches(told, event(MOVED))
    assert matches(told, event({**MOVED, "userIdentity": {"type": "Root"}}))
    assert matches(told, event({"eventName": "StopLogging", "userIdentity": {"type": "IAMUser"}}))


def test_the_rule_sends_to_the_security_bus(
    names: Names, of_type: Callable[[cdk.Stack, str], list[dict[str, Any]]]
) -> None:
    stack = OrganizationEventsStack(
        cdk.App(),
        "organization-events",
        names=names,
        env=cdk.Environment(account=names.management, region="us-east-1"),
    )
    (rule,) = of_type(stack, "AWS::Events::Rule")
    (target,) = rule["Properties"]["Targets"]
    assert target["Arn"] == names.event_bus_arn
    assert target["RoleArn"].endswith(":role/secbase-event-forwarding")
    assert rule["Properties"]["Name"] == "secbase-forward-account-changes"
