"""What AWS bills for one unit of each item: a dated table, read from data."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from baseline.errors import BaselineError

EVERYWHERE = "any"
"""Key of a price that AWS' page gives without a Region."""

Tiers = tuple[tuple[float | None, float], ...]
"""Upper end of each tier, None for the last, and the price of a unit in it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Quote:
    """The price of an item in a Region.

    Attributes:
        item: the item.
        tiers: its prices.
        region: whose price it is; empty where all Regions have the same.
        fallback: whether the Region asked for has no price in the table, so that another's stands for it.
    """

    item: Item
    tiers: Tiers
    region: str
    fallback: bool

    @property
    def unit_price(self) -> float:
        """Give the price of the first unit that is billed."""
        return next((price for _, price in self.tiers if price), 0.0)

    def cost(self, quantity: float) -> float:
        """Give what a quantity costs in one account, Region and month, tier by tier."""
        left, used, total = quantity / self.item.per, 0.0, 0.0
        for end, price in self.tiers:
            size = left if end is None else min(left, end - used)
            total += size * price
            used += size
            left -= size
            if left <= 0:
                break
        return total


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """Something that AWS bills.

    Attributes:
        id: name, such as ``kms.key``.
        service: AWS service.
        text: what is billed.
        unit: as AWS' page names it, such as ``10,000 requests``.
        per: how many things make a unit; tiers count in units.
        hourly: whether a resource is billed for each hour that it exists.
        prices: Region to tiers.
        source: page or list that the price was found in.
        checked: day on which it was checked.
        verified: False where no source could be found; every output says so.
        note: what one should know.
    """

    id: str
    service: str
    text: str
    unit: str
    prices: dict[str, Tiers]
    source: str
    checked: str
    verified: bool
    per: float = 1
    hourly: bool = False
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceList:
    """All items.

    Attributes:
        checked: day of the last check of the whole table.
        fallback: Region whose price stands for a Region without one; the first of the item's Regions
            where it has none either.
        items: by ID.
    """

    checked: str
    fallback: str
    items: dict[str, Item] = field(repr=False)

    def quote(self, item: str, region: str) -> Quote:
        """Give an item's price in a Region.

        Raises:
            BaselineError: there is no such item.
        """
        found = self.items.get(item)
        if found is None:
            raise BaselineError(f"{item!r} has no price; add it to baseline/cost/data/prices.json")
        if EVERYWHERE in found.prices:
            return Quote(item=found, tiers=found.prices[EVERYWHERE], region="", fallback=False)
        # The Region itself, the usual one, or else the first that a price was found for.
        chosen = next(
            name for name in (region, self.fallback, *found.prices) if name in found.prices
        )
        tiers = found.prices[chosen]
        return Quote(item=found, tiers=tiers, region=chosen, fallback=chosen != region)


@functools.cache
def price_list() -> PriceList:
    """Give the table of the library."""
    return read_prices(files(__package__).joinpath("data/prices.json").read_text(encoding="utf-8"))


def read_prices(text: str) -> PriceList:
    """Read a table of prices.

    Raises:
        BaselineError: it is no such table.
    """
    try:
        document = json.loads(text)
        items = [_item(row) for row in document["items"]]
        return PriceList(
            checked=document["checked"],
            fallback=document["fallback"],
            items={each.id: each for each in items},
        )
    except (ValueError, KeyError, TypeError) as error:
        raise BaselineError(f"the table of prices cannot be read: {error!r}") from None


def _item(row: dict[str, Any]) -> Item:
    if not row["prices"]:
        raise ValueError(f"{row['id']} has no price")
    prices = {
        region: tuple((end, float(price)) for end, price in tiers)
        for region, tiers in row["prices"].items()
    }
    return Item(
        id=row["id"],
        service=row["service"],
        text=row["item"],
        unit=row["unit"],
        prices=prices,
        source=row["source"],
        checked=row["checked"],
        verified=row["verified"],
        per=row.get("per", 1),
        hourly=row.get("hourly", False),
        note=row.get("note", ""),
    )
