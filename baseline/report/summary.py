"""The figures at the top of the page."""

from __future__ import annotations

from collections.abc import Sequence

from baseline.report.model import Accepted, Cost, Fact, Guardrail, Phase, Unit, Weaker


def facts_of(
    regions: Sequence[str],
    *,
    root: Unit,
    guardrails: Sequence[Guardrail],
    phases: Sequence[Phase],
    cost: Cost | None,
    accepted: Sequence[Accepted],
    weaker: Sequence[Weaker],
) -> tuple[Fact, ...]:
    """Give the figures, each with the section that explains it."""
    facts = [
        Fact(
            label="Accounts",
            value=f"{root.population:,}",
            note=f"in {_units(root)} units" if root.units else "without an organization",
            section="organization",
        ),
        Fact(
            label="Governed Regions",
            value=str(len(regions)),
            note=", ".join(regions),
            section="organization",
        ),
    ]
    if guardrails:
        proofs = sum(row.proofs for row in guardrails)
        facts.append(
            Fact(
                label="Guardrails in use",
                value=str(len(guardrails)),
                note=f"{proofs:,} proofs",
                section="guardrails",
            )
        )
    facts.append(_capabilities(phases))
    if cost is not None:
        facts.append(
            Fact(
                label="Estimated cost a month",
                value=f"${cost.total:,.0f}",
                note="public prices",
                section="cost",
            )
        )
    return (*facts, _exceptions(accepted), _weaker(weaker))


def _units(unit: Unit) -> int:
    return sum(1 + _units(child) for child in unit.units)


def _capabilities(phases: Sequence[Phase]) -> Fact:
    on, off = sum(phase.on for phase in phases), sum(phase.off for phase in phases)
    unknown = sum(phase.unknown for phase in phases)
    manual = sum(phase.manual for phase in phases)
    return Fact(
        label="Capabilities" if unknown else "Capabilities on",
        value=str(unknown) if unknown else f"{on} of {on + off}",
        note=f"{manual} with manual steps",
        section="phases",
    )


def _exceptions(accepted: Sequence[Accepted]) -> Fact:
    expired = sum(row.state == "expired" for row in accepted)
    soon = sum(row.state == "soon" for row in accepted)
    note = f"{expired} expired" if expired else f"{soon} end within 30 days"
    return Fact(
        label="Accepted until a day",
        value=str(len(accepted)),
        note=note,
        section="exceptions",
        tone="bad" if expired else "plain",
    )


def _weaker(weaker: Sequence[Weaker]) -> Fact:
    return Fact(
        label="Weaker than default",
        value=str(len(weaker)),
        note="choices by name",
        section="exceptions",
    )
