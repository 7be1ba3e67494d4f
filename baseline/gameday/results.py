"""Results: what arrived, when, and what became of the cleanup."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal[
    "arrived", "missing", "unexpected", "not emulated", "not deployed", "not looked at"
]

LEFT_OPEN = frozenset({"not emulated", "not deployed"})
"""Verdicts that are neither a success nor a failure."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One expectation.

    Attributes:
        expected: what was expected.
        where: where.
        verdict: whether it arrived.
        seconds: seconds from the start until it was seen, or until nobody looked any more.
        within: seconds in which it had to arrive.
        detail: what was seen.
    """

    expected: str
    where: str
    verdict: Verdict
    seconds: float
    within: int
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cleaned:
    """One step of the cleanup: done, or why not."""

    action: str
    state: Literal["done", "failed"]
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """One scenario.

    Attributes:
        scenario: its name.
        account: account ID that it acted in.
        region: Region.
        started: when, in UTC.
        rows: what was expected.
        cleanup: what was cleaned up.
        problem: why a step failed; empty if none did.
        interrupted: whether somebody stopped it.
    """

    scenario: str
    account: str
    region: str
    started: str
    rows: tuple[Row, ...]
    cleanup: tuple[Cleaned, ...] = ()
    problem: str = ""
    interrupted: bool = field(default=False)

    @property
    def ok(self) -> bool:
        """Whether everything arrived that could, and nothing was left behind."""
        fine = all(row.verdict == "arrived" or row.verdict in LEFT_OPEN for row in self.rows)
        clean = all(step.state == "done" for step in self.cleanup)
        return fine and clean and not self.problem and not self.interrupted

    @property
    def proved(self) -> bool:
        """Whether anything arrived at all."""
        return any(row.verdict == "arrived" for row in self.rows)
