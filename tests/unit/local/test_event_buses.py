"""A bus takes events of another account only when its policy admits that account."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from baseline.errors import BaselineError
from baseline.local import emulators, organization
from baseline.local.backends import events

MANAGEMENT, MEMBER, STRANGER = "111111111111", "222222222222", "777777777777"
ORGANIZATION = {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch) -> None:
    found = SimpleNamespace(org=SimpleNamespace(id="o-exampleorgid"))
    owners = {MEMBER: MANAGEMENT, MANAGEMENT: MANAGEMENT}
    monkeypatch.setattr(organization, "management_of", owners.get)
    monkeypatch.setattr(organization, "backend", lambda _: found)


def statement(**changes: Any) -> dict[str, Any]:
    made = {"Effect": "Allow", "Principal": "*", "Action": "events:PutEvents", "Resource": "*"}
    return made | changes


@pytest.mark.parametrize(
    "admitting",
    [
        statement(Condition=ORGANIZATION),
        statement(Principal={"AWS": MEMBER}),
        statement(Principal={"AWS": [f"arn:aws:iam::{MEMBER}:root"]}),
        statement(Action=["events:PutEvents", "events:PutRule"], Condition=ORGANIZATION),
    ],
)
def test_members_are_admitted(admitting: dict[str, Any]) -> None:
    assert events._allows(admitting, events._facts(MEMBER))
    assert not events._allows(admitting, events._facts(STRANGER))


FORWARDING = {
    "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/forward"},
    "StringLikeIfExists": {"events:source": ["aws.*"]},
}


@pytest.mark.parametrize(
    ("role", "source", "admitted"),
    [
        (f"arn:aws:iam::{MEMBER}:role/forward", "aws.organizations", True),
        (f"arn:aws:iam::{MEMBER}:role/forward", "", True),
        (f"arn:aws:iam::{MEMBER}:role/forward", "mine", False),
        (f"arn:aws:iam::{MEMBER}:role/other", "aws.organizations", False),
        ("", "aws.organizations", False),
    ],
)
def test_the_role_of_the_rule_and_the_source_decide(role: str, source: str, admitted: bool) -> None:
    given = statement(Condition=ORGANIZATION | FORWARDING)
    facts = events._facts(MEMBER, role=role, source=source)
    assert events._allows(given, facts) is admitted


@pytest.mark.parametrize(
    "other",
    [
        statement(Effect="Deny"),
        statement(Action="events:PutRule"),
        statement(Principal={"AWS": MANAGEMENT}),
        statement(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-another"}}),
        statement(Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/forward"}}),
        statement(Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
    ],
)
def test_everything_else_is_not_understood_as_an_admission(other: dict[str, Any]) -> None:
    assert not events._allows(other, events._facts(MEMBER))


def test_only_services_are_spoken_for() -> None:
    with pytest.raises(BaselineError, match="mine is no AWS service's source"):
        events.emit({"source": "mine"})


CALL = "AWS API Call via CloudTrail"
ALL = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


@pytest.mark.parametrize(
    ("kind", "name", "hearing"),
    [
        (CALL, "GetCallerIdentity", {ALL}),
        (CALL, "ListBuckets", {ALL}),
        (CALL, "DescribeInstances", {ALL}),
        (CALL, "GetSessionToken", {"ENABLED", ALL}),
        (CALL, "AssumeRole", {"ENABLED", ALL}),
        ("GuardDuty Finding", "", {"ENABLED", ALL}),
    ],
)
def test_calls_that_only_read_reach_rules_that_ask_for_them(
    monkeypatch: pytest.MonkeyPatch, kind: str, name: str, hearing: set[str]
) -> None:
    heard = []
    states = ("ENABLED", ALL, "DISABLED")
    service = SimpleNamespace(
        _rules={one: {"State": one, "EventPattern": "{}"} for one in states},
        _targets={one: [{"Id": "target"}] for one in states},
        _pattern_event_view=lambda event: event,
        _matches_pattern_view=lambda *_: True,
        _invoke_target=lambda _target, _event, rule, _view: heard.append(rule["State"]),
    )
    monkeypatch.setattr(emulators, "ministack", lambda _: service)

    events._dispatch({"DetailType": kind, "Detail": json.dumps({"eventName": name})})

    assert set(heard) == hearing
