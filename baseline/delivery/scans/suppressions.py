"""Findings that are accepted: by whom, for what reason and until when."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path

from baseline.config.document import Document, UnreadableError, Value, read
from baseline.config.finding import Path as Keys
from baseline.config.finding import dotted
from baseline.delivery.scans.findings import ScanFinding
from baseline.errors import ConfigurationError, Problem

LONGEST_DAYS = 366
SHORTEST_REASON = 10
REQUIRED = ("tool", "rule", "reason", "owner", "expires")
OPTIONAL = ("path", "fingerprint")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Suppression:
    """One accepted finding, or all of a rule under a path.

    Attributes:
        tool: the tool.
        rule: its rule.
        path: pattern of paths (``*`` stands for anything), or empty.
        fingerprint: of a single finding, or empty.
        reason: why.
        owner: who answers for it.
        expires: the last day on which it holds.
        file: where it stands.
        line: and in which line.
    """

    tool: str
    rule: str
    path: str
    fingerprint: str
    reason: str
    owner: str
    expires: dt.date
    file: str
    line: int

    def covers(self, finding: ScanFinding) -> bool:
        """Say whether a finding is meant, whatever the day."""
        return (
            (self.tool, self.rule) == (finding.tool, finding.rule)
            and (not self.path or fnmatchcase(finding.path, self.path))
            and (not self.fingerprint or self.fingerprint == finding.fingerprint)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Suppressed:
    """Findings after the suppressions.

    Attributes:
        findings: all findings; those accepted say why.
        notes: suppressions that do not work any more, one line each.
    """

    findings: list[ScanFinding]
    notes: list[str] = field(default_factory=list)


def read_suppressions(path: Path | None, today: dt.date) -> list[Suppression]:
    """Read a file of suppressions.

    Raises:
        ConfigurationError: the file cannot be read, or an entry lacks something, is unknown, or
            lasts longer than a year; each problem with its line.
    """
    if path is None:
        return []
    name = str(path)
    try:
        document = read(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError([_problem(name, None, f"cannot be read: {error}")]) from None
    except UnreadableError as error:
        place = (error.place.line, error.place.column) if error.place else None
        raise ConfigurationError([_problem(name, place, str(error))]) from None
    return _Reader(name, document, today).entries()


def apply(
    findings: Iterable[ScanFinding],
    suppressions: Sequence[Suppression],
    *,
    tools: Iterable[str],
    today: dt.date,
) -> Suppressed:
    """Accept the findings that suppressions cover.

    An expired suppression accepts nothing; it and one that covers no finding are told with their
    lines.

    Args:
        findings: the findings of a scan.
        suppressions: the suppressions of all scans.
        tools: the tools that ran, to know which suppression is without use.
        today: the day.
    """
    ran, used = set(tools), set[Suppression]()
    result = []
    for finding in findings:
        meant = [each for each in suppressions if each.covers(finding)]
        used.update(meant)
        holding = next((each for each in meant if each.expires >= today), None)
        result.append(finding if holding is None else replace(finding, accepted=holding.reason))
    notes = []
    for each in suppressions:
        what = f"{each.file}:{each.line} the suppression of {each.tool} {each.rule} ({each.owner})"
        if each.tool not in ran:
            continue
        if each not in used:
            notes.append(f"{what} covers no finding any more; remove it")
        elif each.expires < today:
            notes.append(f"{what} expired on {each.expires}; repair the finding or decide anew")
    return Suppressed(findings=result, notes=notes)


class _Reader:
    def __init__(self, file: str, document: Document, today: dt.date) -> None:
        self.file, self.document, self.today = file, document, today
        self.problems = [
            _problem(
                file,
                (found.place.line, found.place.column)
                if found.place
                else self._position(found.path),
                found.message,
                dotted(found.path),
            )
            for found in document.findings
        ]

    def entries(self) -> list[Suppression]:
        value = self.document.value
        rows = value.get("suppressions") if isinstance(value, dict) else None
        if not isinstance(value, dict) or not isinstance(rows, list) or len(value) > 1:
            self._refuse((), "has to hold the list `suppressions`, and nothing else")
            rows = []
        made = [self._entry(number, row) for number, row in enumerate(rows)]
        if self.problems:
            raise ConfigurationError(self.problems)
        return [each for each in made if each is not None]

    def _entry(self, number: int, row: Value) -> Suppression | None:
        here: Keys = ("suppressions", number)
        before = len(self.problems)
        if not isinstance(row, dict):
            self._refuse(here, f"has to hold {', '.join(REQUIRED)} and path or fingerprint")
            return None
        for key in row:
            if key not in (*REQUIRED, *OPTIONAL):
                known = ", ".join((*REQUIRED, *OPTIONAL))
                self._refuse((*here, key), f"is not known; known are {known}")
        texts = {key: self._text(here, row, key) for key in (*REQUIRED, *OPTIONAL)}
        expires = self._expires((*here, "expires"), texts["expires"])
        if not texts["path"] and not texts["fingerprint"]:
            self._refuse(
                here, "has to name a path or a fingerprint; a rule is not switched off whole"
            )
        if texts["fingerprint"] and not _FINGERPRINT.fullmatch(texts["fingerprint"]):
            self._refuse((*here, "fingerprint"), "has to be the 64 digits of a report")
        if texts["reason"] and len(texts["reason"]) < SHORTEST_REASON:
            self._refuse(
                (*here, "reason"), f"has to be a sentence of {SHORTEST_REASON} letters at least"
            )
        if expires is None or len(self.problems) > before:
            return None
        line = self.document.place(here).line
        return Suppression(**{**texts, "expires": expires, "file": self.file, "line": line})  # type: ignore[arg-type]

    def _text(self, here: Keys, row: dict[str, Value], key: str) -> str:
        value = row.get(key)
        path = (*here, key)
        if value is None and key in OPTIONAL:
            return ""
        text = self.document.unquoted.get(path, value) if value is not None else None
        if not isinstance(text, str) or not text.strip():
            self._refuse(path if key in row else here, f"needs {key} as text")
            return ""
        return text.strip()

    def _expires(self, path: Keys, text: str) -> dt.date | None:
        if not text:
            return None
        try:
            day = dt.date.fromisoformat(text) if _DAY.fullmatch(text) else None
        except ValueError:
            day = None
        if day is None:
            self._refuse(path, f"has to be a day such as 2027-03-31, not {text}")
        elif (day - self.today).days > LONGEST_DAYS:
            self._refuse(
                path, f"is {text}, more than a year away; decide for {LONGEST_DAYS} days at most"
            )
        return day

    def _position(self, path: Keys) -> tuple[int, int]:
        place = self.document.place(path)
        return place.line, place.column

    def _refuse(self, path: Keys, message: str) -> None:
        self.problems.append(_problem(self.file, self._position(path), message, dotted(path)))


def _problem(file: str, position: tuple[int, int] | None, message: str, path: str = "") -> Problem:
    line, column = position or (None, None)
    return Problem(file=file, line=line, column=column, path=path, message=message)
