"""Paid resources that a configuration creates: what, how many, where.

Two ways lead here: :func:`baseline.cost.counting.counted` counts them in a synthesized assembly,
:func:`baseline.cost.expectation.expected` follows the configuration, for which no synthesis is needed.
Tests hold the second to the first for every example configuration.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from baseline.cost.places import Place


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Key:
    """A paid resource.

    Attributes:
        capability: ID of the capability that creates it.
        place: where.
        item: item of the price list.
    """

    capability: str
    place: Place
    item: str


@dataclass(kw_only=True, slots=True)
class Footprint:
    """Paid resources and their numbers in each account.

    Attributes:
        resources: how many of each.
        capabilities: IDs of the capabilities that have a stack.
        unknown: types of resources of which nobody has said what they cost.
    """

    resources: Counter[Key] = field(default_factory=Counter)
    capabilities: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)

    def add(self, capability: str, place: Place, item: str, count: float = 1) -> None:
        """Count resources; none are no line."""
        self.capabilities.add(capability)
        if count:
            # Counts are whole but for capacities of databases.
            self.resources[Key(capability=capability, place=place, item=item)] += count  # type: ignore[assignment]

    def of(self, item: str) -> float:
        """Give how many of an item there are in all places together."""
        return sum(count for key, count in self.resources.items() if key.item == item)
