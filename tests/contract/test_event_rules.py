"""Every rule of every template against recorded events, by the embedded AWS's pattern engine.

A rule that no recorded event matches could be a rule that nothing ever matches; one without a near
miss could match everything.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ministack.services.eventbridge import _render_input_template

from baseline.config import load
from baseline.config.quotas import EVENT_PATTERN_SIZE
from tests.composed import composed
from tests.unit.detection.matching import matches, value_at
from tests.unit.detection.recorded import RECORDED, Recorded

Templates = dict[str, dict[str, Any]]
Rules = dict[str, dict[str, Any]]
NOTIFIED = "examples/configurations/notified.yaml"
STACK = (
    "arn:aws:cloudformation:eu-west-1:333333333333:stack/own/11111111-2222-3333-4444-555555555555"
)
SEVERITIES = ("critical", "high", "medium")


def bodies(directory: Path) -> Templates:
    found: Templates = {}
    for path in sorted(directory.glob("*.template.json")):
        template = json.loads(path.read_text(encoding="utf-8"))
        found[path.stem] = template
        for key, row in template["Resources"].items():
            if row["Type"] == "AWS::CloudFormation::StackSet":
                found[f"{path.stem}/{key}"] = json.loads(row["Properties"]["TemplateBody"])
    return found


@pytest.fixture(scope="module")
def told() -> Templates:
    """The example with everything that tells people."""
    return bodies(Path(composed(load(Path(NOTIFIED))).app.synth().directory))


def resolved(value: Any) -> Any:
    """Give a pattern with the stack's own ID in place of the reference to it."""
    if isinstance(value, dict):
        if value == {"Ref": "AWS::StackId"}:
            return STACK
        return {key: resolved(item) for key, item in value.items()}
    return [resolved(item) for item in value] if isinstance(value, list) else value


def rules(*assemblies: Templates) -> Rules:
    """Give the properties of each rule with a pattern, by number of assembly, stack and ID."""
    return {
        f"{number}/{stack}/{key}": {
            **row["Properties"],
            "EventPattern": resolved(row["Properties"]["EventPattern"]),
        }
        for number, templates in enumerate(assemblies)
        for stack, template in templates.items()
        for key, row in template["Resources"].items()
        if row["Type"] == "AWS::Events::Rule" and "EventPattern" in row["Properties"]
    }


def is_near(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    """Tell whether an event comes from where the pattern looks, or is of its kind."""
    key = "source" if "source" in pattern else "detail-type"
    return matches({key: pattern[key]}, event)


def lacking(found: Rules) -> list[str]:
    """List the rules without a recorded event that they match, or without one that they just miss."""
    rows = []
    for name, rule in found.items():
        pattern = rule["EventPattern"]
        near = [one for one in RECORDED if is_near(pattern, one.event)]
        hit = [one for one in near if matches(pattern, one.event)]
        if not hit or len(hit) == len(near):
            rows.append(f"{name}: {len(hit)} of {len(near)} near events match")
    return rows


def test_every_rule_has_a_recorded_match_and_a_near_miss(
    templates: Templates, told: Templates
) -> None:
    found = rules(templates, told)
    assert len(found) > 50
    assert lacking(found) == []


def test_a_rule_that_nothing_matches_would_be_noticed() -> None:
    misspelt = {"source": ["aws.guardduty"], "detail-type": ["GuardDuty Findings"]}
    assert any(is_near(misspelt, one.event) for one in RECORDED)
    assert not any(matches(misspelt, one.event) for one in RECORDED)


def test_every_pattern_fits_into_a_rule(templates: Templates, told: Templates) -> None:
    for name, rule in rules(templates, told).items():
        size = len(json.dumps(rule["EventPattern"], separators=(",", ":")))
        assert size <= EVENT_PATTERN_SIZE, name


def notifying(*assemblies: Templates) -> Rules:
    return {
        name: rule
        for name, rule in rules(*assemblies).items()
        if any(target["Id"] == "Formatter" for target in rule["Targets"])
    }


def reaches(assembly: Templates, event: dict[str, Any]) -> list[str]:
    """Give the rules that tell of an event: those of the bus hear what a forwarding rule sends."""
    forwarded = any(
        matches(rule["EventPattern"], event)
        for rule in rules(assembly).values()
        if any(target["Id"] == "SecurityBus" for target in rule["Targets"])
    )
    return [
        name
        for name, rule in notifying(assembly).items()
        if (forwarded or "EventBusName" not in rule) and matches(rule["EventPattern"], event)
    ]


def severity_of(name: str) -> str:
    return next(one for one in SEVERITIES if f"/{one.title()}Findings" in name)


@pytest.mark.parametrize(
    "one", [each for each in RECORDED if each.decided], ids=lambda one: one.name
)
def test_an_event_is_told_once_at_its_severity_or_not_at_all(
    templates: Templates, told: Templates, one: Recorded
) -> None:
    heard: set[str] = set()
    for assembly in (templates, told):
        names = reaches(assembly, one.event)
        assert len(names) <= 1
        heard.update(severity_of(name) for name in names)
    assert heard == ({one.told} if one.told else set())


def rendered(target: dict[str, Any], event: dict[str, Any]) -> Any:
    """Give what a target gets of an event: paths resolved, the template filled by the engine."""
    transformer = target["InputTransformer"]
    values = {name: value_at(path, event) for name, path in transformer["InputPathsMap"].items()}
    return json.loads(_render_input_template(transformer["InputTemplate"], values))


def test_the_formatter_gets_the_whole_event(templates: Templates, told: Templates) -> None:
    seen = 0
    for name, rule in notifying(templates, told).items():
        (target,) = (each for each in rule["Targets"] if each["Id"] == "Formatter")
        for one in RECORDED:
            if matches(rule["EventPattern"], one.event):
                seen += 1
                given = rendered(target, one.event)
                assert given["severity"] == severity_of(name)
                expected = {key: item for key, item in one.event.items() if key != "version"}
                assert given["event"] == expected
    assert seen > len(RECORDED) / 4


def test_only_critical_wakes_somebody_and_the_page_says_where_and_what(told: Templates) -> None:
    paged = set()
    for name, rule in notifying(told).items():
        pages = [target for target in rule["Targets"] if target["Id"] == "Paging"]
        assert bool(pages) == (severity_of(name) == "critical")
        for one in RECORDED:
            if not pages or not matches(rule["EventPattern"], one.event):
                continue
            body = rendered(pages[0], one.event)
            paged.add(one.event["source"])
            assert body["event_action"] == "trigger"
            assert body["dedup_key"]
            assert body["payload"]["severity"] == "critical"
            assert body["payload"]["summary"]
            details = body["payload"]["custom_details"]
            assert set(details) == {"account", "region", "finding", "time"}
            assert all(details.values())
    assert paged >= {
        "aws.securityhub",
        "aws.guardduty",
        "aws.signin",
        "aws.controltower",
        "aws.config",
    }


WAYS = {
    "AWS::Chatbot::MicrosoftTeamsChannelConfiguration",
    "AWS::Chatbot::SlackChannelConfiguration",
    "AWS::Events::ApiDestination",
    "AWS::Events::Connection",
}


def made(assembly: Templates) -> tuple[set[str], set[str]]:
    """Give the types of an assembly's resources, and the names of its topics."""
    rows = [row for template in assembly.values() for row in template["Resources"].values()]
    names = {row["Properties"].get("TopicName") for row in rows if row["Type"] == "AWS::SNS::Topic"}
    return {row["Type"] for row in rows}, {name for name in names if name}


def test_chat_pager_and_teams_are_there_by_name_only(templates: Templates, told: Templates) -> None:
    kinds, topics = made(told)
    assert kinds >= WAYS
    assert topics >= {
        "secbase-findings-medium",
        "secbase-findings-team-payments",
        "secbase-findings-team-platform",
        "secbase-findings-chat-payments",
        "secbase-findings-chat-security",
    }
    kinds, topics = made(templates)
    assert not kinds & WAYS
    assert not any("team-" in name or "chat-" in name for name in topics)
