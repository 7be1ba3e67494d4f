"""An estimate: lines, their sums, and the same as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from baseline.cost.assumptions import Assumption

NOTHING = "nothing"
Dimension = Literal["capability", "account_class", "account", "region", "item", "service"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """What one item of a capability costs in a class of accounts and a Region.

    Attributes:
        capability: ID of the capability, such as ``network``.
        account_class: role of a core account, ``member`` for workload accounts, ``account`` for a
            standalone one; ``member: UNIT`` where units differ.
        account: ID of the account; empty where the line is for all accounts of the class.
        accounts: how many accounts the line is for.
        region: Region that is billed.
        item: item of the price list; ``nothing`` where the capability costs nothing.
        service: AWS service.
        text: what is billed.
        quantity: in each account, a month.
        unit: of the quantity.
        price: of the first billed unit, in US dollars.
        monthly: of all accounts of the line, in US dollars.
        low: the same with less use.
        high: the same with more use.
        assumption: what the quantity rests on.
        verified: whether the price was found in a source.
        price_region: Region whose price stands here for lack of one; empty else.
    """

    capability: str
    account_class: str
    account: str
    region: str
    item: str
    quantity: float
    unit: str
    price: float
    monthly: float
    assumption: str
    low: float
    high: float
    accounts: int = 1
    service: str = ""
    text: str = ""
    verified: bool = True
    price_region: str = ""

    def as_json(self) -> dict[str, Any]:
        """Give the line as an object, in a fixed order of keys."""
        return {
            "capability": self.capability,
            "account_class": self.account_class,
            "account": self.account,
            "accounts": self.accounts,
            "region": self.region,
            "item": self.item,
            "service": self.service,
            "text": self.text,
            "quantity": round(self.quantity, 4),
            "unit": self.unit,
            "price": self.price,
            "monthly": round(self.monthly, 2),
            "low": round(self.low, 2),
            "high": round(self.high, 2),
            "assumption": self.assumption,
            "verified": self.verified,
            "price_region": self.price_region,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """What a configuration costs a month.

    Attributes:
        lines: by capability, class of accounts, Region and item.
        assumptions: every assumption that a line rests on.
        changed: names of those that somebody gave.
        prices_checked: day of the table of prices.
        capabilities: ID to title of every capability that is on.
        remarks: what one should know of the numbers.
    """

    lines: tuple[Line, ...]
    assumptions: tuple[Assumption, ...] = ()
    changed: frozenset[str] = frozenset()
    prices_checked: str = ""
    capabilities: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def total(self) -> float:
        """Give US dollars a month."""
        return sum(each.monthly for each in self.lines)

    @property
    def low(self) -> float:
        """Give the same with less use."""
        return sum(each.low for each in self.lines)

    @property
    def high(self) -> float:
        """Give the same with more use."""
        return sum(each.high for each in self.lines)

    def by(self, dimension: Dimension) -> dict[str, float]:
        """Give the sum of each value of a dimension, in US dollars a month, largest first."""
        return dict(
            sorted(
                _sums(self.lines, dimension).items(), key=lambda row: (-round(row[1], 2), row[0])
            )
        )

    def as_json(self) -> dict[str, Any]:
        """Give everything as an object that ``json`` can write; the same input gives the same text."""
        return {
            "currency": "USD",
            "period": "month",
            "prices_checked": self.prices_checked,
            "total": round(self.total, 2),
            "low": round(self.low, 2),
            "high": round(self.high, 2),
            "by": {
                name: {key: round(value, 2) for key, value in self.by(name).items()}
                for name in ("capability", "account_class", "region")
            },
            "capabilities": dict(self.capabilities),
            "assumptions": {
                each.name: {
                    "value": each.value,
                    "unit": each.unit,
                    "text": each.text,
                    "given": each.name in self.changed,
                }
                for each in self.assumptions
            },
            "remarks": list(self.remarks),
            "lines": [each.as_json() for each in self.lines],
        }


def _sums(lines: Iterable[Line], dimension: Dimension) -> dict[str, float]:
    found: dict[str, float] = {}
    for line in lines:
        key = str(getattr(line, dimension))
        found[key] = found.get(key, 0.0) + line.monthly
    return found
