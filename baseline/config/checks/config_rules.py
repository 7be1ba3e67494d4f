"""Rules of AWS Config: known by name, evaluated once, repaired only where that is safe."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from baseline.config.config_rules import IDENTIFIER_PATTERN, known_identifiers
from baseline.config.finding import Finding, Path
from baseline.config.regions import table as regions
from baseline.config.text import listed, show, suggestion
from baseline.config.view import View

if TYPE_CHECKING:
    from baseline.detection.managed_rule import ManagedRule

PEOPLE = "root-and-iam"
CONFIG: Path = ("capabilities", "config")
RULES: Path = (*CONFIG, "rules")


def are_known(view: View) -> Iterator[Finding]:
    """What is left out is in the table, and what is one's own is a managed rule that is not."""
    table = _table()
    for name in view.keys(*RULES, "off"):
        place = (*RULES, "off", name)
        rule = table.get(name)
        if rule is None:
            yield Finding(place, f"no rule has this name; {suggestion(name, _of_resources())}")
        elif rule.topic == PEOPLE:
            yield Finding(
                place, "is a rule about root and IAM users; root_and_iam_rules chooses those"
            )
    for name in view.keys(*RULES, "own"):
        yield from _own(view, name, table)


def are_repaired_safely(view: View) -> Iterator[Finding]:
    """What is repaired can be, is not left out, and is offered in every governed Region."""
    table = _table()
    able = {name: rule for name, rule in table.items() if rule.remediation is not None}
    governed = [name for _, name in view.items("regions") if name in regions()]
    for place, name in view.items(*RULES, "remediate"):
        rule = able.get(name)
        if rule is None:
            known = "cannot be repaired safely" if name in table else "is no rule of the table"
            yield Finding(place, f"{show(name)} {known}; can be: {listed(able)}")
            continue
        lacking = [region for region in governed if not rule.is_offered(region)]
        if lacking:
            yield Finding(
                place,
                f"AWS does not document {show(name)} for {listed(lacking)}; leave the Region out of regions, or the rule out of the list",
            )
        if name in view.keys(*RULES, "off"):
            yield Finding(place, f"{show(name)} stands in off too; remove one of them")


def have_a_recorder(view: View) -> Iterator[Finding]:
    """Nobody waits for rules of one's own, or for repairs, where AWS Config is off."""
    if view.enabled(*CONFIG, "enabled"):
        return
    for key in ("own", "remediate"):
        if view.keys(*RULES, key) or view.items(*RULES, key):
            yield Finding(
                (*RULES, key),
                "AWS Config is off and evaluates nothing; set capabilities.config.enabled: true, or remove the rules",
            )


def _own(view: View, name: str, table: Mapping[str, ManagedRule]) -> Iterator[Finding]:
    place = (*RULES, "own", name)
    if name in table:
        yield Finding(place, "is a rule of the table; give yours another name")
    identifier = view.text(*place, "identifier")
    if identifier is None or not re.fullmatch(IDENTIFIER_PATTERN, identifier):
        return  # the type's own finding
    listed_one = identifier in known_identifiers()
    unlisted = view.get((*place, "unlisted")) is True
    if not listed_one and not unlisted:
        yield Finding(
            (*place, "identifier"),
            f"{show(identifier)} is no managed rule that this version knows; {suggestion(identifier, known_identifiers())} Where it is newer, set unlisted: true",
        )
    if listed_one and unlisted:
        yield Finding((*place, "unlisted"), f"{show(identifier)} is known; remove unlisted")
    parameters = view.get((*place, "parameters")) or {}
    same = [
        rule.name
        for rule in table.values()
        if rule.identifier == identifier and dict(rule.parameters) == parameters
    ]
    if same:
        yield Finding(
            (*place, "identifier"),
            f"is {same[0]} of the table with the same parameters; set evaluate: all to have it twice, or remove it",
        )


def _table() -> dict[str, ManagedRule]:
    # Imported here, because the table reads the configuration's Regions and standards.
    from baseline.detection.managed_rules import rule_table  # noqa: PLC0415

    return {rule.name: rule for rule in rule_table()}


def _of_resources() -> list[str]:
    return [rule.name for rule in _table().values() if rule.topic != PEOPLE]
