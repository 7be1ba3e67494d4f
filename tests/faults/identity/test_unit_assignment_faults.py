"""The assignments of units while AWS throttles, denies, is silent, lags, or ends the function."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from tests.faults import sweep
from tests.faults.injector import DENIED, EVERY, FOREVER, THROTTLED, Injector, Killed, install
from tests.faults.sweep import Case
from tests.unit.identity.unit_assignments_aws import AUDITORS, DEVELOPERS, World, calls

WAY = [["name:Workloads", "name:Test"]]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    with mock_aws():
        yield World(monkeypatch)


@pytest.fixture
def faults(world: World, monkeypatch: pytest.MonkeyPatch) -> Injector:
    del world
    return install(monkeypatch)


def prepare(world: World, faults: Injector, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one assignment be missing, one be ours and asked for no more, one be gone already."""
    faults.clear()
    monkeypatch.setenv("REMOVE", "true")
    world.configure()
    world.run("shop")
    world.configure((AUDITORS, "Auditor", WAY), (AUDITORS, "ReadOnly", WAY))
    world.run("shop")
    world.center.delete_account_assignment(
        InstanceArn=world.instance,
        TargetId=world.accounts["shop"],
        TargetType="AWS_ACCOUNT",
        PermissionSetArn=world.sets["ReadOnly"],
        PrincipalType="GROUP",
        PrincipalId=AUDITORS,
    )
    world.configure((DEVELOPERS, "Developer", WAY))
    faults.clear()


def wrong(world: World, faults: Injector) -> str | None:
    found = world.assigned("shop")
    if found != {("Developer", DEVELOPERS)}:
        return f"assigned is {found}"
    if world.recorded("shop") != 1:
        return f"recorded are {world.recorded('shop')}"
    made = [call for call in faults.writes() if "AccountAssignment" in call.operation]
    return None if len(made) == 2 else f"did twice: {[str(call) for call in made]}"


@pytest.mark.parametrize(
    "cases",
    [sweep.sample, pytest.param(sweep.exhaustive, marks=pytest.mark.nightly)],
    ids=["sample", "all"],
)
def test_what_fails_is_reported_and_done_by_the_next_run(
    world: World, faults: Injector, monkeypatch: pytest.MonkeyPatch, cases: Any
) -> None:
    prepare(world, faults, monkeypatch)
    assert world.run("shop")["state"] == "changed"
    recorded = list(faults.calls)
    assert wrong(world, faults) is None

    def attempt(case: Case) -> str | None:
        prepare(world, faults, monkeypatch)
        faults.fail(case.call.number, case.fault)
        said = ""
        try:
            answer = world.run("shop")
        except (Killed, Exception) as error:  # noqa: BLE001 - the state machine reports it
            if case.fault.code not in str(error):
                return f"did not say why: {error}"
        else:
            if answer["state"] not in {"failed", "in_progress"}:
                said = f"nobody was told: {answer}"
        faults.heal()
        world.run("shop")
        return wrong(world, faults) or said or None

    assert sweep.survivors(cases(recorded, EVERY), attempt) == []


def test_a_record_that_cannot_be_written_makes_no_assignment_and_stops_no_other(
    world: World, faults: Injector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is made without a record would never be taken away again."""
    prepare(world, faults, monkeypatch)
    faults.fail("PutItem", DENIED, times=FOREVER)
    answer = world.run("shop")
    assert {row["detail"].split(":")[0]: row["state"] for row in answer["rows"]} == {
        "assign": "failed",
        "remove": "changed",
    }
    assert world.assigned("shop") == set()


def test_throttling_is_the_state_machine_s_to_repeat(
    world: World, faults: Injector, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(world, faults, monkeypatch)
    faults.fail("CreateAccountAssignment", THROTTLED)
    with pytest.raises(calls.ThrottledError):
        world.run("shop")
    world.run("shop")
    assert wrong(world, faults) is None


def test_an_account_that_is_visited_twice_is_changed_once(
    world: World, faults: Injector, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(world, faults, monkeypatch)
    for new in (True, False):
        world.run("shop", new_run=new)
    assert wrong(world, faults) is None
