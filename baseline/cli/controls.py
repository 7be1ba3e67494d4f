"""`baseline controls`: what the baseline claims, what proves it, what it leaves to you."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from baseline.cli.controls_tables import show_capabilities, show_capability, show_framework
from baseline.controls.matrix import Matrix, control_matrix
from baseline.controls.selection import Selection
from baseline.errors import BaselineError

FINDINGS = 1
WRONG_INPUT = 2


def controls(
    *,
    capability: Annotated[
        str | None, typer.Option("--capability", help="Everything about one capability.")
    ] = None,
    control: Annotated[
        str | None, typer.Option("--control", help="Who claims a control, such as CloudTrail.2.")
    ] = None,
    framework: Annotated[
        str | None,
        typer.Option(
            "--framework",
            help="Requirements of cis-5.0, cis-7.0, nist-800-53-r5 or pci-4.0.1.",
        ),
    ] = None,
    phase: Annotated[int | None, typer.Option("--phase", help="1, 2 or 3.")] = None,
    assembly: Annotated[
        Path | None,
        typer.Option("--assembly", help="Only what this cloud assembly has, with its resources."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """List capabilities, the controls that they claim, the tests that prove them, and the gaps.

    Exit status: 0 listed, 1 the assembly declares what the matrix does not know, 2 wrong input.
    """
    selection = Selection(
        capability=capability,
        control=control,
        framework=framework,
        phase=phase,
        deployed=assembly is not None and capability is None,
    )
    try:
        found = selection.of(control_matrix(assembly))
    except BaselineError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_INPUT) from None
    if as_json:
        typer.echo(json.dumps(found.as_json(), indent=2))
    else:
        _show(found, selection)
    for unknown in found.unknown:
        typer.echo(f"declared in the assembly, unknown to the matrix: {unknown}", err=True)
    if found.unknown:
        raise typer.Exit(FINDINGS)


def _show(found: Matrix, selection: Selection) -> None:
    console = Console(highlight=False)
    if not found.capabilities:
        console.print("no capability is left; take a filter away")
    elif selection.capability is not None:
        show_capability(console, found, found.capabilities[0])
    elif selection.framework is not None:
        whole = selection == Selection(framework=selection.framework)
        show_framework(console, found, selection.framework, whole=whole)
    else:
        show_capabilities(console, found)
