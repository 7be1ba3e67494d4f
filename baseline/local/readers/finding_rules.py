"""Security Hub CSPM: automation rules, insights and looked-up units, read from the services."""

from collections.abc import Iterator

from baseline.local.readers.table import Check, Place, Properties, reader
from baseline.local.readers.values import ABSENT, attempt, subset

_RULE = "Actions Criteria Description IsTerminal RuleName RuleOrder RuleStatus"
_INSIGHT = "Filters GroupByAttribute Name"


@reader("AWS::SecurityHub::AutomationRule", capability="Security Hub", covers=_RULE)
def automation_rule(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read what a rule looks for and does."""
    answer = place("securityhub").batch_get_automation_rules(AutomationRulesArns=[physical_id])
    yield from _same(answer["Rules"], expected, _RULE)


@reader("AWS::SecurityHub::Insight", capability="Security Hub", covers=_INSIGHT)
def insight(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read what an insight shows."""
    answer = place("securityhub").get_insights(InsightArns=[physical_id])
    yield from _same(answer["Insights"], expected, _INSIGHT)


def _same(found: list[Properties], expected: Properties, names: str) -> Iterator[Check]:
    yield Check(setting="number", expected=1, found=len(found))
    for name in names.split():
        if name in expected and found:
            value = found[0].get(name, ABSENT)
            yield Check(setting=name, expected=expected[name], found=subset(value, expected[name]))


@reader("Custom::UnifiedLookup", capability="Security Hub", covers="")
def unified_lookup(place: Place, _: str, __: Properties) -> Iterator[Check]:
    """Read whether the new Security Hub is on."""
    found = attempt(place("securityhub").describe_security_hub_v2, "ResourceNotFoundException")
    yield Check(setting="enabled", expected=True, found=found != ABSENT)


@reader("Custom::UnitsLookup", capability="Security Hub", covers="RootId Paths")
def units_lookup(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read whether each unit is where the lookup found it."""
    organizations = place("organizations")
    pages = organizations.get_paginator("list_organizational_units_for_parent")
    for path in expected["Paths"]:
        unit: str | None = expected["RootId"]
        for name in path.split("/"):
            below = {
                one["Name"]: one["Id"]
                for page in (pages.paginate(ParentId=unit) if unit else ())
                for one in page["OrganizationalUnits"]
            }
            unit = below.get(name)
        yield Check(setting=f"unit {path}", expected=True, found=unit is not None)
