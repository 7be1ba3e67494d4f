"""`baseline scan tools`: the scanners, installed by their lock files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from baseline.delivery.scans.findings import Scan
from baseline.delivery.scans.running import ScanError
from baseline.delivery.scans.tools import Toolbox, tools

FINDINGS = 1
WRONG_INPUT = 2

tools_app = typer.Typer(
    name="tools",
    help="The scanners: exact versions, hashes, an environment each.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

Directory = Annotated[
    Path | None,
    typer.Option(
        "--directory", "-d", help="Folder; by default BASELINE_SCAN_TOOLS, or .venv-scan."
    ),
]


@tools_app.command()
def install(
    *,
    directory: Directory = None,
    scan: Annotated[
        list[Scan] | None, typer.Option(help="Only the tools of this scan; repeat for more.")
    ] = None,
) -> None:
    """Install the tools that are missing or have another lock file.

    Exit status: 0 all are there, 2 one could not be installed.
    """
    wanted = set(scan or Scan)
    names = [name for name, tool in tools().items() if wanted & set(tool.scans)]
    try:
        Toolbox.named(directory).install(names, typer.echo)
    except ScanError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_INPUT) from None


@tools_app.command("list")
def list_(
    *,
    directory: Directory = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """List the tools, their versions and whether they are installed.

    Exit status: 0 all are installed, 1 one is not.
    """
    box = Toolbox.named(directory)
    rows = [
        {
            "tool": name,
            "package": tool.package,
            "version": tool.version,
            "scans": [scan.value for scan in tool.scans],
            "state": box.state(tool),
        }
        for name, tool in tools().items()
    ]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
    else:
        for row in rows:
            scans = ", ".join(row["scans"])
            typer.echo(f"{row['tool']:<15} {row['version']:<9} {row['state']:<9} {scans}")
    if any(row["state"] != "installed" for row in rows):
        raise typer.Exit(FINDINGS)
