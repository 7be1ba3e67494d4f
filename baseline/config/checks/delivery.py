"""What the delivery of the baseline needs elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from baseline.config import regions
from baseline.config.finding import Finding, Path
from baseline.config.text import listed, show
from baseline.config.view import View

DELIVERY: Path = ("delivery",)
REGION_PART, ACCOUNT_PART = 3, 4


def is_offered(view: View) -> Iterator[Finding]:
    """CloudFormation has the pipeline's types in the home Region."""
    home = view.text("home_region") or ""
    region = regions.table().get(home)
    if not isinstance(view.get(DELIVERY), Mapping) or region is None:
        return
    lacking = [kind for kind in regions.DELIVERY if kind in region.missing]
    if lacking:
        yield Finding(
            DELIVERY,
            f"CloudFormation has no {listed(lacking)} in {show(home)}; remove the section, and deliver "
            "by the files of examples/delivery",
        )


def stands_in_shared_services(view: View) -> Iterator[Finding]:
    """Connection, token and its key are the shared services account's, in the home Region."""
    if not isinstance(view.get(DELIVERY), Mapping):
        return
    account = view.text("accounts", "shared_services", "id")
    home = view.text("home_region")
    for place in (
        (*DELIVERY, "connection"),
        (*DELIVERY, "comment", "secret"),
        (*DELIVERY, "comment", "key"),
    ):
        parts = (view.text(*place) or "").split(":")
        if len(parts) <= ACCOUNT_PART:
            continue
        if account is not None and parts[ACCOUNT_PART] != account:
            yield Finding(
                place,
                f"belongs to {parts[ACCOUNT_PART]}; the pipeline stands in the shared services "
                f"account {account}",
            )
        if home is not None and parts[REGION_PART] != home:
            yield Finding(
                place, f"is in {parts[REGION_PART]}; the pipeline stands in the home Region {home}"
            )
