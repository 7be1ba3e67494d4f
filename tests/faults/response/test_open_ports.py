"""The open-port closer under faults: the port ends closed, and somebody hears of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from tests.faults.deliveries import disordered, poisoned, twice, with_value, without
from tests.faults.injector import (
    DENIED,
    EVERY,
    FOREVER,
    KILLED_AFTER,
    KILLED_BEFORE,
    KILLS,
    THROTTLED,
    Fault,
    Injector,
    Killed,
    install,
)
from tests.unit.response import test_open_ports_handler as closer
from tests.unit.response.test_open_ports_handler import index

aws = closer.aws

ATTEMPTS = 3
"""Lambda's: an asynchronous invocation that fails is repeated twice, then it waits in the queue."""

ABOUT = {"requestParameters", "responseElements", "eventName", "recipientAccountId", "awsRegion"}
"""Parts of a recorded call without which nobody knows where to look."""


@pytest.fixture
def faults(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Injector]:  # noqa: ARG001
    monkeypatch.setattr(index, "_ec2", closer.ASSUME)
    index._client.cache_clear()
    yield install(monkeypatch)
    index._client.cache_clear()


def deliver(event: dict[str, Any], injector: Injector | None = None) -> list[str]:
    """Deliver an event as Lambda does; give how each attempt ended."""
    ends: list[str] = []
    for _ in range(ATTEMPTS):
        try:
            closer.run(event)
        except Killed:
            ends.append("killed")
            assert injector
            injector.dead = False
        except (RuntimeError, BotoCoreError, ClientError) as error:
            ends.append(str(error))
        else:
            return [*ends, ""]
    return ends


def open_group() -> tuple[str, dict[str, Any]]:
    name = closer.group(closer.OPEN["ssh"], closer.OPEN["rdp over UDP"], closer.CLOSED["https"])
    return name, closer.opened(name)


def is_closed(name: str) -> bool:
    return {each["FromPort"] for each in closer.ingress(name)} == {443}


def told(name: str) -> list[str]:
    return [each["Message"] for each in drained() if name in each["Message"]]


def drained() -> list[dict[str, Any]]:
    url = f"https://sqs.eu-west-1.amazonaws.com/{closer.SECURITY}/inbox"
    sqs, found = closer.client_of("sqs"), []
    while taken := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for each in taken:
            found.append(json.loads(each["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
    return found


def recorded(faults: Injector) -> list[str]:
    name, event = open_group()
    faults.clear()
    assert deliver(event) == [""]
    names = [call.name for call in faults.calls]
    assert len(told(name)) == 1
    return names


def survives(faults: Injector, number: int, call: str, fault: Fault, times: int) -> None:
    name, event = open_group()
    faults.clear()
    # The call's place in the first attempt, or each such call for as long as the fault lasts.
    faults.fail(number if times == 1 else call, fault, times=times)
    ends = deliver(event, faults)
    faults.heal()
    said = f"{fault.name} x {times}, {call} ({number}): {ends}"
    needed = call in {"sts:AssumeRole", "ec2:RevokeSecurityGroupIngress"} or "Describe" in call
    # Evidence is kept before the change: who is killed there each time changes nothing.
    needed |= fault in KILLS and call == "s3:PutObject"
    carried_out = fault.after and call == "ec2:RevokeSecurityGroupIngress"
    if times == 1 or not needed or carried_out:
        assert is_closed(name), said
    else:
        assert not is_closed(name), said
        # What is left open waits in the queue, and each attempt was counted as an error.
        assert all(ends), said
        assert len(ends) == ATTEMPTS, said
    # Either people were told of the group, or an attempt failed, which the alarm tells.
    assert told(name) or any(ends), said
    kept = [entry for entry in closer.evidence() if entry["group"] == name]
    assert kept or any(ends), said
    if is_closed(name) and "s3:" not in call and times == 1:
        assert {entry["before"]["FromPort"] for entry in kept} == {22, 3389}, said


def test_a_fault_at_any_call_leaves_no_port_open_and_is_not_silent(faults: Injector) -> None:
    calls = recorded(faults)
    assert {"sts:AssumeRole", "ec2:RevokeSecurityGroupIngress", "s3:PutObject", "sns:Publish"} <= {
        *calls
    }
    for number, call in enumerate(calls):
        for fault in (THROTTLED, KILLED_AFTER):
            survives(faults, number, call, fault, 1)
    for call in dict.fromkeys(calls):
        survives(faults, calls.index(call), call, DENIED, FOREVER)


@pytest.mark.nightly
@pytest.mark.parametrize("fault", EVERY, ids=lambda each: each.name)
@pytest.mark.parametrize("times", [1, FOREVER])
def test_every_fault_at_every_call(faults: Injector, fault: Fault, times: int) -> None:
    calls = recorded(faults)
    for number, call in enumerate(calls):
        survives(faults, number, call, fault, times)


def test_one_rule_that_stays_open_does_not_keep_the_others_open(faults: Injector) -> None:
    name, event = open_group()
    faults.clear()
    faults.fail("RevokeSecurityGroupIngress", DENIED)
    with pytest.raises(RuntimeError, match="1 of 2 open rules are still open"):
        closer.run(event)
    assert {each["FromPort"] for each in closer.ingress(name)} - {443} != {22, 3389}
    [message] = told(name)
    assert message.count("is closed now") == 1
    assert message.count("is STILL OPEN") == 1
    assert deliver(event) == [""]
    assert is_closed(name)


def test_evidence_is_kept_before_the_change(faults: Injector) -> None:
    name, event = open_group()
    faults.clear()
    faults.fail("RevokeSecurityGroupIngress", KILLED_BEFORE)
    with pytest.raises(Killed):
        closer.run(event)
    faults.heal()
    kept = [entry for entry in closer.evidence() if entry["group"] == name]
    assert {entry["state"] for entry in kept} == {"found"}
    assert len(kept) == 2


def test_ports_are_closed_though_nothing_can_be_kept_or_told(faults: Injector) -> None:
    name, event = open_group()
    faults.clear()
    faults.fail("s3:PutObject", DENIED, times=FOREVER)
    with pytest.raises(RuntimeError, match="the evidence was not kept"):
        closer.run(event)
    assert is_closed(name)
    [message] = told(name)
    assert "Problem: the evidence was not kept" in message
    name, event = open_group()
    faults.fail("sns:Publish", DENIED, times=FOREVER)
    with pytest.raises(RuntimeError, match="nobody was told"):
        closer.run(event)
    assert is_closed(name)


def test_an_exemption_whose_end_cannot_be_planned_keeps_no_other_port_open(
    faults: Injector,
) -> None:
    name = closer.group(closer.OPEN["ssh"], closer.OPEN["rdp over UDP"])
    day = (datetime.now(UTC).date() + timedelta(days=3)).isoformat()
    [exempt, _] = closer.ec2().describe_security_group_rules(
        Filters=[{"Name": "group-id", "Values": [name]}]
    )["SecurityGroupRules"][-2:]
    closer.ec2().create_tags(
        Resources=[exempt["SecurityGroupRuleId"]], Tags=[{"Key": "OpenPortUntil", "Value": day}]
    )
    faults.fail("scheduler:CreateSchedule", DENIED, times=FOREVER)
    with pytest.raises(RuntimeError, match=r"nothing closes sg-.* when its exemption ends"):
        closer.run(closer.opened(name))
    assert [each["FromPort"] for each in closer.ingress(name)] == [exempt["FromPort"]]
    assert "stays open, exempt" in told(name)[0]


def test_a_rule_that_cannot_be_judged_is_told_and_left_alone(faults: Injector) -> None:
    name, event = open_group()
    faults.clear()
    faults.fail("DescribeSecurityGroups", DENIED, times=FOREVER)
    with pytest.raises(RuntimeError, match="2 of 2 open rules"):
        closer.run(event)
    faults.heal()
    assert {each["FromPort"] for each in closer.ingress(name)} == {22, 443, 3389}
    assert told(name)[0].count("may be OPEN, and cannot be judged") == 2


def test_a_storm_is_waited_out(faults: Injector) -> None:
    name, event = open_group()
    faults.clear()
    faults.storm("DescribeSecurityGroupRules", 5, code="RequestLimitExceeded", status=503)
    faults.storm("RevokeSecurityGroupIngress", 5, code="RequestLimitExceeded", status=503)
    faults.storm("PutObject", 5, code="SlowDown", status=503, retry_after=3)
    assert deliver(event) == [""]
    assert is_closed(name)
    assert len(faults.slept) == 15


def test_reads_that_lag_behind_close_nothing_else_and_fail_nothing(faults: Injector) -> None:
    name, event = open_group()
    faults.clear()
    faults.lag(2)
    assert [deliver(event) for _ in range(3)] == [[""]] * 3
    faults.heal()
    assert is_closed(name)


@pytest.mark.parametrize("seed", range(3))
def test_duplicates_in_any_order_close_and_tell_once(faults: Injector, seed: int) -> None:
    groups = [open_group() for _ in range(3)]
    faults.clear()
    for event in disordered(twice([event for _, event in groups]), seed):
        assert deliver(event) == [""]
    assert all(is_closed(name) for name, _ in groups)
    messages = [each["Message"] for each in drained()]
    assert [sum(name in each for each in messages) for name, _ in groups] == [1, 1, 1]


def test_what_nobody_needs_to_know_may_be_missing_or_anything() -> None:
    """Whatever else is wrong with an event, the port that it names is looked at."""
    event = closer.opened("sg-0123456789abcdef0")
    place = closer.port_events.place_of(event)
    for said, strange in poisoned(event):
        path = said.split(" ", maxsplit=1)[0].split(".")
        if path == ["detail"] or set(path) & ABOUT:
            # It raises and waits in the queue, or it names no group that anybody could look at.
            continue
        found = closer.port_events.place_of(strange)
        assert (found.account, found.region, found.groups) == (
            place.account,
            place.region,
            place.groups,
        ), said


def test_an_event_of_nowhere_fails_loudly(faults: Injector) -> None:
    event = closer.opened("sg-0123456789abcdef0")
    with pytest.raises(KeyError):
        closer.run(without(event, ("detail",)))
    # Organizations knows no such account, so nobody may become its responder.
    faults.fail("sts:AssumeRole", DENIED, times=FOREVER)
    with pytest.raises(ClientError):
        closer.run(with_value(event, ("detail", "recipientAccountId"), "nobody"))
    assert faults.writes() == []


def test_a_part_of_an_event_that_is_huge_hides_no_open_port(aws: None) -> None:  # noqa: ARG001
    name, event = open_group()
    event["detail"]["userIdentity"]["arn"] = "x" * 300_000
    assert deliver(event) == [""]
    assert is_closed(name)
    assert closer.evidence()[0]["group"] == name
