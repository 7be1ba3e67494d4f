"""The governed Regions and what the capabilities need there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from baseline.config.checks import control_tower
from baseline.config.finding import REGIONS, Finding, Path
from baseline.config.regions import EVERYWHERE, SYSTEMS_MANAGER, Region, table
from baseline.config.text import listed, show, suggestion
from baseline.config.view import View

HOME: Path = ("home_region",)
CENTRAL = "AWS::SecurityHub::FindingAggregator"


def are_known(view: View) -> Iterator[Finding]:
    """Every Region is one of the commercial partition."""
    for place, name in _named(view):
        if name not in table():
            yield Finding(place, f"{show(name)} is not a Region; {suggestion(name, table())}")


def include_home(view: View) -> Iterator[Finding]:
    """The home Region is governed."""
    home = view.text(*HOME)
    governed = [name for _, name in view.items("regions")]
    known = {home, *governed} <= set(table())  # a misspelt name is a finding already
    if home is not None and governed and known and home not in governed:
        message = f"{show(home)} is not in regions [{listed(governed)}]; add it there"
        yield Finding(HOME, message, rests_on=REGIONS)


def offer_every_capability(view: View) -> Iterator[Finding]:
    """CloudFormation offers in each Region what the enabled capabilities create there."""
    enabled = [name for name in EVERYWHERE if view.enabled("capabilities", name, "enabled")]
    for place, name in _named(view):
        region = table().get(name)
        for capability in enabled if region else ():
            yield from _lacking(region, capability, place)


def offer_systems_manager(view: View) -> Iterator[Finding]:
    """CloudFormation offers in each governed Region what Systems Manager is given there."""
    on = {name: kinds for name, kinds in SYSTEMS_MANAGER.items() if view.enabled(*name.split("."))}
    for place, name in view.items("regions"):
        region = table().get(name)
        missing = region.missing if region else frozenset()
        lacking = sorted({kind for kinds in on.values() for kind in kinds} & missing)
        if lacking:
            switches = [switch for switch, kinds in on.items() if missing.intersection(kinds)]
            yield Finding(
                place,
                f"CloudFormation has no {listed(lacking)} in {show(name)}; leave the Region out, "
                f"or switch off {listed(switches)}",
            )


def unoffered(view: View, kinds: Sequence[str]) -> Iterator[tuple[Path, str]]:
    """Give the place of each governed Region that lacks a type, and the start of a sentence about it."""
    for place, name in view.items("regions"):
        region = table().get(name)
        lacking = [kind for kind in kinds if region and kind in region.missing]
        if lacking:
            yield place, f"CloudFormation has no {listed(lacking)} in {show(name)}"


def have_what_security_hub_reads(view: View) -> Iterator[Finding]:
    """Security Hub is not on without AWS Config: most of its controls are evaluated by Config."""
    recorded = view.enabled("capabilities", "config", "enabled") or control_tower.records(view)
    if view.get(("capabilities", "unified_security_hub", "enabled")) is True:
        return  # with both products on, Security Hub brings a recorder of its own
    if view.enabled("capabilities", "security_hub", "enabled") and not recorded:
        yield Finding(
            ("capabilities", "config", "enabled"),
            "Security Hub evaluates its controls with AWS Config; leave it on, or switch security_hub off too",
            rests_on=(("landing_zone",),),
        )


def _named(view: View) -> Iterator[tuple[Path, str]]:
    home = view.text(*HOME)
    if home is not None:
        yield HOME, home
    yield from view.items("regions")


def _lacking(region: Region | None, capability: str, place: Path) -> Iterator[Finding]:
    lacking = region.lacks(capability, home=place == HOME) if region else []
    if not region or not lacking:
        return
    if CENTRAL in lacking and region.opt_in:
        yield Finding(
            place,
            f"{show(region.name)} is an opt-in Region, where Security Hub cannot collect the findings of others; "
            "choose a home Region that is on by default, or switch capabilities.security_hub off",
        )
        return
    remedy = "" if capability == "core" else f", or switch capabilities.{capability} off"
    yield Finding(
        place,
        f"CloudFormation has no {listed(lacking)} in {show(region.name)}; leave the Region out{remedy}",
    )
