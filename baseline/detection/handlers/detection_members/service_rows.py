"""What is said about one service in one Region, and the one way in which something is changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

Client = Any  # boto3 makes its clients at run time
Row = dict[str, Any]
Step = tuple[str, Callable[[], Row]]

UNCHANGED = "unchanged"
CHANGED = "changed"
WOULD_CHANGE = "would_change"
IN_PROGRESS = "in_progress"
SKIPPED = "skipped"
FAILED = "failed"
GRAVEST_FIRST = (FAILED, IN_PROGRESS, CHANGED, WOULD_CHANGE)

THROTTLED = frozenset(
    {"RequestLimitExceeded", "Throttling", "ThrottlingException", "TooManyRequestsException"}
)


class ThrottledError(Exception):
    """AWS throttles the calls; the state machine tries the account again."""


def code_of(error: ClientError) -> str:
    """Give the error code of an answer."""
    return str(error.response.get("Error", {}).get("Code", ""))


@dataclass(frozen=True)
class Keeper:
    """Brings one service in one Region to what is wanted, or only says that it would.

    Attributes:
        service: ``macie``, ``detective`` or ``inspector``, which the names of the settings begin with.
        region: where.
        dry_run: write nothing.
    """

    service: str
    region: str
    dry_run: bool

    def keep(
        self, setting: str, *, before: object, after: object, write: Callable[[], object]
    ) -> Row:
        """Write when the value is another than the wanted one; say what was found and done."""
        if before == after:
            return self.row(setting, UNCHANGED)
        if not self.dry_run:
            write()
        state = WOULD_CHANGE if self.dry_run else CHANGED
        return {**self.row(setting, state), "before": before, "after": after}

    def row(self, setting: str, state: str, note: str = "") -> Row:
        """Give a row of the report."""
        row = {"setting": f"{self.service}-{setting}", "state": state, "region": self.region}
        return {**row, "note": note} if note else row


def state_of(rows: list[Row]) -> str:
    """Give the state of an account from those of its rows, the gravest first."""
    found = {row["state"] for row in rows}
    return next((state for state in GRAVEST_FIRST if state in found), "ok")
