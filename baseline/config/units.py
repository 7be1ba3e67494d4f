"""Organizational units and the guardrails attached to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import Field

from baseline.config.forms import UnitId, UnitName
from baseline.config.section import Section


class OrganizationalUnit(Section):
    """One organizational unit. The key above it is its name."""

    id: UnitId | None = Field(
        default=None,
        description="ID of a unit that exists already and is adopted (ou-...). Without it CloudFormation creates the unit.",
    )
    guardrails: tuple[str, ...] = Field(
        default=(),
        description="Guardrails or guardrail sets attached to this unit. Accounts in the units below are bound by them too. None by default.",
    )
    units: dict[UnitName, OrganizationalUnit] = Field(
        default_factory=dict,
        description="Units below this one, by name. Units nest at most five levels deep. None by default.",
    )


def walk(
    units: Mapping[str, OrganizationalUnit], parent: str = ""
) -> Iterator[tuple[str, OrganizationalUnit]]:
    """Give path and unit of every unit, parents first, in the order of the configuration."""
    for name, unit in units.items():
        path = f"{parent}/{name}" if parent else name
        yield path, unit
        yield from walk(unit.units, path)
