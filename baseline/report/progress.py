"""The three phases and how far they are, and the requirements of frameworks, from the control matrix."""

from __future__ import annotations

from collections.abc import Iterable

from baseline.controls.matrix import PHASES, CapabilityRow, Matrix
from baseline.report.model import Capability, Phase, Requirement, State

SECURITY_HUB = "Security Hub"
"""Name under which the controls themselves stand among the frameworks."""


def phases_of(matrix: Matrix) -> tuple[Phase, ...]:
    """Give the three phases with their capabilities, what is on first."""
    phases = []
    for number, title in PHASES.items():
        rows = [_capability(row) for row in matrix.capabilities if row.phase == number]
        rows.sort(key=lambda row: (_ORDER[row.state], row.title.casefold()))
        phases.append(
            Phase(
                number=number,
                title=title,
                capabilities=tuple(rows),
                on=sum(row.state == "on" for row in rows),
                off=sum(row.state == "off" for row in rows),
                unknown=sum(row.state == "unknown" for row in rows),
                manual=sum(bool(row.manual) and row.state != "off" for row in rows),
            )
        )
    return tuple(phases)


_ORDER = {"on": 0, "unknown": 1, "off": 2}


def requirements_of(matrix: Matrix) -> tuple[Requirement, ...]:
    """Give every requirement of every framework that a capability serves, Security Hub's controls first."""
    serving: dict[tuple[str, str, str], list[CapabilityRow]] = {}
    for row in matrix.capabilities:
        for control in row.controls:
            serving.setdefault((SECURITY_HUB, control, ""), []).append(row)
        for framework, requirements in row.frameworks.items():
            for requirement in requirements:
                key = (framework, requirement.id, requirement.title)
                serving.setdefault(key, []).append(row)
    return tuple(
        Requirement(
            framework=framework,
            id=id,
            title=title,
            capabilities=tuple(dict.fromkeys(row.id for row in rows)),
            state=_best(map(_state, rows)),
        )
        for (framework, id, title), rows in sorted(serving.items(), key=_natural)
    )


def _natural(item: tuple[tuple[str, str, str], object]) -> tuple[object, ...]:
    """Sort by framework, then by the numbers within the ID: 2.10 comes after 2.9."""
    framework, id, title = item[0]
    parts, digits = [], ""
    for sign in f"{id} ":
        if sign.isdigit():
            digits += sign
            continue
        if digits:
            parts.append(digits.zfill(6))
            digits = ""
        parts.append(sign)
    return framework != SECURITY_HUB, framework.casefold(), "".join(parts), title


def _best(states: Iterable[State]) -> State:
    return min(states, key=lambda state: _ORDER[state])


def _state(row: CapabilityRow) -> State:
    if row.deployed is None:
        return "unknown"
    return "on" if row.deployed else "off"


def _capability(row: CapabilityRow) -> Capability:
    return Capability(
        id=row.id,
        title=row.title,
        why=row.why,
        phase=row.phase,
        state=_state(row),
        resources=tuple(sorted(row.resources.items())),
        controls=row.controls,
        tests=len(row.tests),
        gaps=row.gaps,
        manual=row.manual_steps,
        aws=row.responsibility.aws,
        customer=row.responsibility.customer,
    )
