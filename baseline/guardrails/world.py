"""What the proofs of guardrails are filled in with: the accounts and names of an organization."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from baseline.guardrails.perimeter import lake_outsiders
from baseline.guardrails.placeholders import Values
from baseline.guardrails.roles import Roles
from baseline.guardrails.values import roles_of, values_of

if TYPE_CHECKING:
    from baseline.config import Configuration

_MEMBERS = (
    "555555555555",
    "666666666666",
    "777777777777",
    "888888888888",
    "123456789012",
    "210987654321",
)
"""IDs for accounts that a configuration does not name; a core account may have one of them."""


@dataclass(frozen=True, kw_only=True)
class World:
    """What proofs are filled in with: an organization's accounts, Regions, values and roles.

    Attributes:
        accounts: ``member`` (some account of the unit) and the core accounts, to their IDs.
        strangers: ``outside`` and, if there is one, ``trusted``, ``siem`` and ``lake``: accounts of other
            organizations.
        management: ID of the management account.
        organization: Organization ID.
        regions: Governed Regions.
        home_region: Home Region.
        values: Parameter values.
        roles: Exempt roles.
    """

    accounts: dict[str, str]
    strangers: dict[str, str]
    management: str
    organization: str
    regions: tuple[str, ...]
    home_region: str
    values: Values
    roles: Roles

    @classmethod
    def of(cls, configuration: Configuration) -> World:
        """Give the world of a configuration."""
        core = {role: account.id for role, account in configuration.core_accounts().items()}
        trusted = configuration.guardrails.trusted_accounts
        readers = configuration.siem.outsiders()
        lake = lake_outsiders(configuration)
        taken = {*core.values(), *trusted, *readers, *lake}
        free = (row for row in _MEMBERS if row not in taken)
        return cls(
            accounts={**core, "member": next(free)},
            strangers={
                "outside": next(free),
                **({"trusted": trusted[0]} if trusted else {}),
                **({"siem": readers[0]} if readers else {}),
                **({"lake": lake[0]} if lake else {}),
            },
            management=core["management"],
            organization=configuration.organization.id,
            regions=configuration.regions,
            home_region=configuration.home_region,
            values=values_of(configuration),
            roles=roles_of(configuration),
        )
