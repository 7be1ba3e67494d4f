"""`baseline local`: an organization on this machine, deployed by the real cdk command, without AWS."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from baseline.errors import BaselineError, ConfigurationError

if TYPE_CHECKING:
    from baseline.local.driver import Deployment
    from baseline.local.session import Session
    from baseline.local.verify import Report

FAILED = 1
WRONG_INPUT = 2
_WIDTH = 100

local_app = typer.Typer(
    name="local",
    help="An AWS organization on this machine: the embedded AWS, deployed to by the real cdk command.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

Config = Annotated[Path, typer.Option("--config", "-c", help="The configuration.")]
State = Annotated[
    Path | None,
    typer.Option("--state", help="Folder for logs and state.", show_default=".baseline-local"),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Port = Annotated[
    int, typer.Option("--port", help="Loopback port; if it is taken, another one. 0 asks for any.")
]
_FILE = Path("baseline.yaml")
_PORT = 4566


@local_app.command()
def up(
    *, config: Config = _FILE, state: State = None, port: Port = _PORT, as_json: Json = False
) -> None:
    """Start the embedded AWS, create the organization, bootstrap the core accounts."""
    with _session(config, state, as_json) as session:
        session.up(port)
        session.bootstrap()
        _print_json(as_json, {**session.status(), "seconds": session.seconds})


@local_app.command()
def deploy(*, config: Config = _FILE, state: State = None, as_json: Json = False) -> None:
    """Deploy the organization with the pinned cdk command and show the progress."""
    with _session(config, state, as_json) as session:
        session.access()  # fails early when nothing runs
        session.bootstrap()
        session.synthesize()
        deployment = session.deploy()
        _say_deployed(session, deployment)
        _print_json(as_json, _deployment(deployment) | {"seconds": session.seconds})


@local_app.command()
def status(*, config: Config = _FILE, state: State = None, as_json: Json = False) -> None:
    """Show whether it runs, the accounts and the stacks."""
    with _session(config, state, as_json) as session:
        facts = session.status()
        _print_json(as_json, facts)
        if not as_json:
            _show_status(session.console, facts, session.account_names())
        if not facts["running"]:
            raise typer.Exit(FAILED)


@local_app.command()
def verify(*, config: Config = _FILE, state: State = None, as_json: Json = False) -> None:
    """Read every security setting back through the services' APIs and compare it with the templates.

    Exit status: 0 all as expected, 1 something differs.
    """
    with _session(config, state, as_json) as session:
        report = session.verify()
        _show_report(session, report, as_json)
        if not report.ok:
            raise typer.Exit(FAILED)


@local_app.command()
def down(
    *,
    config: Config = _FILE,
    state: State = None,
    purge: Annotated[bool, typer.Option("--purge", help="Remove logs and assembly too.")] = False,
    as_json: Json = False,
) -> None:
    """Stop the embedded AWS; everything in it is gone."""
    with _session(config, state, as_json) as session:
        server = session.down(purge=purge)
        said = "nothing ran" if server is None else f"stopped (process {server.pid})"
        session.console.print(f"embedded AWS: {said}")
        _print_json(as_json, {"stopped": server is not None, "purged": purge})


@local_app.command()
def demo(*, config: Config = _FILE, state: State = None, port: Port = _PORT) -> None:
    """Do everything: start, bootstrap, deploy, read back, and say where to look next."""
    with _session(config, state, as_json=False) as session:
        steps = (
            ("1/4 Start the embedded AWS (nothing leaves this machine)", lambda: session.up(port)),
            ("2/4 Bootstrap the core accounts with cdk", session.bootstrap),
            ("3/4 Synthesize and deploy the organization with cdk", lambda: _deploy(session)),
        )
        for title, step in steps:
            session.console.rule(f"[bold]{title}", align="left")
            step()
        session.console.rule("[bold]4/4 Read everything back and compare", align="left")
        report = session.verify()
        _show_report(session, report, as_json=False)
        _say_next(session)
        if not report.ok:
            raise typer.Exit(FAILED)


@contextmanager
def _session(config: Path, state: Path | None, as_json: bool) -> Iterator[Session]:
    """Open the session; turn errors into a line on standard error and the exit status."""
    # Imported here: `baseline --help` has to work without the emulators and boto3.
    from baseline.local.session import FailedError, Session  # noqa: PLC0415

    # With --json, standard output belongs to the JSON alone.
    console = Console(stderr=as_json, highlight=False, soft_wrap=False)
    if not console.is_terminal:
        console = Console(stderr=as_json, highlight=False, width=_WIDTH)
    try:
        yield Session.open(config, state=state, console=console)
    except FailedError as error:
        _stop(error, FAILED)
    except (ConfigurationError, BaselineError) as error:
        _stop(error, WRONG_INPUT)


def _stop(error: BaselineError, code: int) -> None:
    sys.stderr.write(f"{error}\n")
    raise typer.Exit(code) from error


def _print_json(wanted: bool, facts: Any) -> None:  # noqa: ANN401 anything that JSON can hold
    if wanted:
        typer.echo(json.dumps(facts, indent=2, default=str))


def _deploy(session: Session) -> None:
    session.synthesize()
    _say_deployed(session, session.deploy())


def _say_deployed(session: Session, deployment: Deployment) -> None:
    states = list(deployment.states.values())
    counts = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
    session.console.print(
        f"{len(states)} stacks ({counts}) in {deployment.seconds:.0f} s; log: {deployment.log}",
        style="green",
        soft_wrap=True,
    )


def _deployment(deployment: Deployment) -> dict[str, Any]:
    return {"stacks": deployment.states, "log": str(deployment.log), "deployed": deployment.ok}


def _show_report(session: Session, report: Report, as_json: bool) -> None:
    from baseline.local.tables import show_report  # noqa: PLC0415 as in _session

    if as_json:
        findings = [asdict(each) | {"ok": each.ok} for each in report.findings]
        facts = asdict(report) | {"findings": findings, "ok": report.ok}
        _print_json(wanted=True, facts=facts)
    else:
        show_report(session.console, report, session.account_names())


def _show_status(console: Console, facts: dict[str, Any], names: dict[str, str]) -> None:
    if not facts["running"]:
        console.print("the embedded AWS does not run; start it with `baseline local up`")
        return
    console.print(f"embedded AWS at {facts['endpoint']} (process {facts['pid']})")
    accounts = Table("account", "name", "status", title=_title(facts))
    for account in facts["accounts"]:
        accounts.add_row(account["id"], account["name"], account["status"])
    stacks = Table("account", "Region", "stack", "resources", "status", title="Stacks")
    for stack in facts["stacks"]:
        good = stack["status"].endswith("_COMPLETE") and "ROLLBACK" not in stack["status"]
        state = f"[{'green' if good else 'red'}]{stack['status']}[/]"
        name = names.get(stack["account"], stack["account"])
        stacks.add_row(name, stack["region"], stack["stack"], str(stack["resources"]), state)
    console.print(accounts, stacks)


def _first_call(session: Session) -> str:
    return "guardduty list-detectors" if session.alone else "organizations list-accounts"


def _title(facts: dict[str, Any]) -> str:
    organization = facts["organization"]
    return f"Organization {organization}" if organization else "Account without an organization"


def _say_next(session: Session) -> None:
    endpoint = session.access().endpoint
    console = session.console
    total = sum(session.seconds.values())
    steps = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in session.seconds.items())
    console.rule("[bold]Where to look next", align="left")
    console.print(f"Done in {total:.0f} s ({steps}).\n")
    console.print(
        "  baseline local status            accounts and stacks that run now\n"
        "  baseline local verify --json     every compared property\n"
        "  baseline local deploy            change baseline.yaml, deploy again, see the difference\n"
        "  baseline local down              stop it\n"
        "  docs/local-aws.md                what is emulated and what is not\n\n"
        "Any AWS SDK or tool works against it; an account's ID is its access key:\n"
        f"  AWS_ENDPOINT_URL={endpoint} AWS_SECRET_ACCESS_KEY=local \\\n"
        f"  AWS_ACCESS_KEY_ID={session.configuration.accounts.management.id}"
        f" AWS_REGION={session.configuration.home_region} aws {_first_call(session)}"
    )
