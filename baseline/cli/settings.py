"""`baseline settings`: what the account settings would change, and doing it now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from baseline.config import Names, load
from baseline.errors import BaselineError

if TYPE_CHECKING:
    from baseline.settings.sweep_runs import Clients

FINDINGS = 1
WRONG_INPUT = 2
SHOWN_ROWS = 200
_WIDTH = 120

settings_app = typer.Typer(
    name="settings",
    help="The settings that are kept in every account: what a run would change, and a run now.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

Config = Annotated[Path, typer.Option("--config", "-c", help="The configuration.")]
Accounts = Annotated[
    list[str] | None,
    typer.Option("--account", help="ID of an account; repeat for more. All accounts by default."),
]
Profile = Annotated[
    str | None, typer.Option("--profile", help="AWS profile of the security account.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the report as JSON for programs.")]
_FILE = Path("baseline.yaml")


@settings_app.command()
def plan(
    *,
    config: Config = _FILE,
    account: Accounts = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Say what a run would change; nothing is written.

    Exit status: 0 nothing to do, 1 something would change or failed, 2 wrong input.
    """
    report = _run(config, account or [], profile, dry_run=True, as_json=as_json)
    if any(report["summary"][state] for state in ("would_change", "in_progress", "failed")):
        raise typer.Exit(FINDINGS)


@settings_app.command()
def apply(
    *,
    config: Config = _FILE,
    account: Accounts = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Bring the settings about now, as the daily run does.

    Exit status: 0 done, 1 an account failed, 2 wrong input.
    """
    report = _run(config, account or [], profile, dry_run=False, as_json=as_json)
    if report["summary"]["failed"]:
        raise typer.Exit(FINDINGS)


def _run(
    config: Path, accounts: list[str], profile: str | None, *, dry_run: bool, as_json: bool
) -> dict[str, Any]:
    console = Console(stderr=as_json, highlight=False)
    if not console.is_terminal:
        console = Console(stderr=as_json, highlight=False, width=_WIDTH)
    with _problems():
        names = Names.of(load(config))
        clients = _clients(names, profile)
        given: dict[str, object] = {"dry_run": dry_run}
        if accounts:
            given["accounts"] = accounts
        report = _follow(console, clients, names.settings_machine_arn, given)
    if as_json:
        typer.echo(json.dumps(report, indent=2))
    else:
        _show(console, report)
    return report


def _follow(
    console: Console, clients: Clients, machine: str, given: dict[str, object]
) -> dict[str, Any]:
    from baseline.settings.sweep_runs import run  # noqa: PLC0415 - as in _clients

    with console.status("listing the accounts") as status:
        return run(
            clients,
            machine,
            given,
            progress=lambda done, total: status.update(
                f"{done} of {total} accounts" if total else "listing the accounts"
            ),
        )


def _clients(names: Names, profile: str | None) -> Clients:
    """Give clients of the security account's home Region.

    Raises:
        BaselineError: boto3 is missing, or the credentials are of another account.
    """
    # Imported here: `baseline --help` has to work without boto3.
    try:
        import boto3  # noqa: PLC0415
    except ImportError:
        raise BaselineError(
            "boto3 is not installed; install the extra `local`, or boto3 itself"
        ) from None
    from baseline.settings.sweep_runs import Clients  # noqa: PLC0415

    session = boto3.Session(profile_name=profile, region_name=names.home_region)
    caller = session.client("sts").get_caller_identity()["Account"]
    if caller != names.security:
        raise BaselineError(
            f"the credentials belong to account {caller}; the state machine runs in the security "
            f"account {names.security}: use credentials of that account (--profile NAME)"
        )
    return Clients(states=session.client("stepfunctions"), s3=session.client("s3"))


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
    from botocore import exceptions  # noqa: PLC0415 - as in _clients

    if isinstance(error, exceptions.NoCredentialsError | exceptions.PartialCredentialsError):
        return (
            "no AWS credentials; sign in to the security account (--profile NAME), or set "
            "AWS_ENDPOINT_URL and AWS_ACCESS_KEY_ID for the embedded AWS"
        )
    if isinstance(error, exceptions.ClientError):
        answer = error.response["Error"]
        if answer["Code"] == "StateMachineDoesNotExist":
            return "the state machine does not exist; deploy the stack `settings` first"
        return f"AWS refused: {answer['Code']}: {answer.get('Message', '')}"
    return f"AWS: {error}" if isinstance(error, exceptions.BotoCoreError) else None


def _show(console: Console, report: dict[str, Any]) -> None:
    table = Table("account", "Region", "setting", "state", "before", "after")
    rows = list(_rows(report))
    for row in rows[:SHOWN_ROWS]:
        table.add_row(*row)
    if rows:
        console.print(table)
    if len(rows) > SHOWN_ROWS:
        console.print(f"and {len(rows) - SHOWN_ROWS} more; --json gives all of them")
    for account in report["left_out"]:
        console.print(f"left out: {account['id']} {account['name']}: {account['reason']}")
    summary = ", ".join(
        f"{count} {state.replace('_', ' ')}" for state, count in report["summary"].items() if count
    )
    console.print(f"{'dry run' if report['dry_run'] else 'run'} {report['run']}: {summary}")


def _rows(report: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Give the cells of every setting that is not simply as it should be."""
    for account in report["accounts"]:
        name = f"{account['account']['name']} {account['account']['id']}"
        if account.get("error"):
            yield (
                name,
                "",
                "",
                "failed",
                "",
                f"{account['error']}: {account.get('cause', '')}"[:200],
            )
        for row in account["rows"]:
            if row["state"] != "unchanged":
                after = row.get("note") or _cell(row.get("after"))
                yield (
                    name,
                    row["region"],
                    row["setting"],
                    row["state"].replace("_", " "),
                    _cell(row.get("before")),
                    after,
                )


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
