"""What `baseline cost` shows."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from baseline.cost.line import NOTHING

if TYPE_CHECKING:
    from baseline.cost.changes import CostChange
    from baseline.cost.line import Dimension, Estimate, Line

UNVERIFIED = "unverified"
WIDTH = 160
SHARES: tuple[tuple[Dimension, str], ...] = (
    ("account_class", "accounts"),
    ("region", "Region"),
)


def screen() -> Console:
    """Give the screen; wide enough for the tables where it is a file."""
    found = Console()
    return found if found.is_terminal else Console(width=WIDTH)


def show_estimate(console: Console, estimate: Estimate, *, lines: bool) -> None:
    """Show sums by capability, by class of accounts and by Region, then what they rest on.

    Args:
        console: where to.
        estimate: the estimate.
        lines: every line instead of a sum for each capability.
    """
    if lines:
        _show_lines(console, estimate)
    _show_capabilities(console, estimate)
    for dimension, title in SHARES:
        _show_sums(console, estimate, dimension, title)
    console.print(
        f"[bold]{money(estimate.total)} a month[/], between {money(estimate.low)} and "
        f"{money(estimate.high)} with less or more use."
    )
    _show_assumptions(console, estimate)
    for remark in estimate.remarks:
        console.print(escape(remark), style="dim", soft_wrap=True)


def _show_capabilities(console: Console, estimate: Estimate) -> None:
    table = _table("capability", "USD a month", "low", "high", "most of it")
    for name, title in estimate.capabilities.items():
        rows = [line for line in estimate.lines if line.capability == name]
        total, low, high = (
            sum(getattr(row, field) for row in rows) for field in ("monthly", "low", "high")
        )
        table.add_row(escape(title), money(total), money(low), money(high), _most(rows))
    table.add_section()
    table.add_row("sum", money(estimate.total), money(estimate.low), money(estimate.high), "")
    console.print(table)


def _most(lines: list[Line]) -> str:
    """Name what costs most, or why a capability costs nothing."""
    if all(line.item == NOTHING for line in lines):
        reason = lines[0].assumption
        return f"[dim]{escape(reason)}[/]"
    sums: dict[str, float] = {}
    for line in lines:
        unverified = "" if line.verified else f" ({UNVERIFIED})"
        text = f"{line.service}: {line.text}{unverified}"
        sums[text] = sums.get(text, 0.0) + line.monthly
    return escape(max(sums, key=lambda text: sums[text]))


def _show_lines(console: Console, estimate: Estimate) -> None:
    table = _table("what", "accounts", "Region", "quantity", "unit", "price", "USD a month", "from")
    sums = estimate.by("capability")
    for name, rows in groupby(estimate.lines, key=lambda line: line.capability):
        table.add_section()
        title, total = escape(estimate.capabilities[name]), money(sums[name])
        table.add_row(f"[bold]{title}[/]", "", "", "", "", "", f"[bold]{total}[/]")
        for line in rows:
            if line.accounts:
                table.add_row(*_cells(line))
    console.print(table)


def _cells(line: Line) -> tuple[str, ...]:
    if line.item == NOTHING:
        return (NOTHING, line.account_class, line.region, "", "", "", money(0), line.assumption)
    times = f", {line.accounts} of them" if line.accounts > 1 else ""
    return (
        escape(f"{line.service}: {line.text}"),
        escape(f"{line.account_class}{times}"),
        line.region,
        f"{line.quantity:,.2f}".rstrip("0").rstrip("."),
        escape(line.unit),
        f"{line.price:g}{_mark(line)}",
        money(line.monthly),
        escape(line.assumption),
    )


def _mark(line: Line) -> str:
    """Say of a price that it is unverified, or another Region's."""
    marks = [UNVERIFIED] * (not line.verified) + [line.price_region] * bool(line.price_region)
    return f" ({', '.join(marks)})" if marks else ""


def _show_sums(console: Console, estimate: Estimate, dimension: Dimension, title: str) -> None:
    table = _table(title, "USD a month")
    for name, total in estimate.by(dimension).items():
        table.add_row(escape(name), money(total))
    console.print(table)


def _show_assumptions(console: Console, estimate: Estimate) -> None:
    table = _table("assumed", "value", "what it counts")
    table.columns[1].justify = "right"
    for row in estimate.assumptions:
        given = " (given)" if row.name in estimate.changed else ""
        table.add_row(row.name, f"{row.value:,g}{given}", escape(f"{row.unit}: {row.text}"))
    console.print(table)
    console.print("Change one with --assume NAME=VALUE, or several with --assumptions FILE.")


def show_change(console: Console, change: CostChange, names: tuple[str, str]) -> None:
    """Show what differs between two configurations."""
    if not change.items:
        console.print(f"{escape(names[1])} costs what {escape(names[0])} costs.")
        return
    table = _table("capability", "before", "after", "difference")
    for name, (before, after) in change.capabilities().items():
        title = escape(change.titles.get(name, name))
        table.add_row(title, money(before), money(after), signed(after - before))
    table.add_section()
    table.add_row("all", money(change.before), money(change.after), signed(change.difference))
    console.print(table)
    for remark in change.remarks:
        console.print(escape(remark), style="dim", soft_wrap=True)


def _table(*columns: str) -> Table:
    table = Table(box=SIMPLE_HEAD)
    for column in columns:
        right = column in {"USD a month", "low", "high", "before", "after", "difference"}
        right = right or column in {"quantity", "price"}
        table.add_column(column, justify="right" if right else "left", overflow="fold")
    return table


def money(dollars: float) -> str:
    """Give US dollars with cents."""
    return f"{dollars:,.2f}"


def signed(dollars: float) -> str:
    """Give US dollars with their sign."""
    return f"{dollars:+,.2f}"
