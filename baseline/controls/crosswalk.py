"""Which requirements of which framework a Security Hub control answers, and who says so."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).parent / "data" / "crosswalk.json"
OWN = "own"
"""Source of what the baseline itself says of a capability."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where a mapping comes from.

    Attributes:
        title: publisher and document.
        date: day or month of what was read, ISO 8601.
        address: where it stands; empty for the baseline's own judgement.
        verified: whether the publisher of the control says it, and not somebody else.
    """

    title: str
    date: str
    address: str
    verified: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Framework:
    """A framework whose requirements the matrix shows.

    Attributes:
        title: full name with version.
        automated: whether Security Hub evaluates it as a standard.
        note: what a reader has to know about the mapping.
    """

    title: str
    automated: bool
    note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Requirement:
    """A requirement that something answers.

    Attributes:
        id: number in the framework, such as ``3.1`` or ``AU-2``.
        title: what it is about, in words of our own; for NIST the name of the control.
        controls: Security Hub controls through which it is answered; empty where the capability
            itself answers it.
        sources: keys of the sources that say so.
        verified: whether one of the sources is the publisher of the controls.
    """

    id: str
    title: str
    controls: tuple[str, ...]
    sources: tuple[str, ...]
    verified: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapped:
    """What is known of one Security Hub control.

    Attributes:
        title: what it asks, in words of our own.
        requirements: framework to pairs of requirement and key of the source.
    """

    title: str
    requirements: Mapping[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Crosswalk:
    """The whole table.

    Attributes:
        frameworks: by key, such as ``cis-5.0``.
        sources: by key.
        titles: framework to requirement to what it is about.
        controls: Security Hub control to what it answers.
    """

    frameworks: Mapping[str, Framework]
    sources: Mapping[str, Source]
    titles: Mapping[str, Mapping[str, str]]
    controls: Mapping[str, Mapped]

    def requirements_of(
        self, controls: Iterable[str], own: Mapping[str, Iterable[str]]
    ) -> dict[str, tuple[Requirement, ...]]:
        """Give framework to requirements, of controls and of what a capability answers itself."""
        return {
            name: tuple(self._requirements(name, tuple(controls), tuple(own.get(name, ()))))
            for name in self.frameworks
        }

    def _requirements(
        self, framework: str, controls: tuple[str, ...], own: tuple[str, ...]
    ) -> list[Requirement]:
        answers: dict[str, list[str]] = {}
        sources: dict[str, set[str]] = {}
        for control in controls:
            known = self.controls.get(control)
            for number, source in known.requirements.get(framework, ()) if known else ():
                answers.setdefault(number, []).append(control)
                sources.setdefault(number, set()).add(source)
        for number in own:
            answers.setdefault(number, [])
            sources.setdefault(number, set()).add(OWN)
        return [
            Requirement(
                id=number,
                title=self.titles[framework].get(number, ""),
                controls=tuple(answers[number]),
                sources=tuple(sorted(sources[number])),
                verified=any(self.sources[each].verified for each in sources[number]),
            )
            for number in sorted(answers, key=in_order)
        ]


def in_order(number: str) -> tuple[tuple[bool, int, str], ...]:
    """Give a key that sorts ``2.10`` behind ``2.9`` and ``AC-2(10)`` behind ``AC-2(9)``."""
    parts = number.replace("-", ".").replace("(", ".").replace(")", "").split(".")
    return tuple((part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts)


@cache
def crosswalk() -> Crosswalk:
    """Read the table."""
    document: dict[str, Any] = json.loads(SOURCE.read_text(encoding="utf-8"))
    return Crosswalk(
        frameworks={name: Framework(**row) for name, row in document["frameworks"].items()},
        sources={name: Source(**row) for name, row in document["sources"].items()},
        titles=document["requirements"],
        controls={name: _mapped(row) for name, row in document["controls"].items()},
    )


def _mapped(row: Mapping[str, Any]) -> Mapped:
    return Mapped(
        title=row["title"],
        requirements={
            framework: tuple((number, source) for source, found in said.items() for number in found)
            for framework, said in row["requirements"].items()
        },
    )
