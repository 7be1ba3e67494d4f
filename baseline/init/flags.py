"""Answers from flags: everything that is wrong or missing is told in one message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from baseline.errors import BaselineError
from baseline.init import values
from baseline.init.interview import Many
from baseline.init.questions import Question


class Flags:
    """Answers without a terminal.

    Args:
        given: Values of the flags, by the flag; with its key where it takes one
            (``--account security``).
        reason: why nobody is asked, where that is not what was wanted.
    """

    def __init__(self, given: Mapping[str, tuple[str, ...]], *, reason: str = "") -> None:
        self._given = given
        self._reason = reason
        self._missing: list[str] = []
        self._wrong: list[str] = []
        self._notes: list[str] = []

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found and taken for an answer."""
        return tuple(self._notes)

    def one(
        self,
        question: Question,
        check: values.Check,
        *,
        default: str | None = None,
        suggested: str | None = None,
    ) -> str:
        """Give the flag's value, or the default; an empty text where neither is right."""
        del suggested  # nobody has seen it
        rows = self._given.get(question.flag)
        if rows is None and default is None:
            self._missing.append(question.usage or question.flag)
            return ""
        value = rows[-1] if rows else str(default)
        try:
            return check(value)
        except BaselineError as error:
            self._wrong.append(f"{question.flag}: {error}")
            return ""

    def many(
        self,
        question: Question,
        check: Many,
        *,
        default: Sequence[str] | None = None,
        suggested: Sequence[str] | None = None,
    ) -> tuple[str, ...]:
        """Give the flag's values, or the default ones; none where neither is right."""
        del suggested
        rows = self._given.get(question.flag, default)
        if rows is None:
            self._missing.append(question.usage or question.flag)
            return ()
        try:
            return check(split(rows))
        except BaselineError as error:
            self._wrong.append(f"{question.flag}: {error}")
            return ()

    def section(self, title: str, question: Question | None = None) -> None:
        """Say nothing: nobody reads along."""

    def note(self, text: str) -> None:
        """Keep what was found, for the end."""
        self._notes.append(text)

    def finish(self) -> None:
        """Refuse answers that are missing or wrong.

        Raises:
            BaselineError: some are, each named.
        """
        lines = list(self._wrong)
        if self._missing:
            lines.append(f"{self._reason}missing flags: {', '.join(self._missing)}")
        if lines:
            raise BaselineError("\n".join(lines))


def split(rows: Sequence[str]) -> list[str]:
    """Give the values of a flag that was repeated, written with commas, or both."""
    return [part.strip() for row in rows for part in row.split(",") if part.strip()]


def keyed(flag: str, rows: Sequence[str], keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Give the values of a flag of the form KEY=VALUE, by flag and key.

    Raises:
        BaselineError: a value has another form, or an unknown key.
    """
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        key, equals, value = row.partition("=")
        key = key.strip().replace("-", "_")
        if not equals or key not in keys:
            raise BaselineError(f"{flag} {row!r}: write {'|'.join(keys)}=VALUE")
        found[f"{flag} {key}"] = (value.strip(),)
    return found
