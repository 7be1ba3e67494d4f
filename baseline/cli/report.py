"""`baseline report`: everything about a baseline as one HTML page."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from baseline.errors import BaselineError

if TYPE_CHECKING:
    from baseline.report.model import Report

EXPIRED = 1
WRONG_INPUT = 2
PAGE = Path("report.html")
CLOCK = "SOURCE_DATE_EPOCH"


def report(
    *,
    config: Annotated[Path, typer.Option("--config", "-c", help="The configuration.")] = Path(
        "baseline.yaml"
    ),
    assembly: Annotated[
        Path | None,
        typer.Option(
            "--assembly",
            help="Folder that `cdk synth` wrote; without one the page says what it lacks.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The page; report.html by default."),
    ] = None,
    suppressions: Annotated[
        list[Path] | None,
        typer.Option(
            "--suppressions",
            help="File of accepted findings of `baseline scan`, besides that of the delivery; repeat for more.",
        ),
    ] = None,
    date: Annotated[
        str,
        typer.Option(
            "--date",
            help="Day of the report, as in 2026-12-31; that of SOURCE_DATE_EPOCH, or today, by default.",
        ),
    ] = "",
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print what the page shows; a page only where --output says."),
    ] = False,
) -> None:
    """Write one HTML page: organization, guardrails, phases, controls, flows, cost, exceptions.

    It needs no credentials and no network, and the page asks nobody for anything. Exit status: 0 written, 1 written and an
    exception is expired, 2 wrong input.
    """
    # The engine of guardrails and the templates of pages are not needed for the other commands.
    from baseline.report.building import build  # noqa: PLC0415
    from baseline.report.reading import read_configuration  # noqa: PLC0415
    from baseline.report.rendering import render  # noqa: PLC0415

    page = output or (None if as_json else PAGE)
    try:
        day = _day(date, os.environ.get(CLOCK, ""))
        configuration = read_configuration(config, dt.datetime.now(dt.UTC).date())
        found = build(
            configuration,
            name=config.name,
            date=day,
            assembly=assembly,
            suppressions=suppressions or (),
            folder=config.parent,
        )
        if page is not None:
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(render(found), encoding="utf-8")
    except (BaselineError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_INPUT) from None
    if as_json:
        typer.echo(json.dumps(found.as_json(), indent=2))
    else:
        typer.echo(_summary(found, page))
    if found.expired:
        raise typer.Exit(EXPIRED)


def _day(option: str, clock: str) -> dt.date:
    """Give the day of the report: the option, then the clock of reproducible builds, then today."""
    if option:
        try:
            return dt.date.fromisoformat(option)
        except ValueError:
            raise BaselineError(
                f"--date {option!r} is not a day; write it as in 2026-12-31"
            ) from None
    if clock:
        try:
            return dt.datetime.fromtimestamp(int(clock), dt.UTC).date()
        except (ValueError, OverflowError, OSError):
            raise BaselineError(
                f"{CLOCK} is {clock!r}; it counts the seconds since 1970, as in 1796083200"
            ) from None
    return dt.datetime.now(dt.UTC).date()


def _summary(found: Report, page: Path | None) -> str:
    lines = [f"{page} written, as of {found.date}."]
    lines += [f"  {fact.label}: {fact.value} ({fact.note})" for fact in found.facts]
    lines += [f"  not read: {row}" for row in found.missing]
    lines += [
        f"  expired on {row.last_day}: {row.kind} {row.name}, {row.where}" for row in found.expired
    ]
    return "\n".join(lines)
