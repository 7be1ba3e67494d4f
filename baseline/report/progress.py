"""The three phases and how far they are, and the requirements of frameworks, from the control matrix."""

from __future__ import annotations

import re
from collections.abc import Iterable

from baseline.controls.matrix import PHASES, CapabilityRow, Matrix
from baseline.report.model import Capability, Framework, Phase, Requirement, State

_Serving = dict[tuple[str, str], list[CapabilityRow]]


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


def frameworks_of(matrix: Matrix) -> tuple[Framework, ...]:
    """Give each framework with the requirements that capabilities serve, Security Hub's controls first."""
    controls: _Serving = {}
    others: dict[str, _Serving] = {name: {} for name in matrix.crosswalk.frameworks}
    for row in matrix.capabilities:
        for control in row.controls:
            controls.setdefault((control, ""), []).append(row)
        for name, requirements in row.frameworks.items():
            for each in requirements:
                others[name].setdefault((each.id, each.title), []).append(row)
    own = Framework(title="AWS Security Hub", note="", requirements=_requirements(controls))
    known = matrix.crosswalk.frameworks
    return (
        own,
        *(
            Framework(
                title=known[name].title,
                note=known[name].note,
                requirements=_requirements(serving),
            )
            for name, serving in others.items()
            if serving
        ),
    )


def _requirements(serving: _Serving) -> tuple[Requirement, ...]:
    return tuple(
        Requirement(
            id=name,
            title=title,
            capabilities=tuple(dict.fromkeys(row.id for row in rows)),
            state=_best(map(_state, rows)),
        )
        for (name, title), rows in sorted(serving.items(), key=lambda item: _natural(item[0][0]))
    )


def _natural(name: str) -> str:
    """Sort by the numbers within the name: 2.10 comes after 2.9."""
    return re.sub(r"\d+", lambda found: found[0].zfill(6), name)


def _best(states: Iterable[State]) -> State:
    return min(states, key=lambda state: _ORDER[state])


def _state(row: CapabilityRow) -> State:
    if row.deployed is None:
        return "unknown"
    return "on" if row.deployed or row.command else "off"


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
