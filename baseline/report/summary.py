"""The figures at the top of the page."""

from __future__ import annotations

from collections.abc import Sequence

from baseline.report.model import SOON_DAYS, Accepted, Cost, Fact, Guardrail, Phase, Unit, Weaker


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
                label="Cost a month",
                value=_dollars(cost.total),
                note=f"{_dollars(cost.low)} to {_dollars(cost.high)}",
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
    note = f"{expired} expired" if expired else f"{soon} end in {SOON_DAYS} days"
    return Fact(
        label="Dated exceptions",
        value=str(len(accepted)),
        note=note,
        section="exceptions",
        tone="bad" if expired else "plain",
    )


def _weaker(weaker: Sequence[Weaker]) -> Fact:
    return Fact(
        label="Weaker choices",
        value=str(len(weaker)),
        note="than the defaults",
        section="exceptions",
    )


def _dollars(amount: float) -> str:
    return f"${amount:,.0f}"
