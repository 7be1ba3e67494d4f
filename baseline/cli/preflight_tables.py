"""The screen of `baseline preflight`: a table for each verdict, then what to write and to run."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from baseline.preflight.finding import Finding, Verdict, merged
from baseline.preflight.report import (
    TITLES,
    as_yaml,
    counts,
    gathered,
    import_command,
    mappings,
    outcome,
)

WIDTH = 140
STYLES = {
    Verdict.CONFLICT: "bold red",
    Verdict.IMPORT: "yellow",
    Verdict.ADOPT: "yellow",
    Verdict.SKIP: "yellow",
    Verdict.UNKNOWN: "magenta",
    Verdict.NOTE: "cyan",
    Verdict.FINE: "green",
}


def show(found: Sequence[Finding], *, accounts: int, everything: bool) -> None:
    """Print the findings, the worst first."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH)
    for verdict in Verdict:
        rows = [finding for finding in found if finding.verdict is verdict]
        if rows and (everything or verdict is not Verdict.FINE):
            console.print(_table(verdict, rows))
    _together(console, found)
    told = ", ".join(f"{number} {verdict}" for verdict, number in counts(found).items() if number)
    console.print(f"{accounts} accounts looked at: {told}; {outcome(found)}", markup=False)


def _table(verdict: Verdict, rows: Sequence[Finding]) -> Table:
    table = Table(
        title=Text(f"{TITLES[verdict]} ({len(rows)})", style=STYLES[verdict]),
        title_justify="left",
        expand=True,
        show_lines=any(row.commands or row.configuration for row in rows),
    )
    table.add_column("check", no_wrap=True)
    table.add_column("where")
    table.add_column("what, and what to do", ratio=1, overflow="fold")
    for row in gathered(rows):
        table.add_row(Text(row.check), Text(row.place), _what(row))
    return table


def _what(finding: Finding) -> Text:
    text = Text(finding.message)
    lines = as_yaml(finding.configuration).rstrip("\n")
    if lines:
        text.append(f"\n{lines}", style="green")
    for command in finding.commands:
        text.append(f"\n$ {command}", style="bold")
    for row in finding.imported:
        identifier = ", ".join(f"{key} {value}" for key, value in row.identifier.items())
        text.append(f"\nimport {row.stack}/{row.logical_id}: {identifier}", style="bold")
    return text


def _together(console: Console, found: Sequence[Finding]) -> None:
    """Print what can be copied whole: the lines of all findings, the files of the imports."""
    lines = as_yaml(merged(list(found)))
    if lines:
        console.print("Write into baseline.yaml:", style="bold")
        console.print(lines, markup=False, soft_wrap=True)
    for stack, mapping in mappings(found).items():
        console.print(
            f"Write into import-{stack}.json, then: {import_command(stack)}", style="bold"
        )
        console.print(json.dumps(mapping, indent=2), markup=False, soft_wrap=True)
