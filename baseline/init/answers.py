"""What somebody who starts has decided, ready to be written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

CORE_ROLES = ("management", "log_archive", "security", "network", "shared_services")
CONTACT_KINDS = ("security", "operations", "billing")


@dataclass(frozen=True, kw_only=True, slots=True)
class CoreAnswer:
    """An account that carries the baseline; ``note`` is written behind it."""

    id: str
    email: str
    ou: str | None = None
    note: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberAnswer:
    """A workload account that exists."""

    name: str
    id: str
    email: str
    ou: str
    note: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitAnswer:
    """An organizational unit; with an ID it exists and is adopted."""

    name: str
    guardrails: tuple[str, ...] = ()
    id: str | None = None
    units: tuple[UnitAnswer, ...] = ()
    note: str | None = None

    def walk(self, parent: str = "") -> Iterator[tuple[str, UnitAnswer]]:
        """Give path and unit of this unit, then of all below it."""
        path = f"{parent}/{self.name}" if parent else self.name
        yield path, self
        for unit in self.units:
            yield from unit.walk(path)


NEW_UNITS = (
    UnitAnswer(name="Security", guardrails=("foundation", "protect-logs")),
    UnitAnswer(name="Infrastructure", guardrails=("foundation",)),
    UnitAnswer(
        name="Workloads",
        guardrails=("foundation", "private-network", "workload-limits"),
        units=(UnitAnswer(name="Production"), UnitAnswer(name="Test")),
    ),
    UnitAnswer(name="Sandbox", guardrails=("foundation", "sandbox-limits")),
    UnitAnswer(name="Suspended", guardrails=("quarantine", "data-perimeter")),
)
"""The units of an organization that has none yet."""

UNIT_OF_ROLE = {
    "log_archive": "Security",
    "security": "Security",
    "network": "Infrastructure",
    "shared_services": "Infrastructure",
}


def paths(units: tuple[UnitAnswer, ...]) -> list[str]:
    """Give the paths of all units, parents first."""
    return [path for unit in units for path, _ in unit.walk()]


def with_units(
    units: tuple[UnitAnswer, ...], accounts: dict[str, CoreAnswer]
) -> tuple[UnitAnswer, ...]:
    """Give the units, and those besides in which core accounts are to stand."""
    usual = {unit.name: unit for unit in NEW_UNITS}
    known = set(paths(units))
    lacking = dict.fromkeys(
        each.ou for each in accounts.values() if each.ou and each.ou not in known
    )
    return (*units, *(replace(usual[name], units=()) for name in lacking))


@dataclass(frozen=True, kw_only=True, slots=True)
class OrganizationAnswers:
    """Everything that a configuration of an organization starts with.

    Attributes:
        accounts: by role, in the order of CORE_ROLES.
        contacts: address by kind of contact.
        findings: addresses that get critical and high findings.
        lock: mode of Object Lock.
        monthly_dollars: budget; None for none.
        endpoints: whether the network gets interface endpoints.
        extras: capabilities that are billed by what they look at.
        reserved_scps: slots for service control policies of others.
        reserved_rcps: slots for resource control policies of others.
        remarks: what was found and has to be decided, one line each.
    """

    prefix: str
    organization_id: str
    root_id: str
    domains: tuple[str, ...]
    home_region: str
    regions: tuple[str, ...]
    control_tower: str
    accounts: dict[str, CoreAnswer]
    contacts: dict[str, str]
    phone: str
    findings: tuple[str, ...]
    lock: str
    monthly_dollars: str | None
    endpoints: bool
    extras: tuple[str, ...]
    units: tuple[UnitAnswer, ...] = NEW_UNITS
    members: tuple[MemberAnswer, ...] = ()
    reserved_scps: int = 0
    reserved_rcps: int = 0
    remarks: tuple[str, ...] = field(default=())


@dataclass(frozen=True, kw_only=True, slots=True)
class StandaloneAnswers:
    """Everything that a configuration of one account starts with; as for an organization."""

    prefix: str
    account: CoreAnswer
    domains: tuple[str, ...]
    home_region: str
    regions: tuple[str, ...]
    contacts: dict[str, str]
    phone: str
    findings: tuple[str, ...]
    lock: str
    monthly_dollars: str | None
    network: bool
