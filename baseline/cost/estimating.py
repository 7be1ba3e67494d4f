"""From a configuration to an estimate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from baseline.config import Standalone
from baseline.config.expansion import expanded
from baseline.cost.assumptions import Assumptions, defaults
from baseline.cost.capabilities import capabilities
from baseline.cost.demand import Demand, Use
from baseline.cost.expectation import expected
from baseline.cost.footprint import Footprint
from baseline.cost.line import NOTHING, Estimate, Line
from baseline.cost.places import Landscape
from baseline.cost.prices import PriceList, Quote, price_list
from baseline.cost.volumes import VOLUMES
from baseline.cost.volumes_of_options import VOLUMES_OF_OPTIONS
from baseline.cost.volumes_of_resources import VOLUMES_OF_RESOURCES

if TYPE_CHECKING:
    from baseline.config import Configuration

CONFIGURED = "the configuration"


def estimate(
    configuration: Configuration | Standalone,
    assumptions: Assumptions | None = None,
    *,
    resources: Footprint | None = None,
    prices: PriceList | None = None,
) -> Estimate:
    """Estimate what a configuration costs a month, without AWS and without synthesis.

    The work does not grow with the number of accounts: they are billed by class.

    Args:
        configuration: a validated configuration, of an organization or of one account.
        assumptions: what is assumed of use; those of the library by default.
        resources: paid resources, as counted in an assembly; what follows from the configuration by
            default.
        prices: the table of prices; that of the library by default.

    Raises:
        BaselineError: an item has no price.
    """
    land = landscape(configuration)
    chosen = (assumptions or defaults()).set("accounts", land.members)
    use = Use(
        configuration=_as_organization(configuration),
        assumptions=chosen,
        land=land,
        resources=resources or expected(configuration),
    )
    book = prices or price_list()
    demands = _together(_demands(use))
    lines = [_line(use, demand, book) for demand in demands]
    on = _switched_on(use, {line.capability for line in lines if line.monthly})
    lines += _nothing(use, on - {line.capability for line in lines})
    named = {name for demand in demands for name in demand.basis}
    shown = named | chosen.changed | {"hours", "spread"}
    if not land.single:
        shown.add("accounts")
    order = list(capabilities())
    return Estimate(
        lines=tuple(sorted(lines, key=lambda line: _order(line, order, land))),
        assumptions=tuple(row for name, row in chosen.rows.items() if name in shown),
        changed=chosen.changed,
        prices_checked=book.checked,
        capabilities={name: row.title for name, row in capabilities().items() if name in on},
        remarks=(*_remarks(lines, book), *_unknown(use.resources.unknown)),
    )


def landscape(configuration: Configuration | Standalone) -> Landscape:
    """Give the accounts and Regions of a configuration."""
    if isinstance(configuration, Standalone):
        return Landscape.of_account(configuration)
    return Landscape.of(configuration)


def _as_organization(configuration: Configuration | Standalone) -> Configuration:
    return expanded(configuration) if isinstance(configuration, Standalone) else configuration


def _demands(use: Use) -> Iterator[Demand]:
    for part in (*VOLUMES_OF_RESOURCES, *VOLUMES, *VOLUMES_OF_OPTIONS):
        yield from part(use)


def _together(demands: Iterable[Demand]) -> list[Demand]:
    """Add up what is asked of the same item in the same place for the same reason."""
    sums: dict[tuple[object, ...], Demand] = {}
    for each in demands:
        if each.quantity and each.accounts != 0:
            key = (each.capability, each.place, each.item, each.basis, each.accounts)
            known = sums.get(key)
            more = known.quantity if known else 0
            sums[key] = replace(each, quantity=each.quantity + more)
    return list(sums.values())


def _line(use: Use, demand: Demand, prices: PriceList) -> Line:
    quote = prices.quote(demand.item, demand.place.region)
    hours = use.assumptions["hours"] if quote.item.hourly else 1
    quantity = demand.quantity * hours
    accounts = use.land.accounts_at(demand.place, use.members)
    if demand.accounts is not None:
        accounts = demand.accounts
    spread = use.assumptions["spread"] if demand.basis else 1
    return Line(
        capability=demand.capability,
        account_class=demand.place.account_class,
        account=demand.place.account,
        accounts=accounts,
        region=demand.place.region,
        item=demand.item,
        service=quote.item.service,
        text=quote.item.text,
        quantity=quantity / quote.item.per,
        unit=quote.item.unit,
        price=quote.unit_price,
        monthly=accounts * quote.cost(quantity),
        low=accounts * quote.cost(quantity / spread),
        high=accounts * quote.cost(quantity * spread),
        assumption=_basis(use, demand, quote),
        verified=quote.item.verified,
        price_region=quote.region if quote.fallback else "",
    )


def _basis(use: Use, demand: Demand, quote: Quote) -> str:
    """Say in a line what a quantity rests on."""
    names = demand.basis or (("hours",) if quote.item.hourly else ())
    if not names:
        return CONFIGURED
    return ", ".join(f"{name}={use.assumptions[name]:g}" for name in names)


def _switched_on(use: Use, billed: set[str]) -> set[str]:
    """Give the capabilities that are on: they have a stack, or cost something."""
    on = use.resources.capabilities | billed
    if use.configuration.control_tower != "none":
        on.add("control-tower")
    if use.configuration.capabilities.access_analyzer.enabled:
        on.add("access-analyzer")
    return on


def _nothing(use: Use, free: set[str]) -> list[Line]:
    """Say of what has no price that it costs nothing, and why."""
    place = use.land.role(next(iter(use.land.core)))
    return [
        Line(
            capability=name,
            account_class=place.account_class,
            account=place.account,
            region=place.region,
            item=NOTHING,
            text="nothing",
            quantity=0,
            unit="",
            price=0,
            monthly=0,
            low=0,
            high=0,
            assumption=capabilities()[name].nothing,
        )
        for name in sorted(free)
    ]


def _order(line: Line, names: list[str], land: Landscape) -> tuple[object, ...]:
    roles = list(land.core)
    role = line.account_class
    return (
        names.index(line.capability),
        roles.index(role) if role in roles else len(roles),
        role,
        line.account,
        land.regions.index(line.region) if line.region in land.regions else len(land.regions),
        line.region,
        -round(line.monthly, 2),
        line.item,
        line.assumption,
    )


def _unknown(types: set[str]) -> Iterator[str]:
    if types:
        yield f"Nobody has said what {', '.join(sorted(types))} costs; it is not among the lines."


def _remarks(lines: list[Line], prices: PriceList) -> Iterator[str]:
    yield (
        f"Prices of {prices.checked} in US dollars, on demand, before taxes, free tiers of an account, "
        "discounts and support."
    )
    unverified = sorted({line.item for line in lines if not line.verified})
    if unverified:
        total = sum(line.monthly for line in lines if not line.verified)
        yield f"No source was found for {', '.join(unverified)}: unverified, {total:,.2f} a month."
    borrowed = sorted({line.region for line in lines if line.price_region})
    if borrowed:
        total = sum(line.monthly for line in lines if line.price_region)
        others = ", ".join(sorted({line.price_region for line in lines if line.price_region}))
        yield (
            f"The table has no price of every item in {', '.join(borrowed)}; those of {others} stand for them, "
            f"{total:,.2f} a month. Prices of other Regions are often a tenth higher."
        )
