"""What is said about a setting, and the one way in which a setting is changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

Value = Any  # whatever JSON can hold

GLOBAL = "global"

UNCHANGED = "unchanged"
CHANGED = "changed"
WOULD_CHANGE = "would_change"
IN_PROGRESS = "in_progress"
SKIPPED = "skipped"
FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One setting in one Region.

    Attributes:
        region: the Region, or ``global``.
        setting: name of the setting, as the configuration writes it.
        state: ``unchanged``, ``changed``, ``would_change``, ``in_progress``, ``skipped`` or
            ``failed``.
        before: what was found; None where nothing was.
        after: what is there now, or would be.
        note: why, where the state alone does not say it.
    """

    region: str
    setting: str
    state: str
    before: Value = None
    after: Value = None
    note: str = ""

    def document(self) -> dict[str, Any]:
        """Give the row for the report, without what says nothing."""
        kept = asdict(self)
        if self.state == UNCHANGED:
            del kept["after"]
        return {name: value for name, value in kept.items() if value not in (None, "")}


@dataclass(frozen=True)
class Keeper:
    """Brings settings to the wanted value, or only says that it would.

    Attributes:
        dry_run: write nothing.
    """

    dry_run: bool

    def keep(
        self, setting: str, region: str, *, before: Value, after: Value, write: Callable[[], object]
    ) -> Row:
        """Write when the value is another than the wanted one; say what was found and done."""
        state = UNCHANGED
        if before != after:
            state = WOULD_CHANGE if self.dry_run else CHANGED
            if not self.dry_run:
                write()
        return Row(region=region, setting=setting, state=state, before=before, after=after)


def state_of(rows: list[Row]) -> str:
    """Give the state of an account from the states of its settings, the gravest first."""
    found = {row.state for row in rows}
    for state in (FAILED, IN_PROGRESS, CHANGED, WOULD_CHANGE):
        if state in found:
            return state
    return "ok"
