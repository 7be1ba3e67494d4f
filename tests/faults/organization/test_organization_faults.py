"""The organization custom resource while AWS throttles, denies, is silent, lags, or ends it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.faults import deliveries, sweep
from tests.faults.injector import (
    CONCURRENT,
    DENIED,
    FOREVER,
    KILLED_BEFORE,
    KILLS,
    LIMITED,
    PASSING,
    UNANSWERED,
    Call,
    Injector,
    Killed,
)
from tests.faults.organization.world import EVERYTHING, World
from tests.faults.sweep import Case
from tests.unit.organization.fake_aws import SECURITY
from tests.unit.organization.handler import apicalls, desired, index

GOES_AWAY = (*PASSING, CONCURRENT)
Good = tuple[list[Call], dict[str, Any], Counter[str]]


@pytest.fixture
def world(injector: Injector, monkeypatch: pytest.MonkeyPatch) -> Callable[[], World]:
    """Make an organization where nothing is switched on."""

    def make() -> World:
        made = World(injector)
        monkeypatch.setattr(index, "_api", made.api)
        return made

    return make


@pytest.fixture
def good(world: Callable[[], World]) -> Good:
    """A run in which nothing goes wrong: its calls, what it brings about, what it writes."""
    made = world()
    assert made.drive()["IsComplete"] is True
    return list(made.injector.calls), made.aws.state(), written(made.injector)


def written(injector: Injector) -> Counter[str]:
    return Counter(
        f"{call.name} {call.region} {json.dumps(_named(call), sort_keys=True)}"
        for call in injector.writes()
    )


def _named(call: Call) -> dict[str, Any]:
    # botocore makes a new one for each call.
    return {key: value for key, value in call.parameters.items() if key != "clientToken"}


def test_the_good_run_makes_every_call_that_the_handler_knows(good: Good) -> None:
    calls, state, writes = good
    # A property that is missing here would leave its calls untried.
    assert {*desired._READERS} <= {*EVERYTHING}
    assert {row["Service"] for row in EVERYTHING["RegionalAdministrators"]} == {
        *desired.REGIONAL_SERVICES
    }
    assert len({call.name for call in calls}) == 34
    assert max(writes.values()) == 1
    assert len(state["administrators"]) == 12


def ridden_out(world: Callable[[], World], good: Good) -> Callable[[Case], str | None]:
    """Give the attempt for what goes away by itself: the same deployment gets there."""

    def attempt(case: Case) -> str | None:
        made = world()
        made.injector.fail(case.call.number, case.fault)
        try:
            answer = made.drive()
        except Exception as error:  # noqa: BLE001 - each is a finding
            return f"failed with {type(error).__name__}: {error}"
        if made.aws.state() != good[1]:
            return f"left {made.aws.state()}"
        repeated = written(made.injector) - good[2]
        if repeated and case.fault is not UNANSWERED:
            return f"did twice {sorted(repeated)}"
        if answer["Data"]["Changes"] != str(len(good[2]) + 1):  # one call writes two settings
            return f"reported {answer['Data']}"
        return None

    return attempt


def taken_up(world: Callable[[], World], good: Good) -> Callable[[Case], str | None]:
    """Give the attempt for a function that is killed: the next deployment does the rest."""

    def attempt(case: Case) -> str | None:
        made = world()
        made.injector.fail(case.call.number, case.fault)
        try:
            made.drive()
        except Killed:
            made.injector.heal()
        else:
            return "was not killed"
        made.drive("Update")
        if made.aws.state() != good[1]:
            return f"left {made.aws.state()}"
        twice = written(made.injector) - good[2]
        return f"did twice {sorted(twice)}" if twice else None

    return attempt


def refused(world: Callable[[], World], good: Good) -> Callable[[Case], str | None]:
    """Give the attempt for a missing permission: named, and nothing is in the way later."""

    def attempt(case: Case) -> str | None:
        made = world()
        made.injector.fail(case.call.number, case.fault)
        try:
            made.drive()
        except apicalls.RefusedError as error:
            if f"not allowed to call {case.call.name}" not in str(error):
                return f"said {error}"
        else:
            return "was not refused"
        made.injector.heal()
        made.drive("Update")
        return None if made.aws.state() == good[1] else f"left {made.aws.state()}"

    return attempt


ATTEMPTS = {"goes away": (ridden_out, GOES_AWAY), "killed": (taken_up, KILLS)}
ATTEMPTS["denied"] = (refused, (DENIED,))


@pytest.mark.parametrize("kind", ATTEMPTS)
def test_one_call_of_each_operation_fails(
    world: Callable[[], World], good: Good, kind: str
) -> None:
    attempt, faults = ATTEMPTS[kind]
    assert sweep.survivors(sweep.sample(good[0], faults), attempt(world, good)) == []


@pytest.mark.nightly
@pytest.mark.parametrize("kind", ATTEMPTS)
def test_each_call_fails_in_each_way(world: Callable[[], World], good: Good, kind: str) -> None:
    attempt, faults = ATTEMPTS[kind]
    assert sweep.survivors(sweep.exhaustive(good[0], faults), attempt(world, good)) == []


@pytest.mark.parametrize("fault", [LIMITED, CONCURRENT], ids=lambda fault: fault.name)
def test_a_storm_is_waited_out_by_the_next_passes(
    world: Callable[[], World], good: Good, fault: Any
) -> None:
    """The function ends in time, says that it is not complete, and the work goes on later."""
    made = world()
    made.injector.fail(lambda call: not call.is_read, fault, times=FOREVER)
    event = made.event()
    event |= made.invoke("on_event", event)
    assert event["Data"] == {"Changed": "", "Changes": "0"}
    assert made.invoke("is_complete", event) == {"IsComplete": False}
    made.injector.heal()
    made.drive("Update")
    assert made.aws.state() == good[1]


def test_a_storm_over_everything_leaves_no_pass_without_an_answer(
    world: Callable[[], World],
) -> None:
    made = world()
    made.injector.fail(lambda _: True, LIMITED, times=FOREVER)
    event = made.event()
    event |= made.invoke("on_event", event)
    assert made.invoke("is_complete", event) == {"IsComplete": False}
    assert made.injector.writes() == []


@pytest.mark.parametrize("reads", [1, 2, 3])
def test_reads_that_lag_behind_bring_about_the_same(
    world: Callable[[], World], good: Good, reads: int
) -> None:
    made = world()
    made.injector.lag(reads)
    assert made.drive()["IsComplete"] is True
    made.injector.lag(reads)
    made.drive("Update")
    assert made.aws.state() == good[1]


def test_events_that_come_twice_do_nothing_twice(world: Callable[[], World], good: Good) -> None:
    made = world()
    first, second = deliveries.twice([made.event()])
    made.invoke("on_event", first)
    made.invoke("on_event", second)
    made.drive("Update")
    assert made.aws.state() == good[1]
    assert written(made.injector) == good[2]


def test_a_question_that_comes_before_the_start_does_the_work(
    world: Callable[[], World], good: Good
) -> None:
    made = world()
    assert made.invoke("is_complete", made.event()) == {"IsComplete": False}
    made.drive()
    assert made.aws.state() == good[1]
    assert written(made.injector) == good[2]


def test_a_deletion_waits_out_a_storm(world: Callable[[], World]) -> None:
    """A storm of five minutes fails no deletion: the questions after it go on."""
    made = world()
    made.drive()
    made.injector.fail("DisableOrganizationsRootSessions", LIMITED, times=FOREVER)
    event = made.event("Delete")
    event |= made.invoke("on_event", event)
    assert made.invoke("is_complete", event) == {"IsComplete": False}
    made.injector.heal()
    assert made.invoke("is_complete", event) == {"IsComplete": True}
    assert made.aws.root_features == []


@pytest.mark.parametrize("fault", [*PASSING, *KILLS], ids=lambda fault: fault.name)
def test_a_deletion_that_is_disturbed_ends_where_it_should(
    world: Callable[[], World], fault: Any
) -> None:
    made = world()
    made.drive()
    made.injector.clear()
    made.drive("Delete")
    calls = [call.number for call in made.injector.calls]
    assert calls
    for number in calls:
        made = world()
        made.drive()
        made.injector.clear()
        made.injector.fail(number, fault)
        try:
            made.drive("Delete")
        except Killed:
            made.injector.heal()
            made.drive("Delete")
        assert made.aws.root_features == []


def test_a_deletion_where_root_features_were_never_possible_is_no_wait(
    world: Callable[[], World],
) -> None:
    """Without trusted access of IAM there is nothing to turn off, and nothing to wait for."""
    made = world()
    made.drive("Delete")
    assert made.injector.slept == []


def poisons(how: Callable[[Any], Iterator[tuple[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
    return list(how(EVERYTHING))


@pytest.mark.parametrize(
    "how",
    [deliveries.sampled, pytest.param(deliveries.poisoned, marks=pytest.mark.nightly)],
    ids=["sample", "all"],
)
def test_properties_of_another_shape_are_named_and_nothing_is_written(
    world: Callable[[], World], how: Callable[[Any], Iterator[tuple[str, Any]]]
) -> None:
    """A deployment fails with a sentence, its rollback and its deletion do not fail."""
    wrong = []
    for name, properties in poisons(how):
        made = world()
        made.properties = properties
        try:
            desired.parse(properties)
        except desired.PropertyError as error:
            if not str(error):
                wrong.append(f"{name}: no sentence")
        except Exception as error:  # noqa: BLE001 - each is a finding
            wrong.append(f"{name}: {type(error).__name__}: {error}")
        try:
            desired.parse(EVERYTHING, properties)
        except Exception as error:  # noqa: BLE001 - each is a finding
            wrong.append(f"{name} before: {type(error).__name__}: {error}")
    assert wrong == []


def test_a_resource_that_was_never_valid_can_be_deleted(world: Callable[[], World]) -> None:
    for properties in (
        {**EVERYTHING, "DelegatedAdministrators": "x"},
        {**EVERYTHING, "Placements": [SECURITY]},
        {**EVERYTHING, "RegionalAdministrators": [{"Service": ["guardduty"]}]},
    ):
        made = world()
        made.properties = properties
        with pytest.raises(desired.PropertyError):
            made.invoke("on_event", made.event())
        made.drive("Delete")
        assert made.injector.calls == []


def test_a_permission_that_a_deletion_lacks_is_named(world: Callable[[], World]) -> None:
    made = world()
    made.drive()
    made.injector.fail("ListOrganizationsFeatures", DENIED)
    with pytest.raises(apicalls.RefusedError, match="iam:ListOrganizationsFeatures"):
        made.drive("Delete")
    made.injector.fail("ListOrganizationsFeatures", KILLED_BEFORE)
    with pytest.raises(Killed):
        made.drive("Delete")
