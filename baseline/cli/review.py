"""`baseline review`: what a change does to security, before anybody approves it."""

from __future__ import annotations

from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from baseline.errors import BaselineError

if TYPE_CHECKING:
    from baseline.config import Configuration
    from baseline.review.refs import Side

NOTEWORTHY = 1
WRONG_INPUT = 2
DEFAULT_CONFIG = Path("baseline.yaml")


class Format(StrEnum):
    """How the review is written."""

    MARKDOWN = "markdown"
    JSON = "json"
    SARIF = "sarif"


def review(
    base: Annotated[
        str, typer.Argument(help="Cloud assembly or git ref that the change starts from.")
    ],
    head: Annotated[str, typer.Argument(help="Cloud assembly or git ref that it leads to.")],
    *,
    format_: Annotated[
        Format, typer.Option("--format", "-f", help="Markdown for a comment, JSON or SARIF 2.1.0.")
    ] = Format.MARKDOWN,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to a file instead of the screen.")
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            help="The configuration whose proofs of guardrails are run; baseline.yaml where there is one.",
        ),
    ] = None,
) -> None:
    """Compare two assemblies, or two git refs: what is open, allowed, unprotected or removed that was not before.

    A ref is synthesized by its own code in a temporary worktree: that runs code of the ref. No credentials and no
    network are needed. Exit status: 0 nothing noteworthy, 1 something to look at, 2 wrong input.
    """
    # The engines of rules and guardrails are not needed for the other commands.
    from baseline.review.assembly import read_assembly  # noqa: PLC0415
    from baseline.review.comparison import review as compare  # noqa: PLC0415
    from baseline.review.refs import side  # noqa: PLC0415
    from baseline.review.reports import REPORTS  # noqa: PLC0415

    try:
        with ExitStack() as open_:
            sides = [
                open_.enter_context(side(each, repository=Path.cwd())) for each in (base, head)
            ]
            found = compare(
                read_assembly(sides[0].assembly),
                read_assembly(sides[1].assembly),
                names=(base, head),
                configuration=_configuration(config, sides[1]),
            )
        report = REPORTS["json" if as_json else format_.value](found)
        if output is None:
            typer.echo(report)
        else:
            output.parent.mkdir(parents=True, exist_ok=True)
            output.write_text(f"{report}\n", encoding="utf-8")
    except (BaselineError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_INPUT) from None
    if found.worse:
        raise typer.Exit(NOTEWORTHY)


def _configuration(named: Path | None, head: Side) -> Configuration | None:
    """Give the configuration of the head: the named one, or baseline.yaml beside the app."""
    from baseline.config import Configuration, read  # noqa: PLC0415

    if named is None:
        file = (head.source or Path.cwd()) / DEFAULT_CONFIG
        if not file.is_file():
            return None
    else:
        file = named if head.source is None or named.is_absolute() else head.source / named
    found = read(file)
    # An account alone has no guardrails to prove.
    return found if isinstance(found, Configuration) else None
