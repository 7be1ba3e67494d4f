"""What a review tells: findings, how bad each is, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from baseline.cost.changes import CostChange

Change = Literal["worse", "better"]
Severity = Literal["error", "warning", "note"]
RANK: dict[Severity, int] = {"error": 0, "warning": 1, "note": 2}


class Category(StrEnum):
    """The parts of a report, in its order."""

    EXPOSURE = "exposure"
    PRIVILEGE = "privilege"
    PROTECTION = "protection"
    GUARDRAILS = "guardrails"
    RESOURCES = "resources"
    CONTROLS = "controls"


ORDER = list(Category)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where something stands.

    Attributes:
        file: template in the assembly; empty for what is in none.
        stack: stack, and the StackSet in it.
        name: logical ID, or whatever the thing is called.
        type: resource type; empty where it is no resource.
    """

    file: str = ""
    stack: str = ""
    name: str = ""
    type: str = ""

    def __str__(self) -> str:
        """Give stack and name as one path."""
        return "/".join(part for part in (self.stack, self.name) if part)


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that a change does.

    Attributes:
        category: part of the report.
        kind: what happened, in kebab case, such as ``port-opened``.
        severity: ``error``: look before you approve. ``warning``: know it. ``note``: for completeness.
        change: ``worse`` or ``better`` for security.
        place: where.
        text: one sentence without its place; values stand between backticks.
        details: more lines, such as examples.
    """

    category: Category
    kind: str
    severity: Severity
    place: Place
    text: str
    change: Change = "worse"
    details: tuple[str, ...] = ()

    @property
    def noteworthy(self) -> bool:
        """Whether a reviewer has to look at it."""
        return self.change == "worse" and self.severity != "note"

    @property
    def by_rule(self) -> bool:
        """Whether a Guard rule found it."""
        return self.kind.startswith("rule-")

    def order(self) -> tuple[bool, int, int, str, str]:
        """Give the key to sort by: worse first, then category, severity and place."""
        category = ORDER.index(self.category)
        return (
            self.change != "worse",
            category,
            RANK[self.severity],
            str(self.place),
            self.text,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """A whole review.

    Attributes:
        base: what the change starts from, as it was named.
        head: what it leads to.
        findings: in the order of the report.
        remarks: what the review could not look at, and why.
        cost: what the change costs; None where nothing was to compare.
    """

    base: str
    head: str
    findings: tuple[Finding, ...] = ()
    remarks: tuple[str, ...] = field(default=())
    cost: CostChange | None = None

    @property
    def worse(self) -> tuple[Finding, ...]:
        """Give what a reviewer has to look at."""
        return tuple(each for each in self.findings if each.noteworthy)


def code(value: object) -> str:
    """Give a value of a template as code of one line: it can neither format nor mention anybody."""
    text = " ".join(str(value).replace("`", "'").split())
    return f"`{text[:197]}…`" if len(text) > 200 else f"`{text}`"  # noqa: PLR2004 - a line of a comment


def listed(values: object, *, at_most: int = 8) -> str:
    """Give values as code, the first few of them."""
    rows = sorted(str(each) for each in values)  # type: ignore[attr-defined]
    shown = ", ".join(code(each) for each in rows[:at_most])
    return f"{shown} and {len(rows) - at_most} more" if len(rows) > at_most else shown
