"""What people have to know of each capability: kept by hand, for guardrails taken from their catalog."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from baseline.guardrails import catalog
from baseline.guardrails.model import Guardrail

SOURCE = Path(__file__).parent / "data" / "capabilities.json"
GUARDRAIL = "guardrail-"
"""Prefix of the capability that a guardrail of the catalog is."""

SETS = "sets"
EFFECTS = {
    SETS: "makes resources that meet them",
    "repairs": "changes what does not meet them, after the fact",
    "finds": "tells what does not meet them, and changes nothing",
}
"""What a capability does about the controls that it claims."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Capability:
    """One capability, as ``data/capabilities.json`` has it.

    Attributes:
        id: name in kebab case.
        title: what it is, in a few words.
        phase: 1, 2 or 3.
        area: key of the area whose responsibilities it shares.
        why: what goes wrong without it.
        gaps: what it does not do.
        manual_steps: what a person has to do.
        requirements: framework to requirements that it answers itself, without a control of
            Security Hub.
        aws: what AWS answers for.
        customer: what stays with the organization.
        data_centre: the control of a data center whose place it takes.
        page: page of ``docs/`` about it.
        effect: what it does about its controls: one of ``EFFECTS``.
        modules: dotted names of what implements it where no construct does: a command, a job.
    """

    id: str
    title: str
    phase: int
    area: str
    why: str
    gaps: tuple[str, ...]
    manual_steps: tuple[str, ...]
    requirements: Mapping[str, tuple[str, ...]]
    aws: str
    customer: str
    data_centre: str
    page: str
    effect: str
    modules: tuple[str, ...]


@cache
def capabilities() -> dict[str, Capability]:
    """Give every capability by its ID; those of guardrails come from the catalog."""
    document: dict[str, Any] = json.loads(SOURCE.read_text(encoding="utf-8"))
    areas: dict[str, dict[str, str]] = document["areas"]
    found = {name: _capability(name, row, areas) for name, row in document["capabilities"].items()}
    own: dict[str, Any] = document["guardrails"]
    for guardrail in catalog.guardrails().values():
        name = f"{GUARDRAIL}{guardrail.id}"
        row = {**_of_guardrail(guardrail), **own.get(guardrail.id, {})}
        found[name] = _capability(name, row, areas)
    return found


def _of_guardrail(guardrail: Guardrail) -> dict[str, Any]:
    return {
        "title": guardrail.title,
        "phase": guardrail.phase,
        "area": "guardrails",
        "why": guardrail.why,
    }


def _capability(
    name: str, row: Mapping[str, Any], areas: Mapping[str, Mapping[str, str]]
) -> Capability:
    area = areas[row["area"]]
    return Capability(
        id=name,
        title=row["title"],
        phase=row["phase"],
        area=row["area"],
        why=row["why"],
        gaps=tuple(row.get("gaps", ())),
        manual_steps=tuple(row.get("manual_steps", ())),
        requirements={key: tuple(each) for key, each in row.get("requirements", {}).items()},
        aws=row.get("aws", area["aws"]),
        customer=row.get("customer", area["customer"]),
        data_centre=row.get("data_centre", area["data_centre"]),
        page=row.get("page", area["page"]),
        effect=row.get("effect", SETS),
        modules=tuple(row.get("modules", ())),
    )
