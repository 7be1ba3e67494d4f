"""`baseline uninstall`: the ordered plan for letting go; it changes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from baseline.errors import BaselineError

WRONG_INPUT = 2
WIDTH = 120


def uninstall(
    *,
    assembly: Annotated[
        Path,
        typer.Option(
            "--assembly", help="What was synthesized from the configuration that is deployed."
        ),
    ] = Path("cdk.out"),
    region: Annotated[
        str, typer.Option("--region", help="Plan to leave this governed Region only.")
    ] = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the plan to a Markdown file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the plan as JSON.")] = False,
) -> None:
    """Plan how to remove the baseline: what stays, what stops protecting, what cannot be undone.

    It prints commands and runs none of them. No credentials and no network are needed. Exit status: 0 planned,
    2 wrong input.
    """
    # The assembly's reader is not needed for the other commands.
    from baseline.uninstall.plan import uninstall_plan  # noqa: PLC0415
    from baseline.uninstall.text import as_markdown  # noqa: PLC0415

    try:
        plan = uninstall_plan(assembly, region=region)
        text = json.dumps(plan.as_json(), indent=2) if as_json else as_markdown(plan)
    except BaselineError as error:
        _refuse(str(error))
    if output is None:
        _show(text, as_json=as_json)
        return
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        _refuse(f"--output: {output} cannot be written: {error.strerror}; name another file")


def _refuse(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(WRONG_INPUT)


def _show(text: str, *, as_json: bool) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.markdown import Markdown  # noqa: PLC0415

    console = Console()
    if as_json or not console.is_terminal:
        typer.echo(text)
    else:
        console.print(Markdown(text), width=min(console.width, WIDTH))
