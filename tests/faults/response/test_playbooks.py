"""Playbooks under faults: contained in the end, done once, and whatever was done is reported."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError

from tests.faults.injector import (
    DENIED,
    EVERY,
    FOREVER,
    KILLED_AFTER,
    PASSING,
    Call,
    Fault,
    Injector,
    Killed,
    install,
)
from tests.faults.response.worlds import WORLDS, World
from tests.unit.response import machine

ENDED = type("Sandbox.Timedout", (Exception,), {})


@contextmanager
def faulty(name: str) -> Iterator[tuple[World, Injector]]:
    """Give a fresh account, with an injector before it."""
    with WORLDS[name]() as world, pytest.MonkeyPatch.context() as patched:
        injector = install(patched)
        real = machine.index.handler

        def handler(event: Any, context: Any) -> Any:
            try:
                return real(event, context)
            except Killed as error:
                injector.dead = False
                raise ENDED("the function ran out of time") from error

        patched.setattr(machine.index, "handler", handler)
        yield world, injector


def run(world: World, number: int = 1) -> machine.Run:
    event = json.loads(json.dumps(world.event))
    for key in ("id", "eventID"):
        if isinstance(event["detail"].get(key), str):
            event["detail"][key] += f"-{number}"
    event["id"] = f"{event['id']}-{number}"
    execution = machine.EXECUTION.replace("run-1", f"run-{number}")
    return machine.run(world.playbook, event, execution=execution)


class Good:
    """A run without faults: its calls, what it changed, and what it left behind."""

    def __init__(self, name: str) -> None:
        with faulty(name) as (world, injector):
            done = run(world)
            assert done.status == "SUCCEEDED", done.state
            self.calls: list[Call] = list(injector.calls)
            self.changed = {key for key, status in done.statuses.items() if status == "changed"}
            self.statuses = done.statuses
            injector.clear()
            self.state = world.state()
            machine.messages()

    def writes(self) -> list[Call]:
        """Give the first call of each operation that changes something."""
        found: dict[str, Call] = {}
        for call in self.calls:
            if not call.is_read:
                found.setdefault(call.name, call)
        return list(found.values())


def survives_once(name: str, good: Good, call: Call, fault: Fault) -> None:
    """A fault that passes: contained at once, and every change is in the report."""
    said = f"{name}: {fault.name} at {call}"
    with faulty(name) as (world, injector):
        injector.fail(call.number, fault)
        done = run(world)
        injector.clear()
        assert world.state() == good.state, f"{said}: {done.state}"
        assert done.status == "SUCCEEDED", f"{said}: {done.state}"
        missing = good.changed - {
            key for key, status in done.statuses.items() if status == "changed"
        }
        assert not missing, f"{said}: {missing} not reported: {done.statuses}"
        [*_, told] = machine.messages()
        assert told["Subject"].startswith(("Contained", "Recorded")), f"{said}: {told}"


def survives_denial(name: str, good: Good, call: Call, fault: Fault = DENIED) -> None:
    """A fault that stays: it is reported, nothing else is held up, and the run after it completes."""
    said = f"{name}: {fault.name} at each {call.name}"
    with faulty(name) as (world, injector):
        injector.fail(call.name, fault, times=FOREVER)
        done = run(world)
        injector.clear()
        told = machine.messages()
        opened = "incident" in done.state and "closed" in done.state
        silent = done.status == "SUCCEEDED" and not (
            opened and (done.summary["problems"] or done.summary["failed"])
        )
        # What only reads may be noted as unknown; a denial of a change is never silent.
        assert call.is_read or not silent, f"{said}: {done.statuses}"
        if opened and call.name != "sns:Publish":
            assert told, said
        again = run(world, 2)
        injector.clear()
        assert again.status == "SUCCEEDED", f"{said}: {again.state}"
        assert world.state() == good.state, said


def test_a_change_whose_answer_is_lost_or_refused() -> None:
    """A sample of what each night does with every call of every playbook."""
    name = "compromised-access-key"
    good = Good(name)
    assert good.changed
    changes = [call for call in good.writes() if call.service == "iam"]
    assert len(changes) >= 4
    for call in changes:
        survives_once(name, good, call, KILLED_AFTER)
    survives_denial(name, good, changes[0])


@pytest.mark.nightly
@pytest.mark.parametrize("fault", [*PASSING, *EVERY[-2:]], ids=lambda each: each.name)
@pytest.mark.parametrize("name", WORLDS)
def test_every_call_of_every_playbook_fails_once(name: str, fault: Fault) -> None:
    good = Good(name)
    for call in good.calls:
        survives_once(name, good, call, fault)


@pytest.mark.nightly
@pytest.mark.parametrize("name", WORLDS)
def test_every_operation_of_every_playbook_is_denied(name: str) -> None:
    good = Good(name)
    for call in {call.name: call for call in reversed(good.calls)}.values():
        survives_denial(name, good, call)


def test_a_duplicate_is_answered_once_and_a_later_finding_looks_again() -> None:
    with faulty("compromised-access-key") as (world, injector):
        done = run(world)
        writes = [call for call in injector.writes() if call.service == "iam"]
        assert writes
        injector.clear()
        event = json.loads(json.dumps(world.event))
        event["detail"]["id"] += "-1"
        event["id"] += "-1"
        twice = machine.run(world.playbook, event, execution=machine.EXECUTION + "-other")
        assert twice.visited == ["Open"]
        later = run(world, 2)
        assert [call for call in injector.writes() if call.service == "iam"] == []
        assert later.status == done.status == "SUCCEEDED"


def test_a_finding_that_comes_late_changes_nothing_more() -> None:
    """Its older update arrives after the newer one was answered."""
    with faulty("compromised-access-key") as (world, injector):
        run(world, 2)
        injector.clear()
        world.event["detail"]["updatedAt"] = "2020-01-01T00:00:00.000Z"
        done = run(world, 1)
        assert done.status == "SUCCEEDED"
        assert [call for call in injector.writes() if call.service == "iam"] == []


def test_reads_that_lag_behind_do_no_harm() -> None:
    good = Good("compromised-access-key")
    with faulty("compromised-access-key") as (world, injector):
        injector.lag(2)
        run(world)
        injector.heal()
        run(world, 2)
        injector.clear()
        assert world.state() == good.state


def test_the_largest_results_fit_into_the_state() -> None:
    """Step Functions ends an execution whose state has more than 256 KiB, and no catch hears of it."""
    from baseline.response.playbooks.catalog import PLAYBOOKS  # noqa: PLC0415 - only here

    sizes = sys.modules["sizes"]
    steps = max(len(each.steps) for each in PLAYBOOKS)
    with faulty("compromised-role-session") as (world, _):
        state = run(world).state

        class Large:
            incident, execution, step = state["incident"], machine.EXECUTION, "large_step"

        lines = [f"{number} {'ä' * 5_000}" for number in range(500)]
        result = {
            "status": "changed",
            "said": lines,
            "problems": lines,
            "evidence": [{"key": "k" * 300}] * 500,
            "facts": {"changes": lines},
            "started": "",
            "ended": "",
        }
        with pytest.MonkeyPatch.context() as patched:
            for key, value in machine.environment("identity", {}).items():
                patched.setenv(key, value)
            short = sizes.fitting(Large, result)
        [whole] = [body for key, body in machine.evidence().items() if "large_step" in key]
        assert json.loads(whole) == result
    assert short["status"] == "changed"
    assert short["said"][-1].startswith("and 492 more")
    total = steps * len(json.dumps(short).encode())
    told = steps * len(json.dumps([short["said"], short["problems"]]).encode())
    assert total + told + sizes.INCIDENT_BYTES < 256 * 1024


def test_no_interface_stays_in_the_open_group_because_a_call_got_no_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(str(machine.HANDLER))
    isolation = importlib.import_module("compute_isolation")
    given: list[str] = []

    def give(_: Any, name: str, __: Any) -> None:
        if name == "eni-1":
            raise ConnectTimeoutError(endpoint_url="https://ec2")
        given.append(name)

    monkeypatch.setattr(isolation, "_give", give)
    failed = isolation._close(None, ["eni-1", "eni-2", "eni-3"], "sg-isolation")
    assert given == ["eni-2", "eni-3"]
    assert isinstance(failed, ConnectTimeoutError)


def test_one_thing_without_an_answer_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(machine.HANDLER))
    calls = sys.modules["calls"]
    incident = {"target": {}, "account": "5" * 12, "region": "eu-west-1", "dry_run": False}
    call = calls.Call({"incident": incident}, step="step", execution="execution")
    done: list[int] = []

    def act(number: int) -> None:
        if number == 1:
            raise ConnectTimeoutError(endpoint_url="https://" + "x" * 20_000)
        done.append(number)

    with pytest.raises(calls.PartlyFailed) as raised:
        call.each([1, 2, 3], act)
    assert done == [2, 3]
    assert len(str(raised.value)) < 20_000
