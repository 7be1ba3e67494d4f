"""Security Hub: classes of units, controls, rules for findings, feeds, and where both products are."""

from __future__ import annotations

from collections.abc import Iterator

from baseline.config.checks import units
from baseline.config.finding import REGIONS, Finding, Path
from baseline.config.regions import UNIFIED_HUB, UNIFIED_HUB_AT_HOME, table
from baseline.config.security_hub import MANY_VALUES
from baseline.config.text import listed, show, suggestion
from baseline.config.view import View

CAPABILITIES = "capabilities"
SECTION: Path = (CAPABILITIES, "security_hub")
UNIFIED: Path = (CAPABILITIES, "unified_security_hub")
CLASSES: Path = (*SECTION, "classes")
ACCEPTED: Path = (*SECTION, "accepted")
RAISED: Path = (*SECTION, "raised")
RULES = ("accepted", "archive", "products")
# What the new Security Hub correlates; Macie adds to it, and costs too much to be asked for.
FEEDS = {"security_hub": True, "guardduty": True, "inspector": False}
"""Feeds of the new Security Hub to whether they are on by default."""
REGION_FIELD = 3


def classes_name_units(view: View) -> Iterator[Finding]:
    """A class names units of the tree, and no unit is in two classes."""
    known = [path for path, _ in units.walk(view)]
    first: dict[str, str] = {}
    for name in view.keys(*CLASSES):
        for place, path in view.items(*CLASSES, name, "units"):
            if path not in known:
                yield Finding(
                    place, f"{show(path)} is not an organizational unit; {suggestion(path, known)}"
                )
            elif first.setdefault(path, name) != name:
                yield Finding(place, f"{show(path)} is in the class {first[path]} already")


def controls_are_off_once(view: View) -> Iterator[Finding]:
    """No control is off in a class and in the whole organization, and none off has parameters."""
    everywhere = view.keys(*SECTION, "disabled_controls")
    for place in (SECTION, *((*CLASSES, name) for name in view.keys(*CLASSES))):
        off = view.keys(*place, "disabled_controls")
        for control in off if place != SECTION else ():
            if control in everywhere:
                yield Finding(
                    (*place, "disabled_controls", control),
                    "is off in all accounts already; remove one of the two",
                )
        for control in view.keys(*place, "parameters"):
            if control in {*everywhere, *off}:
                yield Finding(
                    (*place, "parameters", control),
                    "is off; remove its parameters, or switch it on",
                )


def parameters_have_one_value(view: View) -> Iterator[Finding]:
    """A parameter has one value, under the type that the control gives it."""
    for place in (SECTION, *((*CLASSES, name) for name in view.keys(*CLASSES))):
        for control in view.keys(*place, "parameters"):
            for name in view.keys(*place, "parameters", control):
                path: Path = (*place, "parameters", control, name)
                given = [key for key in view.keys(*path) if view.get((*path, key)) is not None]
                if len(given) != 1:
                    yield Finding(
                        path,
                        f"has {len(given)} values; give one, under the type that the guide of the control names",
                    )


def acceptances_say_what_is_found(view: View) -> Iterator[Finding]:
    """An acceptance names controls, types or titles: nobody accepts whatever a resource may have."""
    for name in view.keys(*ACCEPTED):
        if not any(view.get((*ACCEPTED, name, key)) for key in ("controls", "types", "titles")):
            yield Finding(
                (*ACCEPTED, name),
                "names neither controls nor types nor titles, so it would hide every finding there; name some",
            )


def raises_are_narrow(view: View) -> Iterator[Finding]:
    """What is raised is named, known, and few enough accounts for a rule."""
    known_units = [path for path, _ in units.walk(view)]
    known_accounts = [str(name) for _, name in view.accounts()]
    keys = ("units", "accounts", "tags", "resource_types", "types", "controls")
    for name in view.keys(*RAISED):
        place: Path = (*RAISED, name)
        if not any(view.get((*place, key)) for key in keys):
            yield Finding(place, f"would raise every finding; name one of {listed(keys)}")
        for key, known, what in (
            ("units", known_units, "an organizational unit"),
            ("accounts", known_accounts, "an account"),
        ):
            for where, given in view.items(*place, key):
                if given not in known:
                    yield Finding(where, f"{show(given)} is not {what}; {suggestion(given, known)}")
        meant = _accounts(view, place)
        if len(meant) > MANY_VALUES:
            yield Finding(
                place,
                f"means {len(meant)} accounts, a rule takes {MANY_VALUES}; split it, or use tags",
            )


def rules_are_in_use(view: View) -> Iterator[Finding]:
    """Nobody relies on a rule, an archive or a product of a service that is off."""
    if view.enabled(*SECTION, "enabled"):
        return
    for key in RULES:
        if view.get((*SECTION, key)):
            yield Finding(
                (*SECTION, key),
                "Security Hub is off; set capabilities.security_hub.enabled: true, or remove this",
            )


def products_are_of_others(view: View) -> Iterator[Finding]:
    """Products are of governed Regions; those of AWS are taken in where both services are on."""
    governed = [name for _, name in view.items("regions")]
    for place, arn in view.items(*SECTION, "products"):
        if ":product/aws/" in arn:
            yield Finding(
                place,
                f"{show(arn)} is AWS's own, which Security Hub takes in by itself; switch the service on instead",
            )
        elif arn.startswith("arn:") and arn.split(":")[REGION_FIELD] not in governed:
            yield Finding(
                place,
                f"{show(arn)} is of a Region that is not in regions; write one that is",
                rests_on=REGIONS,
            )


def everything_is_told(view: View) -> Iterator[Finding]:
    """What speaks through Security Hub alone is not on where Security Hub is off."""
    advisor: Path = (CAPABILITIES, "trusted_advisor", "enabled")
    if not view.enabled(*SECTION, "enabled") and view.enabled(*advisor):
        yield Finding(
            advisor,
            "nobody hears of what Trusted Advisor flags while Security Hub is off: it would stand in the report alone; "
            "set capabilities.trusted_advisor.enabled: false, or leave Security Hub on",
        )


def the_new_one_is_offered(view: View) -> Iterator[Finding]:
    """CloudFormation has the new Security Hub in every governed Region, and its home at home."""
    if view.get((*UNIFIED, "enabled")) is not True:
        return
    home = view.text("home_region")
    for place, name in view.items("regions"):
        region = table().get(name)
        needed = (*UNIFIED_HUB, *(UNIFIED_HUB_AT_HOME if name == home else ()))
        lacking = [kind for kind in needed if region is not None and kind in region.missing]
        if lacking:
            yield Finding(
                place,
                f"CloudFormation has no {listed(lacking)} in {show(name)}; leave the Region out, or switch "
                "capabilities.unified_security_hub off",
            )


def _is_off(view: View, name: str, *, default: bool) -> bool:
    # What is neither true nor false is a problem of its own.
    given = "enabled" in view.keys(CAPABILITIES, name)
    return view.get((CAPABILITIES, name, "enabled")) is False if given else not default


def the_new_one_has_its_feeds(view: View) -> Iterator[Finding]:
    """The new Security Hub is not on without the services whose findings it correlates."""
    if view.get((*UNIFIED, "enabled")) is not True:
        return
    lacking = [name for name, default in FEEDS.items() if _is_off(view, name, default=default)]
    if lacking:
        yield Finding(
            (*UNIFIED, "enabled"),
            f"correlates findings of {listed(lacking)}, which is off; switch it on under capabilities, or leave this off",
        )


def _accounts(view: View, place: Path) -> set[str]:
    named = {name for _, name in view.items(*place, "accounts")}
    within = [path for _, path in view.items(*place, "units")]
    for account in view.accounts():
        unit = view.text(*account, "ou") or ""
        if any(f"{unit}/".startswith(f"{path}/") for path in within):
            named.add(str(account[-1]))
    return named
