"""`baseline delivery`: the steps of a delivery as a file of GitHub Actions or of GitLab CI."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from baseline.delivery.commands import Commands, Gate, Target, checked_branch
from baseline.delivery.platform_files import github_actions, gitlab_ci
from baseline.delivery.steps import Step, delivery_steps
from baseline.errors import BaselineError

WRONG_INPUT = 2

delivery_app = typer.Typer(
    name="delivery",
    help="The steps of a secure delivery for platforms other than CodePipeline.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


class Severity(StrEnum):
    """From which severity a finding stops a delivery."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


Branch = Annotated[str, typer.Option(help="Branch that is delivered.")]
Threshold = Annotated[Severity, typer.Option(help="Severity that stops a delivery.")]
Suppressions = Annotated[
    str | None, typer.Option(help="File of accepted findings in the repository.")
]
TestStacks = Annotated[
    list[str] | None, typer.Option(help="Stacks of the test environment; repeat for more.")
]
Endpoint = Annotated[
    str | None, typer.Option(help="URL of the test environment, which is scanned while it runs.")
]
ProductionStacks = Annotated[
    list[str] | None, typer.Option(help="Stacks of production; repeat for more.")
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write to a file instead of the screen.")
]


@delivery_app.command("github-actions")
def github(
    *,
    branch: Branch = "main",
    threshold: Threshold = Severity.HIGH,
    suppressions: Suppressions = None,
    test_stacks: TestStacks = None,
    endpoint: Endpoint = None,
    production_stacks: ProductionStacks = None,
    output: Output = None,
) -> None:
    """Write the workflow of GitHub Actions.

    Exit status: 0 written, 2 wrong input.
    """
    with _problems():
        gate = Gate(threshold=threshold.value, suppressions=suppressions)
        steps = _steps(gate, test_stacks, endpoint, production_stacks)
        _write(github_actions(steps, Commands(), branch=checked_branch(branch)), output)


@delivery_app.command("gitlab-ci")
def gitlab(
    *,
    branch: Branch = "main",
    threshold: Threshold = Severity.HIGH,
    suppressions: Suppressions = None,
    test_stacks: TestStacks = None,
    endpoint: Endpoint = None,
    production_stacks: ProductionStacks = None,
    output: Output = None,
) -> None:
    """Write the pipeline of GitLab CI.

    Exit status: 0 written, 2 wrong input.
    """
    with _problems():
        gate = Gate(threshold=threshold.value, suppressions=suppressions)
        steps = _steps(gate, test_stacks, endpoint, production_stacks)
        _write(gitlab_ci(steps, Commands(), branch=checked_branch(branch)), output)


def _steps(
    gate: Gate,
    test_stacks: list[str] | None,
    endpoint: str | None,
    production_stacks: list[str] | None,
) -> tuple[Step, ...]:
    test = Target(stacks=tuple(test_stacks or ["Test/*"]), endpoint=endpoint)
    production = Target(stacks=tuple(production_stacks or ["Production/*"]))
    return delivery_steps(Commands(), gate, test=test, production=production)


def _write(text: str, output: Path | None) -> None:
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BaselineError(f"{output} cannot be written: {error.strerror or error}") from None


@contextmanager
def _problems() -> Iterator[None]:
    """Turn a user's mistake into a line on standard error and the exit status."""
    try:
        yield
    except BaselineError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_INPUT) from None
