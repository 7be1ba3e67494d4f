"""What `baseline gameday` shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from baseline.gameday.results import Result
    from baseline.gameday.scenario import Scenario

COLORS = {
    "arrived": "green",
    "missing": "red",
    "unexpected": "red",
    "not emulated": "yellow",
    "not deployed": "yellow",
    "not looked at": "red",
}
SHOWN_DETAIL = 160


def show_list(console: Console, scenarios: Iterable[Scenario]) -> None:
    """Show the scenarios, one a row."""
    table = Table("scenario", "what happens", "acts in", "really tells", "needs")
    for one in scenarios:
        needs = ", ".join(need for need in one.needs if need != "inbox")
        table.add_row(one.id, one.title, one.account, ", ".join(one.tells) or "nobody", needs)
    console.print(table)


def show_scenario(console: Console, scenario: Scenario) -> None:
    """Show what a scenario does, what has to arrive, and its cleanup."""
    from baseline.gameday.actions import ACTIONS  # noqa: PLC0415 - boto3 may be missing
    from baseline.gameday.looks import title  # noqa: PLC0415 - boto3 may be missing

    console.print(f"[bold]{scenario.id}[/]: {escape(scenario.title)}")
    console.print(escape(scenario.why))
    told = ", ".join(scenario.tells) or "nobody"
    console.print(f"acts in: {scenario.account}; really tells: {told}")
    for number, step in enumerate(scenario.steps, start=1):
        given = ", ".join(f"{name} {value}" for name, value in step.given.items())
        note = "" if step.emulated else " (not emulated)"
        console.print(f"  {number}. {ACTIONS[step.action].says}{note}", escape(given), style="cyan")
    table = Table("what has to arrive", "where", "within")
    for one in scenario.expected:
        words, where = title(one, {})
        table.add_row(escape(words), escape(where), f"{one.seconds} s")
    console.print(table)
    for step in scenario.cleanup:
        console.print(f"  cleanup: {ACTIONS[step.action].says}")


def show_left_out(console: Console, left_out: Mapping[str, str]) -> None:
    """Say which scenarios do not run, and why."""
    for name, reason in left_out.items():
        console.print(f"left out: {name} {reason}", style="yellow", soft_wrap=True)


def show_results(console: Console, results: Sequence[Result]) -> None:
    """Show what arrived, and what became of the cleanup."""
    table = Table("scenario", "expected", "where", "seconds", "verdict")
    for result in results:
        for number, row in enumerate(result.rows):
            color = COLORS[row.verdict]
            table.add_row(
                result.scenario if not number else "",
                escape(row.expected),
                escape(row.where),
                f"{row.seconds:.1f} of {row.within}",
                f"[{color}]{row.verdict}[/]",
                end_section=number == len(result.rows) - 1,
            )
    console.print(table)
    for result in results:
        _show_trouble(console, result)
    rows = [row for result in results for row in result.rows]
    counts = {verdict: sum(row.verdict == verdict for row in rows) for verdict in COLORS}
    said = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    console.print(f"{len(results)} scenarios: {said or 'nothing was expected'}")


def show_cleanup(console: Console, done: Sequence[Mapping[str, str]]) -> None:
    """Show what a later cleanup did."""
    if not done:
        console.print("nothing is left to clean up")
        return
    table = Table("run", "scenario", "account", "cleanup", "state", "detail")
    for one in done:
        color = "green" if one["state"] == "done" else "red"
        state = f"[{color}]{one['state']}[/]"
        cells = (one["run"], one["scenario"], one["account"], one["action"])
        table.add_row(*cells, state, escape(one["detail"][:SHOWN_DETAIL]))
    console.print(table)


def show_kept(console: Console, places: Sequence[str], problem: str) -> None:
    """Say where the record is."""
    for place in places:
        console.print(f"record: {place}", soft_wrap=True)
    if problem:
        console.print(problem, style="red", soft_wrap=True)


def _show_trouble(console: Console, result: Result) -> None:
    if result.problem:
        console.print(f"{result.scenario}: {escape(result.problem)}", style="red", soft_wrap=True)
    if result.interrupted:
        console.print(f"{result.scenario}: interrupted", style="red")
    for row in result.rows:
        if row.verdict != "arrived" and row.detail:
            said = escape(row.detail[:SHOWN_DETAIL])
            console.print(f"{result.scenario}: {escape(row.expected)}: {said}", style="yellow")
    for step in result.cleanup:
        if step.state == "failed":
            console.print(
                f"{result.scenario}: {step.action} failed: {escape(step.detail)}; then run "
                "`baseline gameday cleanup`",
                style="red",
                soft_wrap=True,
            )
