"""AWS Config rules, and the groups of schedules."""

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


@reader("AWS::Scheduler::ScheduleGroup", capability="Schedules", covers="Name")
def schedule_group(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read whether a group of schedules is there."""
    found = place("scheduler").get_schedule_group(Name=expected["Name"])
    yield Check(setting="Name", expected=expected["Name"], found=found["Name"])
