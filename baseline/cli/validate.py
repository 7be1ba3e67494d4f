"""`baseline validate`: is the configuration right?"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Annotated

import typer

from baseline.config import Configuration, Standalone, read
from baseline.config.regions import table
from baseline.config.standalone import PROFILE
from baseline.errors import ConfigurationError, Problem
from baseline.guardrails.verification import problems_of

WRONG_INPUT = 2


def validate(
    file: Annotated[Path, typer.Argument(help="The configuration.", show_default=True)] = Path(
        "baseline.yaml"
    ),
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Check a configuration file: every problem with its line. Needs no credentials, no network.

    Exit status: 0 the file is right, 2 it has problems.
    """
    try:
        configuration = read(file)
    except ConfigurationError as error:
        typer.echo(_problems(file, error.problems) if as_json else str(error))
        raise typer.Exit(WRONG_INPUT) from None
    if isinstance(configuration, Standalone):
        facts = _facts_of_account(configuration)
        typer.echo(_right(file, facts) if as_json else _summary_of_account(file, configuration))
        return
    if found := problems_of(configuration):
        problems = tuple(
            Problem(file=str(file), line=None, column=None, path="guardrails", message=message)
            for message in found
        )
        typer.echo(
            _problems(file, problems) if as_json else "\n".join(str(row) for row in problems)
        )
        raise typer.Exit(WRONG_INPUT)
    facts = _facts(configuration)
    typer.echo(_right(file, facts) if as_json else _summary(file, configuration))


def _problems(file: Path, problems: tuple[Problem, ...]) -> str:
    rows = [dataclasses.asdict(problem) for problem in problems]
    return json.dumps({"file": str(file), "valid": False, "problems": rows}, indent=2)


def _right(file: Path, facts: dict[str, object]) -> str:
    return json.dumps(
        {"file": str(file), "valid": True, "problems": [], "summary": facts}, indent=2
    )


def _facts(configuration: Configuration) -> dict[str, object]:
    members = configuration.members.values()
    return {
        "profile": "organization",
        "organization": configuration.organization.id,
        "core_accounts": len(configuration.core_accounts()),
        "adopted_members": sum(member.id is not None for member in members),
        "created_members": sum(member.id is None for member in members),
        "organizational_units": sum(1 for _ in configuration.walk_units()),
        **_regions(configuration),
    }


def _facts_of_account(configuration: Standalone) -> dict[str, object]:
    return {
        "profile": PROFILE,
        "account": configuration.account.id,
        **_regions(configuration),
    }


def _regions(configuration: Configuration | Standalone) -> dict[str, object]:
    return {
        "home_region": configuration.home_region,
        "regions": list(configuration.regions),
        "opt_in_regions": _opt_in(configuration),
    }


def _opt_in(configuration: Configuration | Standalone) -> list[str]:
    return [name for name in configuration.regions if table()[name].opt_in]


def _summary_of_account(file: Path, configuration: Standalone) -> str:
    lines = [
        f"{file} is right.",
        f"  account      {configuration.account.id}, without an organization",
        f"  Regions      {', '.join(configuration.regions)}; home is {configuration.home_region}",
    ]
    if opt_in := _opt_in(configuration):
        lines.append(f"  Before the deployment, enable {', '.join(opt_in)} in the account.")
    return "\n".join(lines)


def _summary(file: Path, configuration: Configuration) -> str:
    facts = _facts(configuration)
    members = f"{facts['adopted_members']} adopted, {facts['created_members']} to create"
    units = ", ".join(path for path, _ in configuration.walk_units())
    opt_in = _opt_in(configuration)
    lines = [
        f"{file} is right.",
        f"  organization {facts['organization']}",
        f"  accounts     {facts['core_accounts']} core; members: {members}",
        f"  units        {facts['organizational_units']}: {units}",
        f"  Regions      {', '.join(configuration.regions)}; home is {configuration.home_region}",
    ]
    if opt_in:
        lines.append(f"  Before the deployment, enable {', '.join(opt_in)} in every account.")
    return "\n".join(lines)
