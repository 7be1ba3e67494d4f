"""`baseline preflight`: what stands in the way of the first deployment."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from baseline.config import read
from baseline.errors import BaselineError

if TYPE_CHECKING:
    from baseline.preflight.finding import Finding
    from baseline.preflight.look import Look
    from baseline.preflight.reach import Ways

IN_THE_WAY = 1
WRONG_INPUT = 2
ASSEMBLY = Path("cdk.out")
CONFIGURATION = Path("baseline.yaml")


class Format(StrEnum):
    """How the result is written."""

    TABLE = "table"
    MARKDOWN = "markdown"
    JSON = "json"


def preflight(
    *,
    config: Annotated[
        Path, typer.Option("--config", "-c", help="The configuration.")
    ] = CONFIGURATION,
    profile: Annotated[
        list[str] | None,
        typer.Option(
            "--profile",
            help="AWS profile of the management account, or ACCOUNT=PROFILE; may be repeated.",
        ),
    ] = None,
    role: Annotated[
        list[str] | None,
        typer.Option(
            "--role",
            help="Role to assume in accounts without a profile; may be repeated. "
            "OrganizationAccountAccessRole, then AWSControlTowerExecution by default.",
        ),
    ] = None,
    members: Annotated[
        bool, typer.Option("--members", help="Look into the member accounts, too.")
    ] = False,
    assembly: Annotated[
        Path | None,
        typer.Option(
            "--assembly",
            help="What `cdk synth` wrote, for names and quotas; cdk.out where there is one.",
        ),
    ] = None,
    endpoint: Annotated[
        str | None,
        typer.Option("--endpoint", help="Address of the embedded AWS, http://localhost:PORT."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show what is fine, too.")] = False,
    format_: Annotated[
        Format, typer.Option("--format", "-f", help="A table, Markdown or JSON.")
    ] = Format.TABLE,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    print_policy: Annotated[
        bool,
        typer.Option("--print-policy", help="Print the IAM policy that the look needs, and end."),
    ] = False,
) -> None:
    """Look at the live accounts before the first deployment. Nothing is changed.

    Begin in the management account.

    Exit status: 0 nothing is in the way, 1 something is, or could not be read, 2 wrong input.
    """
    try:
        if print_policy:
            _print_policy(role or [])
            return
        ways = _ways(profile or [], role, endpoint)
        found, look = _look(config, ways, assembly, members=members)
    except BaselineError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_INPUT) from None
    _print(Format.JSON if as_json else format_, found, look, everything=everything)
    if any(finding.blocks for finding in found):
        raise typer.Exit(IN_THE_WAY)


def _look(
    config: Path, ways: Ways, assembly: Path | None, *, members: bool
) -> tuple[list[Finding], Look]:
    # boto3 is not needed for the other commands.
    from rich.console import Console  # noqa: PLC0415

    from baseline.preflight.opening import open_look  # noqa: PLC0415
    from baseline.preflight.run import preflight as run  # noqa: PLC0415

    configuration = read(config)
    folder = ASSEMBLY if assembly is None and (ASSEMBLY / "manifest.json").is_file() else assembly
    # Only a person watches progress.
    console = Console(stderr=True, quiet=not sys.stderr.isatty())
    with console.status("signing in") as status:
        look, closed = open_look(configuration, ways, assembly=folder, members=members)
        found = run(look, closed=closed, progress=lambda name: status.update(f"{name}: done"))
    return found, look


def _ways(profiles: Sequence[str], roles: list[str] | None, endpoint: str | None) -> Ways:
    try:
        from baseline.preflight.reach import MANAGEMENT, ROLES, Ways  # noqa: PLC0415 - boto3
    except ModuleNotFoundError as error:
        raise BaselineError(f"{error.name} is not installed; install the extra `local`") from None
    named: dict[str, str] = {}
    for text in profiles:
        account, equals, value = text.partition("=")
        name, given = (account, value) if equals else (MANAGEMENT, text)
        if not name or not given:
            raise BaselineError(f"--profile {text!r} is neither PROFILE nor ACCOUNT=PROFILE")
        if name in named:
            raise BaselineError(f"--profile names {name} twice; keep one")
        named[name] = given
    return Ways(profiles=named, roles=ROLES if roles is None else tuple(roles), endpoint=endpoint)


def _print_policy(roles: Sequence[str]) -> None:
    from baseline.live.reads import entering, policy  # noqa: PLC0415

    document = policy()
    if roles:
        document["Statement"].append(entering(roles))
    typer.echo(json.dumps(document, indent=2))


def _print(format_: Format, found: Sequence[Finding], look: Look, *, everything: bool) -> None:
    from baseline.cli import preflight_tables as tables  # noqa: PLC0415
    from baseline.preflight.report import as_json, as_markdown  # noqa: PLC0415

    if format_ is Format.JSON:
        typer.echo(as_json(found, profile=look.profile, accounts=list(look.readers)))
    elif format_ is Format.MARKDOWN:
        typer.echo(as_markdown(found), nl=False)
    else:
        tables.show(found, accounts=len(look.readers), everything=everything)
