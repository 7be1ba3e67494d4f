"""Game days while AWS throttles, denies, is silent, or the command is killed: nothing stays behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from baseline.config import Names
from baseline.gameday import runs
from baseline.gameday.aws import troubles
from baseline.gameday.journal import Entry, Journal
from baseline.gameday.library import scenarios
from baseline.gameday.results import Result
from baseline.gameday.runner import Runner
from tests.faults import sweep
from tests.faults.deliveries import HUGE
from tests.faults.gameday.cloud import Cloud
from tests.faults.injector import (
    DENIED,
    EVERY,
    FOREVER,
    KILLED_AFTER,
    THROTTLED,
    UNANSWERED,
    UNREACHED,
    Call,
    Fault,
    Injector,
    Killed,
)
from tests.faults.sweep import Case
from tests.unit.gameday.fakes import HOME, MEMBER, Clock, configuration

PLAYED = ("open-port", "public-bucket", "instances-stopped", "guardduty-samples")


class MortalJournal(Journal):
    """A process that was killed writes no file."""

    injector: Injector

    def write(self, entry: Entry) -> None:
        if self.injector.dead:
            raise Killed
        super().write(entry)


class World:
    """A cloud, a clock and a journal for each attempt."""

    def __init__(self, folder: Path, names: Names) -> None:
        self.folder, self.names, self.injector = folder, names, Injector()
        self.attempts = 0
        self.anew()

    def anew(self) -> None:
        self.injector.clear()
        self.attempts += 1
        self.clock = Clock()
        self.cloud = Cloud(self.injector, self.clock)
        self.journal = MortalJournal(folder=self.folder / str(self.attempts))
        object.__setattr__(self.journal, "injector", self.injector)

    def runner(self) -> Runner:
        return Runner(
            world=self.cloud,
            names=self.names,
            journal=self.journal,
            target="AWS",
            break_glass_role="OrgBreakGlass",
            run="gameday-1",
            clock=self.clock,
            wait=self.clock.wait,
        )

    def play(self, name: str) -> Result:
        return self.runner().play(scenarios()[name], MEMBER, HOME)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "journals", Names.of(configuration(tmp_path)))


def said(result: Result) -> str:
    return " ".join(
        [result.problem, *(row.detail for row in result.rows), *(c.detail for c in result.cleanup)]
    )


def lost(calls: Sequence[Call], _: Sequence[Fault]) -> Iterator[Case]:
    """Give the calls that make something, carried out without an answer."""
    made = [call for call in calls if call.operation.startswith(("Create", "Start"))]
    return sweep.exhaustive(made, (UNANSWERED, KILLED_AFTER))


@pytest.mark.parametrize("name", PLAYED)
@pytest.mark.parametrize(
    "cases",
    [sweep.sample, lost, pytest.param(sweep.exhaustive, marks=pytest.mark.nightly)],
    ids=["sample", "lost", "all"],
)
def test_what_fails_is_told_and_what_was_made_is_taken_back(
    world: World, name: str, cases: Callable[..., Iterator[Case]]
) -> None:
    good = world.play(name)
    assert good.ok, good
    assert (world.cloud.left(), world.journal.entries()) == ([], [])
    calls = list(world.injector.calls)

    def attempt(case: Case) -> str | None:
        world.anew()
        world.injector.fail(case.call.number, case.fault)
        try:
            result = world.play(name)
        except Killed:
            pass
        except troubles() as error:
            if world.cloud.left() or case.fault.code not in str(error):
                return f"left {world.cloud.left()} and said {error}"
        else:
            if not result.ok and case.fault.code not in said(result):
                return f"did not say why: {result}"
        world.injector.heal()
        for entry in world.journal.entries():
            done = world.runner().clean_again(entry)
            if any(each.state != "done" for each in done):
                return f"cannot be cleaned up: {done}"
        left = world.cloud.left()
        return f"left {left}" if left or world.journal.entries() else None

    assert sweep.survivors(cases(calls, EVERY), attempt) == []


def later(operation: str) -> Callable[[Call], bool]:
    """Tell an operation's calls, but for the one that empties the inbox."""
    first = iter([operation != "ReceiveMessage"])
    return lambda call: call.operation == operation and next(first, True)


@pytest.mark.parametrize("fault", [THROTTLED, UNREACHED, UNANSWERED], ids=lambda each: each.name)
def test_a_look_that_got_no_answer_is_repeated(world: World, fault: Fault) -> None:
    for operation in ("ReceiveMessage", "DescribeSecurityGroups", "GetObject", "DescribeStacks"):
        world.anew()
        world.injector.fail(later(operation), fault)
        assert world.play("open-port").ok, operation


def test_an_inbox_that_stays_silent_proves_no_silence(world: World) -> None:
    """Nobody was told, or nobody could look: only the first is an answer."""
    world.injector.fail(later("ReceiveMessage"), DENIED, times=FOREVER)
    result = world.play("guardduty-samples")
    silence = result.rows[-1]
    assert (result.ok, silence.verdict) == (False, "missing")
    assert "the inbox could not be read" in silence.detail
    assert DENIED.code in silence.detail
    assert world.cloud.left() == []


@pytest.mark.parametrize(
    "poison", ["", "{", "null", "[]", "7", '"x"', "{}", '{"TopicArn": null}', HUGE]
)
def test_a_poisoned_message_hides_no_other(world: World, poison: str) -> None:
    world.clock.at.append((1, lambda: world.cloud.inbox.insert(0, poison)))
    result = world.play("open-port")
    assert result.ok, said(result)
    assert poison not in world.cloud.inbox


def test_the_record_is_kept_though_nobody_says_who_ran_it(world: World, tmp_path: Path) -> None:
    world.cloud.get_caller_identity = lambda: {"Arn": "me"}  # type: ignore[attr-defined]
    options = runs.Options(
        configuration=configuration(tmp_path), endpoint=None, region=HOME, _worlds=[world.cloud]
    )
    planned = runs.Plan(
        run="gameday-1", scenarios=[(scenarios()["open-port"], MEMBER)], left_out={}
    )
    world.injector.fail("GetCallerIdentity", THROTTLED)
    kept = runs.keep(options, planned, [], folder=tmp_path / "records", evidence=False)
    assert THROTTLED.code in kept.record["who"]
    assert len(kept.places) == 1
    assert runs.keep(options, planned, [], folder=tmp_path, evidence=False).record["who"] == "me"
