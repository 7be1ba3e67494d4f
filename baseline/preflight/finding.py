"""What a look found, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class Verdict(StrEnum):
    """What to do about a finding; from ``conflict`` to ``unknown`` it is in the way."""

    CONFLICT = "conflict"
    """The deployment would fail or break something: somebody has to decide."""
    IMPORT = "import"
    """It exists under our name: it is imported into our stack."""
    ADOPT = "adopt"
    """It exists: the configuration names it, and the baseline works with it."""
    SKIP = "skip"
    """It exists and stays: the configuration leaves this part of the baseline out."""
    UNKNOWN = "unknown"
    """It could not be read, so nothing is said about it."""
    NOTE = "note"
    """Nothing is in the way; there is something to know, or to do later."""
    FINE = "fine"
    """Nothing is in the way."""


IN_THE_WAY: Final = frozenset(
    {Verdict.CONFLICT, Verdict.IMPORT, Verdict.ADOPT, Verdict.SKIP, Verdict.UNKNOWN}
)
_RANK: Final = {verdict: rank for rank, verdict in enumerate(Verdict)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """A resource that is imported: the stack, its logical ID there and its identifier."""

    stack: str
    logical_id: str
    identifier: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        check: What was looked at, such as ``trail.second``; docs/adoption.md has all of them.
        verdict: What to do.
        place: Account and Region; empty for the organization.
        message: What was found, in one sentence.
        configuration: What to write into baseline.yaml; nothing by default.
        commands: What to run, in this order; nothing by default.
        imported: What ``cdk import`` takes over; nothing by default.
    """

    check: str
    verdict: Verdict
    message: str
    place: str = ""
    configuration: Mapping[str, Any] = field(default_factory=dict)
    commands: tuple[str, ...] = ()
    imported: tuple[Imported, ...] = ()

    @property
    def area(self) -> str:
        """The part of the baseline that it concerns."""
        return self.check.partition(".")[0]

    @property
    def blocks(self) -> bool:
        """Whether it is in the way of the deployment."""
        return self.verdict in IN_THE_WAY

    @property
    def order(self) -> tuple[int, str, str, str]:
        """What findings are sorted by: the worst first."""
        return (_RANK[self.verdict], self.check, self.place, self.message)


def merged(findings: Iterator[Finding] | list[Finding]) -> dict[str, Any]:
    """Give what all findings write into baseline.yaml, in one piece.

    Where two write to the same place, the first one counts, which is the worse one; of two numbers
    the larger one, which leaves room for both.
    """
    result: dict[str, Any] = {}
    for finding in findings:
        if finding.blocks:
            _merge(result, finding.configuration)
    return result


def _merge(into: dict[str, Any], more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, Mapping):
            below = into.setdefault(key, {})
            if isinstance(below, dict):
                _merge(below, value)
        elif _is_number(value) and _is_number(into.get(key)):
            into[key] = max(value, into[key])
        else:
            into.setdefault(key, value)


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def nested(path: str, ids: Mapping[str, str]) -> dict[str, Any]:
    """Give what to write so that the unit at a path is adopted, with those above it.

    Args:
        path: Path of the unit.
        ids: IDs of units by path; a unit above without an ID here has one in the file.
    """
    parts = path.split("/")
    inner: dict[str, Any] = {}
    for depth in range(len(parts), 0, -1):
        here = "/".join(parts[:depth])
        own = {"id": ids[here]} if here in ids else {}
        inner = {parts[depth - 1]: {**own, **({"units": inner} if inner else {})}}
    return {"organizational_units": inner}
