"""Tables of `baseline controls`."""

from __future__ import annotations

from collections import defaultdict

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from baseline.controls.capabilities import EFFECTS, SETS
from baseline.controls.crosswalk import Requirement, in_order
from baseline.controls.matrix import PHASES, CapabilityRow, Matrix


def show_capabilities(console: Console, matrix: Matrix) -> None:
    """Show a table for each phase."""
    deployed = any(row.deployed is not None for row in matrix.capabilities)
    for phase, title in PHASES.items():
        rows = [row for row in matrix.capabilities if row.phase == phase]
        if not rows:
            continue
        table = Table(title=f"Phase {phase}: {title}", title_justify="left")
        table.add_column("capability", no_wrap=True)
        table.add_column("what it is")
        table.add_column("controls", overflow="fold")
        for name in ("resources", "tests", "gaps", "by hand"):
            if name != "resources" or deployed:
                table.add_column(name, justify="right", no_wrap=True)
        for row in rows:
            count = [str(sum(row.resources.values()))] if deployed else []
            numbers = (len(row.tests), len(row.gaps), len(row.manual_steps))
            counts = [*count, *(str(number or "") for number in numbers)]
            table.add_row(row.id, escape(row.title), ", ".join(row.controls), *counts)
        console.print(table)
    _total(console, matrix)


def _total(console: Console, matrix: Matrix) -> None:
    claims = sum(len(row.controls) for row in matrix.capabilities)
    bare = sum(not tests for row in matrix.capabilities for tests in row.proofs.values())
    text = f"{len(matrix.capabilities)} capabilities, {claims} claims, {bare} without a test"
    console.print(f"{text}; --capability NAME shows one", soft_wrap=True)


def show_framework(console: Console, matrix: Matrix, name: str, *, whole: bool) -> None:
    """Show the requirements of a framework and who answers them.

    Args:
        console: where to.
        matrix: the rows that are left.
        name: key of the framework.
        whole: nothing else was filtered, so what is missing is open.
    """
    framework = matrix.crosswalk.frameworks[name]
    console.print(f"[bold]{framework.title}[/bold]\n{escape(framework.note)}\n")
    by_number: dict[str, list[tuple[CapabilityRow, Requirement]]] = defaultdict(list)
    for row in matrix.capabilities:
        for requirement in row.frameworks[name]:
            by_number[requirement.id].append((row, requirement))
    table = Table()
    for column in ("requirement", "about", "answered by", "verified"):
        table.add_column(column, no_wrap=column == "requirement", overflow="fold")
    for number in sorted(by_number, key=in_order):
        pairs = by_number[number]
        sure = any(requirement.verified for _, requirement in pairs)
        answers = ", ".join(_named(row) for row, _ in pairs)
        table.add_row(number, pairs[0][1].title, answers, "yes" if sure else "[yellow]no[/yellow]")
    console.print(table)
    for number, advice in matrix.crosswalk.left[name].items() if whole else ():
        title = matrix.crosswalk.titles[name][number]
        console.print(f"[yellow]open[/yellow] {number} {title}: {escape(advice)}")


def _named(row: CapabilityRow) -> str:
    return row.id if row.effect == SETS else f"{row.id} ({row.effect})"


def show_capability(console: Console, matrix: Matrix, row: CapabilityRow) -> None:
    """Show everything about one capability."""
    console.print(f"[bold]{row.id}[/bold]  {escape(row.title)}, phase {row.phase}")
    console.print(f"{escape(row.why)}\n")
    state = {None: "", True: "in this assembly", False: "not in this assembly"}[row.deployed]
    lines = {
        "state": state,
        "made by": "\n".join(row.constructs),
        "resources": "\n".join(_resource(kind, count) for kind, count in row.resources.items()),
        "controls": f"{row.effect}: {EFFECTS[row.effect]}" if row.controls else "none",
        "tests": "\n".join(row.tests),
        "gaps": "\n".join(row.gaps),
        "by hand": "\n".join(row.manual_steps),
        "AWS does": row.responsibility.aws,
        "you do": row.responsibility.customer,
        "data center": row.data_centre,
        "page": f"docs/{row.page}",
    }
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, text in lines.items():
        if text:
            grid.add_row(name, escape(text))
    console.print(grid)
    if row.controls:
        console.print(_proofs(matrix, row))


def _resource(kind: str, count: int) -> str:
    return f"{count} {kind}" if count else kind


def _proofs(matrix: Matrix, row: CapabilityRow) -> Table:
    """Give the table of controls with their requirements and proofs."""
    table = Table()
    table.add_column("control", no_wrap=True)
    for column in ("asks that", "requirements", "proved by"):
        table.add_column(column, overflow="fold")
    for control in row.controls:
        requirements = [
            f"{name}: {', '.join(each.id for each in found if control in each.controls)}"
            for name, found in row.frameworks.items()
            if any(control in each.controls for each in found)
        ]
        proofs = "\n".join(row.proofs[control])
        title = matrix.crosswalk.controls[control].title
        table.add_row(control, title, "\n".join(requirements), escape(proofs))
    return table
