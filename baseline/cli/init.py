"""`baseline init`: the first files of a directory."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from baseline.cli import init_options as options
from baseline.cli.init_terminal import WIDTH, Terminal
from baseline.errors import BaselineError
from baseline.init.answers import CONTACT_KINDS, CORE_ROLES
from baseline.init.files import shown
from baseline.init.flags import Flags, keyed
from baseline.init.place import Place
from baseline.init.start import Request, Result, start

WRONG_INPUT = 2
INTERRUPTED = 130
NO_TERMINAL = "there is no terminal to ask at; "

_HERE = Path()


def init(
    directory: Annotated[
        Path, typer.Argument(help="Where the files go.", show_default=True)
    ] = _HERE,
    *,
    from_organization: Annotated[
        bool,
        typer.Option(
            "--from-organization", help="Start from the organization that exists; only reads."
        ),
    ] = False,
    profile: Annotated[
        str | None,
        typer.Option(
            "--profile", help="AWS profile that reads it, best of the management account."
        ),
    ] = None,
    endpoint: Annotated[
        str | None,
        typer.Option("--endpoint", help="Address of the embedded AWS, http://localhost:PORT."),
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option("--source", help="Clone of the baseline's repository, where none is around."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
    non_interactive: Annotated[
        bool, typer.Option("--non-interactive", "--yes", "-y", help="Ask nothing: flags answer.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Ask nothing, print JSON.")] = False,
    scope: options.ScopeOption = None,
    ci: options.CiOption = None,
    branch: options.Branch = "main",
    prefix: options.Prefix = None,
    email_domain: options.EmailDomain = None,
    home_region: options.HomeRegion = None,
    region: options.Region = None,
    contact: options.Contact = None,
    phone: options.Phone = None,
    findings: options.Findings = None,
    lock: options.Lock = None,
    monthly_dollars: options.MonthlyDollars = None,
    organization_id: options.OrganizationId = None,
    root_id: options.RootId = None,
    control_tower: options.ControlTower = None,
    account: options.Account = None,
    account_email: options.AccountEmail = None,
    endpoints: options.Endpoints = None,
    extras: options.Extras = None,
    account_id: options.AccountId = None,
    root_email: options.RootEmail = None,
    network: options.Network = None,
) -> None:
    """Write the first files: a commented baseline.yaml, a file for CI, and what the app needs to run.

    Asks what no flag answers, and says what each choice means and costs. No file is replaced without --force.
    Exit status: 0 written; 2 wrong input, 130 interrupted: nothing was written.
    """
    single = {
        "--scope": scope,
        "--ci": ci,
        "--prefix": prefix,
        "--home-region": home_region,
        "--phone": phone,
        "--lock": lock,
        "--monthly-dollars": monthly_dollars,
        "--organization-id": organization_id,
        "--root-id": root_id,
        "--control-tower": control_tower,
        "--endpoints": endpoints,
        "--account-id": account_id,
        "--root-email": root_email,
        "--network": network,
    }
    several = {
        "--email-domain": email_domain,
        "--region": region,
        "--findings": findings,
        "--with": extras,
    }
    console = _console(as_json)
    try:
        given: dict[str, tuple[str, ...]] = {
            flag: (str(value),) for flag, value in single.items() if value is not None
        }
        given |= {flag: tuple(rows) for flag, rows in several.items() if rows}
        given |= keyed("--account", account or (), CORE_ROLES)
        given |= keyed("--account-email", account_email or (), CORE_ROLES)
        given |= keyed("--contact", contact or (), CONTACT_KINDS)
        asked = sys.stdin.isatty() and not (non_interactive or as_json)
        request = Request(
            place=Place.of(directory, source),
            given=given,
            branch=branch,
            force=force,
            live=_live(from_organization, profile, endpoint),
        )
        if asked:
            terminal = Terminal(console, given)
            terminal.welcome(_named(shown(request.place.directory)))
            result = start(request, terminal)
        else:
            reason = "" if non_interactive or as_json else NO_TERMINAL
            result = start(request, Flags(given, reason=reason))
    except BaselineError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_INPUT) from None
    except (KeyboardInterrupt, EOFError):
        typer.echo("\nNothing was written.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    if as_json:
        typer.echo(json.dumps(result.as_json(), indent=2))
    else:
        _show(console, result)


def _live(
    wanted: bool, profile: str | None, endpoint: str | None
) -> tuple[str | None, str | None] | None:
    if (profile or endpoint) and not wanted:
        raise BaselineError("--profile and --endpoint say how --from-organization reads; add it")
    return (profile, endpoint) if wanted else None


def _console(as_json: bool) -> Console:
    console = Console(stderr=as_json, highlight=False)
    if console.is_terminal and console.width <= WIDTH:
        return console
    return Console(stderr=as_json, highlight=False, width=WIDTH)


def _named(directory: str) -> str:
    return "this directory" if directory == "." else directory


def _show(console: Console, result: Result) -> None:
    console.print()
    for note in result.found:
        console.print(f"found    {note}", style="green", markup=False)
    for file in result.files:
        console.print(f"[green]wrote[/]    [bold]{file.shown}[/]  {file.purpose}", soft_wrap=True)
    for warning in result.warnings:
        console.print(f"[yellow]note[/]     {warning}")
    console.print(f"\nNext, in {_named(result.directory)}:\n", style="bold", markup=False)
    for step in result.next:
        command, _, why = step.partition("  # ")
        console.print(f"  $ {command}", style="cyan", markup=False, soft_wrap=True)
        if why:
            console.print(f"      {why}", style="dim", markup=False)
