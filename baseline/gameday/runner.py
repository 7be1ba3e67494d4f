"""Runner: does what a scenario says, watches what arrives, and cleans up whatever happens."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from baseline.config import Names
from baseline.gameday import looks
from baseline.gameday.actions import ACTIONS
from baseline.gameday.actions.action import Place, code_of, refused
from baseline.gameday.aws import client_error, troubles
from baseline.gameday.evidence import evidence_bucket
from baseline.gameday.journal import Entry, Journal, steps_of
from baseline.gameday.listener import Listener
from baseline.gameday.results import Cleaned, Result, Row, Verdict
from baseline.gameday.scenario import (
    REFERENCE,
    Denied,
    Expected,
    Message,
    SampleEvent,
    Scenario,
    Silence,
    Step,
    filled,
)
from baseline.gameday.world import World

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

LISTENED = (Message, SampleEvent, Silence)
EMBEDDED_MOST_SECONDS = 30
"""Nothing takes longer in the embedded AWS than this."""


@dataclass(kw_only=True, slots=True)
class Runner:
    """Runs scenarios in one world, one after the other.

    Attributes:
        world: the AWS.
        names: physical names.
        journal: what is to be cleaned up.
        target: ``AWS``, or the address of the embedded AWS, for the journal.
        break_glass_role: name of the emergency role.
        run: name of this run.
        say: told what is going on.
        clock: gives seconds.
        wait: waits for seconds.
    """

    world: World
    names: Names
    journal: Journal
    target: str
    break_glass_role: str
    run: str
    say: Callable[[str], None] = field(default=lambda _: None)
    clock: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep

    def check(self, scenarios: Sequence[Scenario]) -> None:
        """Look whether the inbox is there, if one of the scenarios listens to it.

        Raises:
            BaselineError: it does not exist.
        """
        if any(_listens(one) for one in scenarios):
            Listener(world=self.world, names=self.names).start()

    def play(self, scenario: Scenario, account: str, region: str) -> Result:
        """Run a scenario in an account and Region, and clean up.

        Raises:
            BaselineError: the inbox does not exist. Nothing was done then.
        """
        entry = Entry(
            run=self.run,
            scenario=scenario.id,
            target=self.target,
            account=account,
            region=region,
            steps=steps_of(scenario.cleanup),
            facts=self._facts(account, region),
        )
        place = Place(
            world=self.world,
            account=account,
            region=region,
            run=self.run,
            facts=entry.facts,
            remember=lambda: self.journal.write(entry),
        )
        listener = Listener(world=self.world, names=self.names)
        if _listens(scenario):
            listener.start()
        attempt = _Attempt(scenario=scenario, place=place, listener=listener, runner=self)
        with _until_clean(self, entry, place, attempt):
            attempt.act(entry)
            attempt.watch()
        return attempt.result()

    def clean(self, entry: Entry, place: Place) -> list[Cleaned]:
        """Do the cleanup of a scenario; forget it when all of it is done."""
        done = []
        for name in entry.steps:
            action = ACTIONS[name]
            if not action.after <= place.facts.keys():
                continue
            self.say(f"{entry.scenario}: {action.says}")
            try:
                action.run(place)
            except troubles() as error:
                done.append(Cleaned(action=name, state="failed", detail=str(error)))
            else:
                done.append(Cleaned(action=name, state="done"))
        if all(one.state == "done" for one in done):
            self.journal.forget(entry)
        return done

    def clean_again(self, entry: Entry) -> list[Cleaned]:
        """Do the cleanup of an earlier run."""
        place = Place(
            world=self.world,
            account=entry.account,
            region=entry.region,
            run=entry.run,
            facts=entry.facts,
        )
        return self.clean(entry, place)

    def _facts(self, account: str, region: str) -> dict[str, str]:
        role = f"arn:{self.names.partition}:iam::{account}:role/{self.break_glass_role}"
        return {
            "account": account,
            "region": region,
            "run": self.run,
            "management": self.names.management,
            "security": self.names.security,
            "trail": self.names.trail_arn,
            "role": role,
        }


@contextmanager
def _until_clean(runner: Runner, entry: Entry, place: Place, attempt: _Attempt) -> Iterator[None]:
    """Clean up at the end, also when somebody presses Ctrl-C or a step fails."""
    try:
        yield
    except KeyboardInterrupt:
        attempt.interrupted = True
    finally:
        attempt.cleanup = tuple(runner.clean(entry, place))


@dataclass(kw_only=True, slots=True)
class _Attempt:
    """One scenario while it runs."""

    scenario: Scenario
    place: Place
    listener: Listener
    runner: Runner
    problem: str = ""
    deaf: str = ""
    interrupted: bool = False
    cleanup: tuple[Cleaned, ...] = ()
    skipped: list[Step] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    rows: dict[int, Row] = field(default_factory=dict)
    began: float = 0.0
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    def act(self, entry: Entry) -> None:
        """Do the steps; the journal knows of each before it is done."""
        self.began, self.started = self.runner.clock(), datetime.now(UTC)
        expected = {one.step for one in self.scenario.expected if isinstance(one, Denied)}
        for step in self.scenario.steps:
            if self.runner.world.embedded and not step.emulated:
                self.skipped.append(step)
                continue
            self.runner.say(f"{self.scenario.id}: {ACTIONS[step.action].says}")
            self.runner.journal.write(entry)
            try:
                ACTIONS[step.action].run(self.place, **_filled(step, self.place.facts))
            except client_error() as error:
                if not (step.action in expected and refused(error)):
                    self.problem = f"{step.action}: {code_of(error)}: {_said(error)}"
                    break
                self.refusals[step.action] = _said(error)
            except troubles() as error:
                self.problem = f"{step.action}: {error}"
                break
            finally:
                self.runner.journal.write(entry)

    def watch(self) -> None:
        """Look until everything is decided; nothing is looked for after a failed step."""
        for number, one in enumerate(self.scenario.expected):
            if self._is_skipped(one):
                self._decide(number, one, "not emulated", "AWS answers this, the embedded AWS not")
        view = self._view()
        while waiting := self._open() if not self.problem else []:
            if any(isinstance(one, LISTENED) for _, one in waiting):
                self._listen()
            for place, awaited in waiting:
                self._look(view, place, awaited)
            if self._open():
                self.runner.wait(self.runner.world.poll_seconds)

    def result(self) -> Result:
        """Give the result; what was not decided was not looked at."""
        for number, one in self._open():
            self._decide(number, one, "not looked at", "")
        return Result(
            scenario=self.scenario.id,
            account=self.place.account,
            region=self.place.region,
            started=self.started.isoformat(timespec="seconds"),
            rows=tuple(self.rows[number] for number in sorted(self.rows)),
            cleanup=self.cleanup,
            problem=self.problem,
            interrupted=self.interrupted,
        )

    def _listen(self) -> None:
        """Take what arrived; an inbox that does not answer now may answer at the next look."""
        self.deaf = ""
        try:
            self.listener.listen()
        except troubles() as error:
            self.deaf = f"the inbox could not be read: {error}"

    def _look(self, view: looks.View, number: int, expected: Expected) -> None:
        try:
            seen = looks.look(view, expected)
        except troubles() as error:
            seen = looks.Seen(state="waiting", detail=str(error))
        late = self.runner.clock() - self.began >= self._limit(expected)
        unheard = self.deaf if isinstance(expected, LISTENED) else ""
        if seen.state != "waiting":
            self._decide(number, expected, seen.state, seen.detail)
        elif late and isinstance(expected, Silence) and not unheard:
            self._decide(number, expected, "arrived", "nobody was told")
        elif late:
            self._decide(number, expected, "missing", seen.detail or unheard)

    def _decide(self, number: int, expected: Expected, verdict: Verdict, detail: str) -> None:
        words, where = looks.title(expected, self.place.facts)
        self.rows[number] = Row(
            expected=words,
            where=where,
            verdict=verdict,
            seconds=round(self.runner.clock() - self.began, 1),
            within=self._limit(expected),
            detail=detail,
        )

    def _limit(self, expected: Expected) -> int:
        if not self.runner.world.embedded:
            return expected.seconds
        if isinstance(expected, Silence):
            return expected.local_seconds
        return min(expected.seconds, EMBEDDED_MOST_SECONDS)

    def _open(self) -> list[tuple[int, Expected]]:
        return [
            (number, one)
            for number, one in enumerate(self.scenario.expected)
            if number not in self.rows
        ]

    def _is_skipped(self, expected: Expected) -> bool:
        """Whether it follows from a step that was left out."""
        if isinstance(expected, Denied):
            return any(step.action == expected.step for step in self.skipped)
        given = {fact for step in self.skipped for fact in ACTIONS[step.action].gives}
        wanted = set(REFERENCE.findall(expected.model_dump_json()))
        return bool(wanted & given - self.place.facts.keys())

    def _view(self) -> looks.View:
        return looks.View(
            place=self.place,
            names=self.runner.names,
            listener=self.listener,
            refusals=self.refusals,
            started=self.started,
            bucket=lambda: evidence_bucket(self.runner.world, self.runner.names),
        )


def _listens(scenario: Scenario) -> bool:
    return any(isinstance(one, LISTENED) for one in scenario.expected)


def _filled(step: Step, facts: dict[str, str]) -> Mapping[str, object]:
    """Give the parameters of a step with the facts in them."""
    return {
        name: filled(value, facts) if isinstance(value, str) else value
        for name, value in step.given.items()
    }


def _said(error: ClientError) -> str:
    return str(error.response["Error"].get("Message", ""))
