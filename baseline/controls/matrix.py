"""The control matrix: what each capability is, what it claims, what proves it, what is left to you."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from baseline.controls.capabilities import Capability, capabilities
from baseline.controls.claims import Claim, claims
from baseline.controls.crosswalk import Crosswalk, Requirement, crosswalk, in_order
from baseline.controls.kinds import kinds
from baseline.controls.resources import declared, resources

PHASES = {
    1: "Infrastructure protection",
    2: "Insights and workload protection",
    3: "Automation",
}
"""What the phases of the baseline are called."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Responsibility:
    """Who does what in a capability.

    Attributes:
        aws: what AWS answers for.
        customer: what stays with the organization that deploys the baseline.
    """

    aws: str
    customer: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CapabilityRow:
    """One capability of the baseline.

    Attributes:
        id: name in kebab case, as constructs declare it.
        title: what it is, in a few words.
        phase: 1, 2 or 3 of ``PHASES``.
        area: part of the documentation to which it belongs, such as ``logs``.
        why: what goes wrong without it.
        constructs: dotted names of the classes that declare it, or of the command's module.
        resources: CloudFormation type to the number of them in the assembly; without one, to zero, for
            the types that an example has.
        controls: Security Hub control IDs that it implements.
        frameworks: name of a framework to the requirements that those controls and the capability
            itself answer.
        tests: node IDs of the tests that prove it.
        proofs: control to the node IDs of the tests that bear its ID.
        gaps: what it does not do.
        manual_steps: what a person has to do.
        responsibility: of AWS and of the customer.
        data_centre: the control of a data center whose place it takes.
        page: page of ``docs/`` about it.
        effect: ``sets``, ``repairs`` or ``finds``: what it does about its controls.
        deployed: whether the assembly has it; None without an assembly.
        command: whether it is a command alone, which nobody deploys and everybody has.
    """

    id: str
    title: str
    phase: int
    area: str
    why: str
    constructs: tuple[str, ...]
    resources: Mapping[str, int]
    controls: tuple[str, ...]
    frameworks: Mapping[str, tuple[Requirement, ...]]
    tests: tuple[str, ...]
    proofs: Mapping[str, tuple[str, ...]]
    gaps: tuple[str, ...]
    manual_steps: tuple[str, ...]
    responsibility: Responsibility
    data_centre: str
    page: str
    effect: str
    deployed: bool | None
    command: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Matrix:
    """All capabilities, sorted by phase and name.

    Attributes:
        capabilities: the rows.
        crosswalk: frameworks, requirements, and where each mapping comes from.
        unknown: what an assembly declares and the matrix does not know: ``capability`` or
            ``capability: control``. Constructs of your own that call ``implements`` are among them.
    """

    capabilities: tuple[CapabilityRow, ...]
    crosswalk: Crosswalk
    unknown: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Give the matrix as a JSON document."""
        return {
            "phases": {str(number): title for number, title in PHASES.items()},
            "frameworks": {
                name: asdict(framework) for name, framework in self.crosswalk.frameworks.items()
            },
            "sources": {name: asdict(each) for name, each in self.crosswalk.sources.items()},
            "controls": {
                name: {
                    "title": each.title,
                    "standards": each.standards,
                    "unread": each.unread,
                    "note": each.note,
                }
                for name, each in self.crosswalk.controls.items()
            },
            "capabilities": [asdict(row) for row in self.capabilities],
            "unknown": list(self.unknown),
        }


def control_matrix(assembly: Path | None = None) -> Matrix:
    """Give the control matrix.

    Args:
        assembly: cloud assembly whose resources and controls are added. With one, a capability
            shows the controls that its configuration really has; without one, all that it can have.

    Returns:
        Every capability of the library, also those that no configuration has switched on.

    Raises:
        BaselineError: when the folder is no cloud assembly of the baseline.
    """
    known, claimed, cross = capabilities(), claims(), crosswalk()
    counts = resources(assembly) if assembly else _kinds_without_numbers()
    made = declared(assembly) if assembly else None
    rows = [
        _row(each, claimed[each.id], cross, counts.get(each.id, {}), made)
        for each in known.values()
    ]
    rows.sort(key=lambda row: (row.phase, row.id))
    return Matrix(
        capabilities=tuple(rows), crosswalk=cross, unknown=tuple(_unknown(made or {}, claimed))
    )


def _unknown(made: Mapping[str, frozenset[str]], claimed: Mapping[str, Claim]) -> Iterator[str]:
    for capability, controls in sorted(made.items()):
        if capability not in claimed:
            yield capability
        else:
            new = controls - set(claimed[capability].controls)
            yield from (f"{capability}: {control}" for control in sorted(new, key=in_order))


def _kinds_without_numbers() -> dict[str, dict[str, int]]:
    return {capability: dict.fromkeys(types, 0) for capability, types in kinds().items()}


def _row(
    capability: Capability,
    claim: Claim,
    cross: Crosswalk,
    counts: Mapping[str, int],
    made: Mapping[str, frozenset[str]] | None,
) -> CapabilityRow:
    controls = claim.controls
    if made is not None and capability.id in made:
        controls = tuple(control for control in controls if control in made[capability.id])
    return CapabilityRow(
        id=capability.id,
        title=capability.title,
        phase=capability.phase,
        area=capability.area,
        why=capability.why,
        constructs=claim.constructs,
        resources=counts,
        controls=controls,
        frameworks=cross.requirements_of(controls, capability.requirements),
        tests=claim.tests,
        proofs={control: claim.proofs.get(control, ()) for control in controls},
        gaps=capability.gaps,
        manual_steps=capability.manual_steps,
        responsibility=Responsibility(aws=capability.aws, customer=capability.customer),
        data_centre=capability.data_centre,
        page=capability.page,
        effect=capability.effect,
        deployed=None if made is None else capability.id in made,
        command=set(claim.constructs) <= set(capability.modules),
    )
