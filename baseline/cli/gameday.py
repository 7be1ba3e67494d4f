"""`baseline gameday`: incidents that are rehearsed, and what has to arrive when they happen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from baseline.cli import gameday_tables as tables
from baseline.config import Configuration, load
from baseline.errors import BaselineError

if TYPE_CHECKING:
    from baseline.gameday.results import Result
    from baseline.gameday.runs import Options

FAILED = 1
WRONG_INPUT = 2
_WIDTH = 120

gameday_app = typer.Typer(
    name="gameday",
    help="Game days: rehearsed incidents, what has to arrive, where and within what time.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

Config = Annotated[Path, typer.Option("--config", "-c", help="The configuration.")]
Scenarios = Annotated[
    Path | None, typer.Option("--scenarios", help="Folder with scenarios of your own.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Accounts = Annotated[
    list[str] | None,
    typer.Option("--account", help="Name or ID of an account to act in; repeat for more."),
]
Endpoint = Annotated[
    str | None,
    typer.Option("--endpoint", help="Address of the embedded AWS, http://localhost:PORT."),
]
Real = Annotated[bool, typer.Option("--real", help="Act in accounts of AWS; asks first.")]
Region = Annotated[
    str | None, typer.Option("--region", help="Governed Region; the home Region by default.")
]
Profiles = Annotated[
    list[str] | None,
    typer.Option(
        "--profile",
        help="ACCOUNT=PROFILE of the AWS configuration, also canary=PROFILE, break-glass=PROFILE.",
    ),
]
Yes = Annotated[
    list[str] | None,
    typer.Option("--yes-account", help="ID of an account, instead of being asked for it."),
]
Journal = Annotated[Path, typer.Option("--journal", help="Folder that knows what to clean up.")]
_FILE = Path("baseline.yaml")
_JOURNAL = Path(".baseline-gameday")


@gameday_app.command("list")
def list_scenarios(*, scenarios: Scenarios = None, as_json: AsJson = False) -> None:
    """Show the scenarios, where they act, and whom they tell."""
    from baseline.gameday import library  # noqa: PLC0415 - boto3 may be missing

    with _problems():
        known = library.scenarios(scenarios)
    if as_json:
        rows = [one.model_dump(mode="json", by_alias=True) for one in known.values()]
        typer.echo(json.dumps(rows, indent=2))
        return
    tables.show_list(_console(as_json), known.values())


@gameday_app.command()
def show(name: str, *, scenarios: Scenarios = None, as_json: AsJson = False) -> None:
    """Show one scenario: its steps, what has to arrive, its cleanup."""
    from baseline.gameday import library  # noqa: PLC0415 - boto3 may be missing

    with _problems():
        (scenario,) = library.chosen([name], library.scenarios(scenarios))
    if as_json:
        typer.echo(json.dumps(scenario.model_dump(mode="json", by_alias=True), indent=2))
        return
    tables.show_scenario(_console(as_json), scenario)


@gameday_app.command()
def run(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SCENARIO]...", help="All that can run.")
    ] = None,
    *,
    config: Config = _FILE,
    scenarios: Scenarios = None,
    account: Accounts = None,
    region: Region = None,
    endpoint: Endpoint = None,
    real: Real = False,
    profile: Profiles = None,
    page: Annotated[
        bool, typer.Option("--page", help="Run also what people really hear of.")
    ] = False,
    yes_account: Yes = None,
    record: Annotated[Path | None, typer.Option("--record", help="Folder for the record.")] = None,
    evidence: Annotated[
        bool,
        typer.Option("--evidence/--no-evidence", help="Keep the record in the evidence bucket."),
    ] = True,
    journal: Journal = _JOURNAL,
    as_json: AsJson = False,
) -> None:
    """Run scenarios, watch what arrives, clean up, and keep the record.

    Exit status: 0 everything arrived, 1 something did not, 2 wrong input.
    """
    from baseline.gameday import runs  # noqa: PLC0415 - boto3 may be missing

    console = _console(as_json)
    with _problems():
        configuration = load(config)
        options = runs.Options(
            configuration=configuration,
            endpoint=_one_world(endpoint, real),
            region=region or configuration.home_region,
            profiles=_profiles(profile or [], configuration),
            journal=journal,
            page=page,
        )
        plan = runs.plan(options, names or [], account or [], folder=scenarios)
        tables.show_left_out(console, plan.left_out)
        _confirm(console, options, plan.accounts, yes_account or [], plan.tells)
        results = _follow(console, options, plan)
        made = runs.keep(options, plan, results, folder=record, evidence=evidence)
    if as_json:
        typer.echo(json.dumps(made.record, indent=2))
    else:
        tables.show_results(console, results)
        tables.show_kept(console, made.places, made.problem)
    if not made.record["ok"] or made.problem:
        raise typer.Exit(FAILED)


@gameday_app.command()
def cleanup(
    *,
    config: Config = _FILE,
    endpoint: Endpoint = None,
    real: Real = False,
    profile: Profiles = None,
    yes_account: Yes = None,
    journal: Journal = _JOURNAL,
    as_json: AsJson = False,
) -> None:
    """Do again what the cleanup of earlier runs could not do.

    Exit status: 0 nothing is left, 1 something is left, 2 wrong input.
    """
    from baseline.gameday import runs  # noqa: PLC0415 - boto3 may be missing

    console = _console(as_json)
    with _problems():
        configuration = load(config)
        options = runs.Options(
            configuration=configuration,
            endpoint=_one_world(endpoint, real),
            region=configuration.home_region,
            profiles=_profiles(profile or [], configuration),
            journal=journal,
        )
        entries = runs.left_behind(options)
        _confirm(console, options, sorted({one.account for one in entries}), yes_account or [], [])
        done = runs.clean_again(options, entries)
    if as_json:
        typer.echo(json.dumps(done, indent=2))
    else:
        tables.show_cleanup(console, done)
    if any(one["state"] == "failed" for one in done):
        raise typer.Exit(FAILED)


def _one_world(endpoint: str | None, real: bool) -> str | None:
    """Give the address of the embedded AWS; None for AWS.

    Raises:
        BaselineError: none or both were chosen.
    """
    if real == (endpoint is not None):
        raise BaselineError(
            "choose where: --endpoint http://localhost:PORT for the embedded AWS "
            "(`baseline local status` shows it), or --real for accounts of AWS"
        )
    return endpoint


def _profiles(given: list[str], configuration: Configuration) -> dict[str, str]:
    found, accounts = {}, dict(configuration.all_accounts())
    for text in given:
        who, equals, profile = text.partition("=")
        if not (who and equals and profile):
            raise BaselineError(f"--profile {text}: write ACCOUNT=PROFILE")
        known = accounts.get(who)
        found[(known.id or who) if known is not None else who] = profile
    return found


def _confirm(
    console: Console,
    options: Options,
    accounts: list[str],
    confirmed: list[str],
    tells: list[str],
) -> None:
    """Name the accounts of AWS and let somebody type their IDs; nothing for the embedded AWS.

    Raises:
        BaselineError: somebody typed something else.
    """
    if options.endpoint is not None:
        return
    from baseline.gameday import runs  # noqa: PLC0415 - boto3 may be missing

    for account in accounts:
        alias = runs.alias_of(options, account)
        console.print(f"account {account} ({alias}), Region {options.region}", style="bold")
    if tells:
        console.print(f"people of these severities hear of it: {', '.join(tells)}", style="yellow")
    for account in accounts:
        if account in confirmed:
            continue
        typed = typer.prompt(f"Type the account ID {account} to act there", err=True)
        if typed.strip() != account:
            raise BaselineError(f"{typed!r} is not {account}; nothing was done")


def _follow(console: Console, options: Options, plan: Any) -> list[Result]:  # noqa: ANN401
    from baseline.gameday import runs  # noqa: PLC0415 - boto3 may be missing

    with console.status("starting") as status:
        return runs.play(options, plan, say=status.update)


@contextmanager
def _problems() -> Iterator[None]:
    """Turn what goes wrong into one line on standard error and the exit status."""
    try:
        yield
    except BaselineError as error:
        _stop(str(error))
    except Exception as error:
        said = _of_aws(error)
        if said is None:
            raise
        _stop(said)


def _stop(line: str) -> None:
    typer.echo(line, err=True)
    raise typer.Exit(WRONG_INPUT)


def _of_aws(error: Exception) -> str | None:
    """Give the line for an error of boto3; None for any other error."""
    from botocore import exceptions  # noqa: PLC0415 - boto3 may be missing

    if isinstance(error, exceptions.NoCredentialsError | exceptions.PartialCredentialsError):
        return "no AWS credentials; sign in, or name profiles: --profile ACCOUNT=PROFILE"
    if isinstance(error, exceptions.ClientError):
        answer = error.response["Error"]
        return f"AWS refused: {answer['Code']}: {answer.get('Message', '')}"
    return f"AWS: {error}" if isinstance(error, exceptions.BotoCoreError) else None


def _console(as_json: bool) -> Console:
    """Give the console; with --json, standard output belongs to the JSON alone."""
    console = Console(stderr=as_json, highlight=False)
    if not console.is_terminal:
        console = Console(stderr=as_json, highlight=False, width=_WIDTH)
    return console
