"""`baseline identity`: how people get to their accounts."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Annotated

import typer

from baseline.config import Configuration, load
from baseline.errors import BaselineError
from baseline.identity.profiles import MARKER, Profile, profiles_of, render

WRONG_INPUT = 2
PRIVATE = 0o600

identity_app = typer.Typer(help="How people get to their accounts.", no_args_is_help=True)


@identity_app.callback()
def _identity() -> None:
    """Keep `profiles` a subcommand, though there is one only."""


@identity_app.command("profiles")
def profiles(
    *,
    config: Annotated[Path, typer.Option("--config", help="The configuration.")] = Path(
        "baseline.yaml"
    ),
    group: Annotated[
        list[str] | None,
        typer.Option("--group", help="Only what this group has; may be repeated."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write to this file.", show_default="standard output"),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite a file that somebody else wrote.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Write an AWS CLI configuration: one SSO session, one profile per account and permission set.

    Sign in with `aws sso login --sso-session <prefix>`; then `aws --profile <name>` works.

    Exit status: 0 written, 2 wrong input.
    """
    try:
        configuration = load(config)
        found, without_id = profiles_of(configuration, groups=group or ())
        _check(configuration, found)
        text = _json(found, without_id) if as_json else render(configuration, found)
        if output is not None:
            _write(output, text, force=force)
    except BaselineError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_INPUT) from None
    if output is None:
        typer.echo(text, nl=False)
    for name in without_id:
        typer.echo(
            f"members.{name} has no id yet, so it has no profile; enter the id when the account "
            "exists",
            err=True,
        )


def _json(found: list[Profile], without_id: list[str]) -> str:
    rows = [dataclasses.asdict(profile) for profile in found]
    return json.dumps({"profiles": rows, "without_id": without_id}, indent=2) + "\n"


def _check(configuration: Configuration, found: list[Profile]) -> None:
    if not configuration.identity_center.enabled:
        raise BaselineError(
            "identity_center names no instance, so there is nothing to sign in to; "
            "docs/identity.md says how to begin"
        )
    if not found:
        raise BaselineError(
            "nothing is assigned in an account whose id is known; see identity_center.assignments"
        )


def _write(path: Path, text: str, *, force: bool) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    try:
        if path.exists() and not force and MARKER not in path.read_text("utf-8", "replace"):
            raise BaselineError(
                f"{path} exists and was not written by this command; name another file, or give "
                "--force to overwrite it"
            )
        draft = path.with_name(f"{path.name}.new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE), "w") as file:
            file.write(text)
        draft.replace(path)
    except OSError as error:
        raise BaselineError(f"{path} cannot be written: {error.strerror}") from None
