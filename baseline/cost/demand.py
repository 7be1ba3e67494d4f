"""How much of each item is used, where, and on which assumption that rests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from baseline.cost.footprint import Footprint
from baseline.cost.places import MEMBER, Landscape, Place

if TYPE_CHECKING:
    from baseline.config import Configuration
    from baseline.cost.assumptions import Assumptions


@dataclass(frozen=True, kw_only=True, slots=True)
class Demand:
    """A quantity of an item in each account of a place, a month.

    Attributes:
        capability: ID of the capability.
        place: where.
        item: item of the price list.
        quantity: in things, not in the units of the price list.
        basis: names of the assumptions; empty for what follows from the configuration alone.
        accounts: how many accounts the place stands for, where it is not all of its class.
    """

    capability: str
    place: Place
    item: str
    quantity: float
    basis: tuple[str, ...] = ()
    accounts: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """What the parts of an estimate are made from.

    Attributes:
        configuration: the configuration.
        assumptions: what is assumed.
        land: accounts and Regions.
        resources: paid resources.
    """

    configuration: Configuration
    assumptions: Assumptions
    land: Landscape
    resources: Footprint

    @property
    def members(self) -> int:
        """Give the number of member accounts that is assumed."""
        return int(self.assumptions["accounts"])

    def accounts(self) -> int:
        """Give the number of all accounts."""
        return len(self.land.core) + (0 if self.land.single else self.members)

    def everywhere(self) -> Iterator[Place]:
        """Give every account in every governed Region."""
        for region in self.land.regions:
            yield from self.land.each_account(region)

    def workloads(self) -> Iterator[Place]:
        """Give the accounts that applications run in, in every governed Region."""
        for place in self.everywhere():
            if self.land.single or place.account_class == MEMBER:
                yield place

    def of(self, capability: str, place: Place, item: str, *names: str, times: float = 1) -> Demand:
        """Give the product of assumptions as a quantity.

        Args:
            capability: ID of the capability.
            place: where.
            item: item of the price list.
            names: assumptions that are multiplied.
            times: by how much besides.
        """
        quantity = times
        for name in names:
            quantity *= self.assumptions[name]
        return Demand(capability=capability, place=place, item=item, quantity=quantity, basis=names)
