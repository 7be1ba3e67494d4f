"""The table of prices: dated, sourced, tiered, with a stated fallback."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from baseline.cost.prices import EVERYWHERE, price_list, read_prices
from baseline.cost.resource_types import resource_types
from baseline.errors import BaselineError

ROW = {
    "id": "x.y",
    "service": "X",
    "item": "y",
    "unit": "GB",
    "prices": {"us-east-1": [[10, 1.0], [None, 0.5]], "eu-west-1": [[None, 2.0]]},
    "source": "X pricing",
    "checked": "2026-11-22",
    "verified": True,
}


def table(**changes: object) -> str:
    row = ROW | changes
    return json.dumps({"checked": "2026-11-22", "fallback": "us-east-1", "items": [row]})


def test_every_price_has_a_source_and_a_date() -> None:
    for item in price_list().items.values():
        assert item.source, item.id
        assert dt.date.fromisoformat(item.checked) >= dt.date(2026, 1, 1), item.id
        assert item.prices, item.id


def test_what_has_no_source_is_marked_unverified() -> None:
    for item in price_list().items.values():
        assert item.verified is not item.source.startswith("not found"), item.id


def test_the_last_tier_has_no_end_and_the_others_grow() -> None:
    for item in price_list().items.values():
        for tiers in item.prices.values():
            ends = [end for end, _ in tiers]
            assert ends[-1] is None, item.id
            assert all(end is not None for end in ends[:-1]), item.id
            assert ends[:-1] == sorted(ends[:-1], key=float), item.id  # type: ignore[arg-type]


def test_every_item_of_a_resource_type_has_a_price() -> None:
    named = {item for kind in resource_types().values() for item in (*kind.counted, *kind.use)}
    assert named - {"nothing"} <= price_list().items.keys()


def test_a_quantity_is_billed_tier_by_tier() -> None:
    quote = read_prices(table()).quote("x.y", "us-east-1")
    assert quote.cost(4) == 4
    assert quote.cost(30) == 10 + 20 * 0.5
    assert quote.unit_price == 1


def test_units_of_a_price_are_packages_of_things() -> None:
    assert read_prices(table(per=1000)).quote("x.y", "us-east-1").cost(5000) == 5


def test_a_free_tier_is_not_the_unit_price() -> None:
    quote = read_prices(table(prices={"us-east-1": [[10, 0.0], [None, 3.0]]})).quote(
        "x.y", "us-east-1"
    )
    assert (quote.cost(10), quote.cost(11), quote.unit_price) == (0, 3, 3)


def test_a_region_with_a_price_has_its_own() -> None:
    quote = read_prices(table()).quote("x.y", "eu-west-1")
    assert (quote.cost(1), quote.region, quote.fallback) == (2, "eu-west-1", False)


def test_a_region_without_a_price_has_the_fallback_and_says_so() -> None:
    quote = read_prices(table()).quote("x.y", "eu-north-1")
    assert (quote.cost(1), quote.region, quote.fallback) == (1, "us-east-1", True)


def test_a_price_of_all_regions_is_no_fallback() -> None:
    quote = read_prices(table(prices={EVERYWHERE: [[None, 7.0]]})).quote("x.y", "eu-north-1")
    assert (quote.cost(1), quote.region, quote.fallback) == (7, "", False)


def test_an_unknown_item_names_the_table() -> None:
    with pytest.raises(BaselineError, match=r"'x\.z' has no price; add it to .*prices\.json"):
        read_prices(table()).quote("x.z", "us-east-1")


def test_an_item_without_the_usual_region_borrows_the_one_that_it_has() -> None:
    prices = read_prices(table(prices={"eu-west-1": [[None, 2.0]]}))
    quote = prices.quote("x.y", "us-east-1")
    assert (quote.cost(1), quote.region, quote.fallback) == (2, "eu-west-1", True)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"items": [{}]}', '{"items": 3}', table(prices={})]
)
def test_a_broken_table_is_one_line(text: str) -> None:
    with pytest.raises(BaselineError, match="table of prices cannot be read"):
        read_prices(text)
