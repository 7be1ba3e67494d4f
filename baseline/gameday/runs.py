"""One game day from its plan to its record, as the command and tests run it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from baseline.config import Configuration, Names
from baseline.errors import BaselineError
from baseline.gameday import evidence as records
from baseline.gameday import library
from baseline.gameday.aws import client_error, troubles
from baseline.gameday.journal import Entry, Journal
from baseline.gameday.results import Result
from baseline.gameday.runner import Runner
from baseline.gameday.scenario import Scenario
from baseline.gameday.targets import accounts_of, lacking
from baseline.gameday.world import EmbeddedWorld, RealWorld, World

AWS = "AWS"


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What somebody chose.

    Attributes:
        configuration: the configuration.
        endpoint: address of the embedded AWS; None for AWS.
        region: Region to act in.
        profiles: profile of the AWS configuration by account ID.
        journal: folder that knows what to clean up.
        page: people may really be told.
    """

    configuration: Configuration
    endpoint: str | None
    region: str
    profiles: dict[str, str] = field(default_factory=dict)
    journal: Path = Path(".baseline-gameday")
    page: bool = False
    _worlds: list[World] = field(default_factory=list, repr=False)

    @property
    def names(self) -> Names:
        """Physical names."""
        return Names.of(self.configuration)

    @property
    def target(self) -> str:
        """What the journal calls it."""
        return self.endpoint or AWS

    def world(self) -> World:
        """Give the AWS, made once."""
        if not self._worlds:
            self._worlds.append(
                RealWorld(profiles=self.profiles)
                if self.endpoint is None
                else EmbeddedWorld.at(self.endpoint, self.configuration)
            )
        return self._worlds[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What will run.

    Attributes:
        run: name of the run.
        scenarios: each with its account ID.
        left_out: name and reason of those that cannot run.
    """

    run: str
    scenarios: list[tuple[Scenario, str]]
    left_out: dict[str, str]

    @property
    def accounts(self) -> list[str]:
        """Every account in which something is done."""
        return sorted({account for _, account in self.scenarios})

    @property
    def tells(self) -> list[str]:
        """Severities whose people really hear of it."""
        return sorted({severity for one, _ in self.scenarios for severity in one.tells})


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """The record, and where it is kept.

    Attributes:
        record: as JSON.
        places: where it is.
        problem: why it could not be kept somewhere; empty if it could.
    """

    record: dict[str, Any]
    places: list[str]
    problem: str = ""


def plan(
    options: Options, names: Sequence[str], accounts: Sequence[str], *, folder: Path | None = None
) -> Plan:
    """Choose the scenarios and their accounts.

    Without names, those that cannot run are left out. One that is named and cannot run is an error.

    Raises:
        BaselineError: a scenario or account may not, or cannot, be used.
    """
    if options.region not in options.configuration.regions:
        raise BaselineError(
            f"{options.region} is not governed; choose one of "
            f"{', '.join(options.configuration.regions)}"
        )
    left_out: dict[str, str] = {}
    wanted = []
    for scenario in library.chosen(names, library.scenarios(folder)):
        reason = _reason(options, scenario)
        if not reason:
            wanted.append(scenario)
        elif names:
            raise BaselineError(f"{scenario.id} {reason}")
        else:
            left_out[scenario.id] = reason
    local = options.endpoint is not None
    found = accounts_of(wanted, options.configuration, accounts, local=local)
    run = f"gameday-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    return Plan(run=run, scenarios=[(one, found[one.id]) for one in wanted], left_out=left_out)


def play(options: Options, planned: Plan, *, say: Callable[[str], None]) -> list[Result]:
    """Run what is planned, one after the other; Ctrl-C ends it after the cleanup.

    Raises:
        BaselineError: the inbox does not exist. Nothing was done then.
    """
    runner = _runner(options, planned.run, say)
    runner.check([scenario for scenario, _ in planned.scenarios])
    results = []
    for scenario, account in planned.scenarios:
        result = _play(runner, scenario, account, options.region)
        results.append(result)
        if result.interrupted:
            break
    return results


def _play(runner: Runner, scenario: Scenario, account: str, region: str) -> Result:
    """Run one scenario; what goes wrong around it does not lose the results of the others."""
    problem, interrupted = "", False
    try:
        return runner.play(scenario, account, region)
    except KeyboardInterrupt:
        interrupted = True
    except troubles() as error:
        problem = str(error)
    return Result(
        scenario=scenario.id,
        account=account,
        region=region,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        rows=(),
        problem=problem,
        interrupted=interrupted,
    )


def keep(
    options: Options,
    planned: Plan,
    results: Sequence[Result],
    *,
    folder: Path | None = None,
    evidence: bool = True,
) -> Kept:
    """Keep the record, in the evidence bucket, a folder, or both; that one fails does not lose it."""
    world, names = options.world(), options.names
    made = records.record(
        results,
        run=planned.run,
        target=options.target,
        who=_caller(world, planned),
        ended=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    places, problem = [], ""
    if folder is not None:
        places.append(str(records.keep_in_folder(folder, made)))
    if evidence:
        try:
            places.append(records.keep_in_bucket(world, names, made))
        except troubles() as error:
            problem = f"the record is not in the evidence bucket: {error}"
            if folder is None:
                places.append(str(records.keep_in_folder(options.journal / "records", made)))
    return Kept(record=made, places=places, problem=problem)


def left_behind(options: Options) -> list[Entry]:
    """Give what earlier runs in the same AWS could not clean up."""
    entries = Journal(folder=options.journal).entries()
    return [one for one in entries if one.target == options.target]


def clean_again(options: Options, entries: Sequence[Entry]) -> list[dict[str, str]]:
    """Clean up; one step that fails does not keep others from being done."""
    rows = []
    for entry in entries:
        runner = _runner(options, entry.run, lambda _: None)
        rows += [
            {
                "run": entry.run,
                "scenario": entry.scenario,
                "account": entry.account,
                "action": done.action,
                "state": done.state,
                "detail": done.detail,
            }
            for done in runner.clean_again(entry)
        ]
    return rows


def alias_of(options: Options, account: str) -> str:
    """Give the alias of an account, for somebody who is asked about it.

    Raises:
        BaselineError: the credentials are of another account.
    """
    client = options.world().client("iam", account, options.region)
    try:
        aliases = client.list_account_aliases()["AccountAliases"]
    except client_error():
        return "its alias cannot be read"
    return aliases[0] if aliases else "no alias"


def _reason(options: Options, scenario: Scenario) -> str:
    """Give why a scenario cannot run; nothing if it can."""
    missing = lacking(scenario, options.configuration)
    if missing:
        return f"needs {' and '.join(missing)}"
    if scenario.tells and not options.page and options.endpoint is None:
        told = " and ".join(scenario.tells)
        return f"really tells the people of {told} findings; add --page when they know of it"
    return ""


def _runner(options: Options, run: str, say: Callable[[str], None]) -> Runner:
    return Runner(
        world=options.world(),
        names=options.names,
        journal=Journal(folder=options.journal),
        target=options.target,
        break_glass_role=options.configuration.break_glass.role,
        run=run,
        say=say,
    )


def _caller(world: World, planned: Plan) -> str:
    """Give the ARN of who ran it; that nobody says it does not lose the record."""
    if not planned.accounts:
        return ""
    account, region = planned.accounts[0], "us-east-1"
    try:
        return str(world.client("sts", account, region).get_caller_identity()["Arn"])
    except troubles() as error:
        return f"unknown: {error}"
