"""The figures at the top of the page."""

from __future__ import annotations

from collections.abc import Sequence

from baseline.report.model import SOON_DAYS, Accepted, Fact, Phase, Report, Unit


def facts_of(report: Report, regions: Sequence[str]) -> tuple[Fact, ...]:
    """Give the figures, each with the section that explains it."""
    root, units = report.root, _units(report.root)
    facts = [
        _fact("Accounts", f"{root.population:,}", _in_units(units), "organization"),
        _fact("Governed Regions", str(len(regions)), ", ".join(regions), "organization"),
    ]
    if report.guardrails:
        proofs = sum(row.proofs for row in report.guardrails)
        facts.append(
            _fact(
                "Guardrails in use", str(len(report.guardrails)), f"{proofs:,} proofs", "guardrails"
            )
        )
    facts.append(_capabilities(report.phases))
    if report.cost is not None:
        low, high = _dollars(report.cost.low), _dollars(report.cost.high)
        facts.append(_fact("Cost a month", _dollars(report.cost.total), f"{low} to {high}", "cost"))
    weaker = _fact("Weaker choices", str(len(report.weaker)), "than the defaults", "exceptions")
    return (*facts, _exceptions(report.accepted), weaker)


def _fact(label: str, value: str, note: str, section: str) -> Fact:
    return Fact(label=label, value=value, note=note, section=section)


def _in_units(units: int) -> str:
    if not units:
        return "without an organization"
    return f"in {units} unit{'s' * (units != 1)}"


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


def _dollars(amount: float) -> str:
    return f"${amount:,.0f}"
