"""AWS Config rules and the view over the organization, GuardDuty's filters, groups of schedules."""

import json
from collections.abc import Iterator

from baseline.local.readers.table import Check, Place, Properties, reader
from baseline.local.readers.values import ABSENT, first, subset


@reader(
    "AWS::Config::ConfigRule",
    capability="Config rules",
    covers="ConfigRuleName Source Scope InputParameters MaximumExecutionFrequency",
)
def config_rule(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read which rule runs, on what, and with which parameters."""
    answer = place("config").describe_config_rules(ConfigRuleNames=[physical_id])
    found = first(answer["ConfigRules"], ConfigRuleName=physical_id)
    for name in ("Source", "Scope"):
        if name in expected:
            wanted = expected[name]
            yield Check(
                setting=name, expected=wanted, found=subset(found.get(name, ABSENT), wanted)
            )
    if "InputParameters" in expected:
        yield Check(
            setting="InputParameters",
            expected=expected["InputParameters"],
            found=json.loads(found.get("InputParameters", "null")),
        )
    for name in ("ConfigRuleName", "MaximumExecutionFrequency"):
        if name in expected:
            yield Check(setting=name, expected=expected[name], found=found.get(name, ABSENT))


@reader(
    "AWS::Config::ConfigurationAggregator",
    capability="Config rules",
    covers="ConfigurationAggregatorName OrganizationAggregationSource AccountAggregationSources",
)
def aggregator(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read whose records meet in an aggregator, of which Regions, and with which role."""
    answer = place("config").describe_configuration_aggregators(
        ConfigurationAggregatorNames=[physical_id]
    )
    found = first(answer["ConfigurationAggregators"], ConfigurationAggregatorName=physical_id)
    for name in ("OrganizationAggregationSource", "AccountAggregationSources"):
        if name in expected:
            wanted = expected[name]
            yield Check(
                setting=name, expected=wanted, found=subset(found.get(name, ABSENT), wanted)
            )
    name = "ConfigurationAggregatorName"
    yield Check(setting=name, expected=physical_id, found=found.get(name, ABSENT))


@reader(
    "AWS::GuardDuty::Filter",
    capability="GuardDuty",
    covers="DetectorId Name Action Rank FindingCriteria",
)
def guardduty_filter(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read which findings a filter archives."""
    found = place("guardduty").get_filter(
        DetectorId=expected["DetectorId"], FilterName=expected["Name"]
    )
    for name in ("Name", "Action", "Rank"):
        if name in expected:
            yield Check(setting=name, expected=expected[name], found=found.get(name, ABSENT))
    wanted = expected["FindingCriteria"]
    yield Check(
        setting="FindingCriteria",
        expected=wanted,
        found=subset(found.get("FindingCriteria", ABSENT), wanted),
    )


@reader("AWS::Scheduler::ScheduleGroup", capability="Schedules", covers="Name")
def schedule_group(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read whether a group of schedules is there."""
    found = place("scheduler").get_schedule_group(Name=expected["Name"])
    yield Check(setting="Name", expected=expected["Name"], found=found["Name"])


@reader(
    "AWS::Scheduler::Schedule",
    capability="Schedules",
    covers="Name ScheduleExpression FlexibleTimeWindow State Target",
)
def schedule(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read when a schedule goes off, whether it does, and what it calls with which role."""
    group = expected.get("GroupName", "default")
    found = place("scheduler").get_schedule(Name=physical_id, GroupName=group)
    for name in ("Name", "ScheduleExpression", "State"):
        if name in expected:
            yield Check(setting=name, expected=expected[name], found=found.get(name, ABSENT))
    for name in ("FlexibleTimeWindow", "Target"):
        wanted = expected[name]
        yield Check(setting=name, expected=wanted, found=subset(found.get(name, ABSENT), wanted))
