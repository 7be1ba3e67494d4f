"""What a change costs: two estimates, compared capability by capability."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

CENT = 0.005
"""Half a cent: what is less is no difference."""

Lines = Iterable[Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """An item that costs more or less than before.

    Attributes:
        capability: ID of the capability.
        account_class: class of the accounts.
        account: ID of the account; empty for all of the class.
        region: the Region.
        item: item of the price list.
        text: what is billed.
        before: US dollars a month.
        after: the same with the change.
    """

    capability: str
    account_class: str
    account: str
    region: str
    item: str
    text: str
    before: float
    after: float

    @property
    def difference(self) -> float:
        """Give what comes on top, in US dollars a month."""
        return self.after - self.before


@dataclass(frozen=True, kw_only=True, slots=True)
class CostChange:
    """The difference of two estimates.

    Attributes:
        before: US dollars a month.
        after: the same with the change.
        titles: capability to its title.
        sums: capability to its sum before and after.
        items: what differs, largest difference first.
        remarks: why the two sides may differ besides, such as other prices.
    """

    before: float
    after: float
    titles: Mapping[str, str]
    sums: Mapping[str, tuple[float, float]]
    items: tuple[Changed, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def difference(self) -> float:
        """Give what comes on top, in US dollars a month."""
        return self.after - self.before

    def capabilities(self) -> dict[str, tuple[float, float]]:
        """Give before and after of each capability that differs, largest difference first."""
        rows = ((name, sums) for name, sums in self.sums.items() if abs(sums[1] - sums[0]) >= CENT)
        return dict(sorted(rows, key=lambda row: (-abs(row[1][1] - row[1][0]), row[0])))

    def as_json(self) -> dict[str, Any]:
        """Give everything as an object that ``json`` can write."""
        return {
            "currency": "USD",
            "period": "month",
            "before": round(self.before, 2),
            "after": round(self.after, 2),
            "difference": round(self.difference, 2),
            "items": [
                {
                    "capability": each.capability,
                    "account_class": each.account_class,
                    "account": each.account,
                    "region": each.region,
                    "item": each.item,
                    "text": each.text,
                    "before": round(each.before, 2),
                    "after": round(each.after, 2),
                    "difference": round(each.difference, 2),
                }
                for each in self.items
            ],
            "remarks": list(self.remarks),
        }


def compare(base: Mapping[str, Any], head: Mapping[str, Any]) -> CostChange:
    """Compare two estimates as JSON; without items where they cost the same, line by line.

    Args:
        base: what ``Estimate.as_json`` gave before the change.
        head: the same with it.
    """
    items = [each for each in _items(base["lines"], head["lines"]) if abs(each.difference) >= CENT]
    items.sort(key=lambda each: (-abs(each.difference), each.capability, each.region, each.item))
    sums = [side["by"]["capability"] for side in (base, head)]
    return CostChange(
        sums={
            name: (sums[0].get(name, 0.0), sums[1].get(name, 0.0))
            for name in {**sums[0], **sums[1]}
        },
        before=base["total"],
        after=head["total"],
        items=tuple(items),
        titles={**base["capabilities"], **head["capabilities"]},
        remarks=tuple(_remarks(base, head)) if items else (),
    )


def _items(base: Lines, head: Lines) -> list[Changed]:
    before, after = _sums(base), _sums(head)
    texts = {line["item"]: str(line["text"]) for lines in (base, head) for line in lines}
    return [
        Changed(
            capability=key[0],
            account_class=key[1],
            account=key[2],
            region=key[3],
            item=key[4],
            text=texts[key[4]],
            before=before.get(key, 0.0),
            after=after.get(key, 0.0),
        )
        for key in sorted({*before, *after})
    ]


def _sums(lines: Lines) -> dict[tuple[str, str, str, str, str], float]:
    found: dict[tuple[str, str, str, str, str], float] = {}
    for line in lines:
        key = (
            line["capability"],
            line["account_class"],
            line["account"],
            line["region"],
            line["item"],
        )
        found[key] = found.get(key, 0.0) + line["monthly"]
    return found


def _remarks(base: Mapping[str, Any], head: Mapping[str, Any]) -> list[str]:
    found = []
    if base["prices_checked"] != head["prices_checked"]:
        found.append(
            f"The sides have prices of {base['prices_checked']} and {head['prices_checked']}: "
            "a part of the difference may be theirs."
        )
    before, after = (_values(side["assumptions"]) for side in (base, head))
    # The number of accounts is the configuration's, unless somebody gave another.
    others = sorted(
        name for name in (before.keys() & after) - {"accounts"} if before[name] != after[name]
    )
    if others:
        named = ", ".join(f"{name} {before[name]:g} → {after[name]:g}" for name in others)
        found.append(f"The sides assume different use: {named}.")
    return found


def _values(assumptions: Mapping[str, Any]) -> dict[str, float]:
    return {name: row["value"] for name, row in assumptions.items()}
