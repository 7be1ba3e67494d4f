"""`baseline validate-template`: is a CloudFormation template safe to deploy?"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

FINDINGS = 1
WRONG_INPUT = 2


class Format(StrEnum):
    """How the findings are written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"


class Level(StrEnum):
    """From which severity the exit status is 1."""

    ERROR = "error"
    WARNING = "warning"
    NEVER = "never"


def validate_template(
    files: Annotated[
        list[Path],
        typer.Argument(help="Templates in YAML or JSON, folders of them, or a cloud assembly."),
    ],
    *,
    format_: Annotated[
        Format, typer.Option("--format", "-f", help="Text, JSON, SARIF 2.1.0 or JUnit XML.")
    ] = Format.TEXT,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to a file instead of the screen.")
    ] = None,
    fail_on: Annotated[
        Level, typer.Option("--fail-on", help="Severity from which the exit status is 1.")
    ] = Level.WARNING,
) -> None:
    """Check CloudFormation templates of any tool for open ports, open buckets, secrets as text and more.

    The rules are those of the synthesis and of the organization's hook. Needs no credentials, no
    network. Exit status: 0 nothing found, 1 findings, 2 a file is no template.
    """
    # The engine of reports and rules is not needed for the other commands.
    from baseline.delivery.template_validation.files import validate_files  # noqa: PLC0415
    from baseline.delivery.template_validation.reports import REPORTS  # noqa: PLC0415

    findings, problems = validate_files(files)
    report = REPORTS[format_.value](findings, problems)
    if output is None:
        typer.echo(report)
    else:
        output.write_text(f"{report}\n", encoding="utf-8")
    if problems:
        raise typer.Exit(WRONG_INPUT)
    counted = {Level.ERROR: {"error"}, Level.WARNING: {"error", "warning"}, Level.NEVER: set[str]()}
    if any(each.severity in counted[fail_on] and not each.suppressed for each in findings):
        raise typer.Exit(FINDINGS)
