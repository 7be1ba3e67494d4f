"""Rules for findings as the template has them, run on findings, up to whoever hears of the result."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from baseline.config import Configuration
from baseline.config.document import read
from baseline.config.notifications import MOST_ROUTES
from baseline.config.security_hub import MOST_ACCEPTED, MOST_RAISED, RaisedFindings
from baseline.controls.registry import declarations
from baseline.detection import event_patterns, finding_rules
from baseline.detection.automation_rules import MOST_RULES, AutomationRules
from baseline.detection.event_patterns import SEVERITIES
from baseline.detection.finding_rules import NEXT, RAISED_FIELD, FindingRule, rules_of
from baseline.errors import BaselineError
from baseline.local import automation_rules
from tests.unit.detection import sample_events
from tests.unit.detection.matching import matches

ROOT = Path(__file__).parents[3]
VALUE = read((ROOT / "baseline.yaml").read_text(encoding="utf-8")).value
RULE = "AWS::SecurityHub::AutomationRule"
BEFORE, AFTER = "2027-06-30T12:00:00.000Z", "2027-07-01T00:00:01.000Z"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
WEBSITE = {
    "reason": "the website is for everybody",
    "until": "2027-06-30",
    "controls": ["S3.8"],
    "resources": ["arn:aws:s3:::website"],
}
HUB = {
    "accepted": {"website": WEBSITE},
    "raised": {
        "production": {"units": ["Workloads/Production"]},
        "internet-facing": {"tags": {"Exposure": "internet"}, "severities": ["low", "medium"]},
    },
}
Rules = list[dict[str, Any]]


def configured(hub: dict[str, Any], **notifications: Any) -> Configuration:
    value: Any = copy.deepcopy(VALUE)
    value.setdefault("capabilities", {})["security_hub"] = hub
    value["notifications"] |= notifications
    return Configuration.model_validate(value)


def written(rules: list[FindingRule]) -> Rules:
    """Give rules as a template has them."""
    stack = cdk.Stack(cdk.App(), "Stack")
    AutomationRules(stack, "Rules", prefix="secbase", rules=rules)
    template = cdk.assertions.Template.from_stack(stack).to_json()
    return [each["Properties"] for each in template["Resources"].values() if each["Type"] == RULE]


@pytest.fixture(scope="module")
def rules() -> Rules:
    routes = {"payments": {"addresses": ["payments@example.com"]}}
    configuration = configured(HUB, routes=routes, owner_tag="Owner")
    return written(rules_of(configuration))


def finding(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy({**sample_events.FINDING, "AwsAccountId": "666666666666", **changes})


def resource(arn: str = "arn:aws:s3:::shop", **tags: str) -> list[dict[str, Any]]:
    return [{"Type": "AwsS3Bucket", "Id": arn, "Tags": tags}]


def told(found: dict[str, Any]) -> list[str]:
    """Give the severities whose rule would tell people of a finding."""
    event = sample_events.security_hub(**found)
    return [
        severity.name
        for severity in SEVERITIES.values()
        if matches(event_patterns.security_hub_findings(severity), event)
    ]


def test_what_is_accepted_is_suppressed_with_its_reason_and_nobody_hears(rules: Rules) -> None:
    found = finding(Resources=resource("arn:aws:s3:::website"), UpdatedAt=BEFORE)
    assert told(found) == ["high"]
    assert automation_rules.apply(rules, found, now=NOW) == ["secbase-accepted-website"]
    assert found["Workflow"]["Status"] == "SUPPRESSED"
    assert "the website is for everybody" in found["Note"]["Text"]
    assert "2027-06-30" in found["Note"]["Text"]
    assert told(found) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"Resources": resource("arn:aws:s3:::website-logs")},
        {"Compliance": {"Status": "FAILED", "SecurityControlId": "S3.2"}},
        {"UpdatedAt": AFTER},
    ],
    ids=["another resource", "another control", "after its day"],
)
def test_nothing_else_is_suppressed(rules: Rules, changes: dict[str, Any]) -> None:
    accepted = {"Resources": resource("arn:aws:s3:::website"), "UpdatedAt": BEFORE}
    found = finding(**{**accepted, **changes})
    assert automation_rules.apply(rules, found, now=NOW) == []
    assert told(found) == ["high"]


def test_what_was_accepted_is_opened_and_told_again_after_its_day(rules: Rules) -> None:
    found = finding(Resources=resource("arn:aws:s3:::website"), UpdatedAt=BEFORE)
    automation_rules.apply(rules, found, now=NOW)
    found["UpdatedAt"] = AFTER
    assert automation_rules.apply(rules, found, now=NOW) == ["secbase-accepted-website-over"]
    assert found["Workflow"]["Status"] == "NEW"
    assert told(found) == ["high"]


def test_what_an_analyst_suppressed_stays_suppressed(rules: Rules) -> None:
    found = finding(
        Workflow={"Status": "SUPPRESSED"}, Note={"Text": "Known since March"}, UpdatedAt=AFTER
    )
    assert automation_rules.apply(rules, found, now=NOW) == []
    assert told(found) == []


@pytest.mark.parametrize(
    ("label", "raised", "heard"),
    [
        ("HIGH", "CRITICAL", ["critical"]),
        ("MEDIUM", "HIGH", ["high"]),
        ("LOW", "LOW", []),
        ("CRITICAL", "CRITICAL", ["critical"]),
    ],
)
def test_findings_of_production_count_more(
    rules: Rules, label: str, raised: str, heard: list[str]
) -> None:
    found = finding(AwsAccountId="555555555555", Severity={"Label": label})
    automation_rules.apply(rules, found, now=NOW)
    assert found["Severity"]["Label"] == raised
    assert told(found) == heard


def test_a_finding_is_raised_once_however_often_it_is_updated(rules: Rules) -> None:
    found = finding(
        AwsAccountId="555555555555",
        Resources=resource(Exposure="internet"),
        Severity={"Label": "MEDIUM"},
    )
    for _ in range(3):
        automation_rules.apply(rules, found, now=NOW)
    assert found["Severity"]["Label"] == "HIGH"
    assert found["UserDefinedFields"] == {RAISED_FIELD: "MEDIUM"}


def test_a_finding_that_was_told_is_told_again_when_it_is_raised(rules: Rules) -> None:
    found = finding(
        AwsAccountId="555555555555",
        Workflow={"Status": "NOTIFIED"},
        UserDefinedFields={"SecurityBaselineTold": "HIGH"},
    )
    assert told(found) == []
    automation_rules.apply(rules, found, now=NOW)
    assert told(found) == ["critical"]


def test_a_tag_of_the_resource_raises_by_the_named_severities_only(rules: Rules) -> None:
    low = finding(Resources=resource(Exposure="internet"), Severity={"Label": "LOW"})
    high = finding(Resources=resource(Exposure="internet"), Severity={"Label": "HIGH"})
    inside = finding(Resources=resource(Exposure="internal"), Severity={"Label": "LOW"})
    for each in (low, high, inside):
        automation_rules.apply(rules, each, now=NOW)
    assert [each["Severity"]["Label"] for each in (low, high, inside)] == ["MEDIUM", "HIGH", "LOW"]


def test_suppressed_and_archived_findings_are_not_raised(rules: Rules) -> None:
    for changes in ({"Workflow": {"Status": "SUPPRESSED"}}, {"RecordState": "ARCHIVED"}):
        found = finding(AwsAccountId="555555555555", **changes)
        automation_rules.apply(rules, found, now=NOW)
        assert found["Severity"]["Label"] == "HIGH"


def test_the_owner_is_noted_in_the_first_day_and_no_note_is_overwritten_later(
    rules: Rules,
) -> None:
    young = finding(Resources=resource(Owner="payments"), CreatedAt="2026-11-21T12:00:00.000Z")
    old = finding(
        Resources=resource(Owner="payments"),
        CreatedAt="2026-11-01T12:00:00.000Z",
        Note={"Text": "Ticket SEC-1"},
    )
    other = finding(Resources=resource(Owner="other"), CreatedAt="2026-11-21T12:00:00.000Z")
    for each in (young, old, other):
        automation_rules.apply(rules, each, now=NOW)
    assert young["Note"]["Text"] == "Owner: payments"
    assert old["Note"]["Text"] == "Ticket SEC-1"
    assert "Note" not in other


def test_every_rule_is_on_and_has_an_order_of_its_own(rules: Rules) -> None:
    assert {each["RuleStatus"] for each in rules} == {"ENABLED"}
    orders = [each["RuleOrder"] for each in rules]
    assert len(set(orders)) == len(orders)
    assert {each["Actions"][0]["Type"] for each in rules} == {"FINDING_FIELDS_UPDATE"}
    terminal = [each["RuleName"] for each in rules if each["IsTerminal"]]
    assert terminal == ["secbase-accepted-website"]
    for each in rules:
        assert set(each["Criteria"]) <= automation_rules.fields()


def test_accounts_without_an_id_raise_nothing_and_never_everything() -> None:
    wanted = RaisedFindings(units=("Sandbox",))
    assert list(finding_rules.raises({"sandbox": wanted}, {"sandbox": []})) == []
    configuration = configured({"raised": {"sandbox": {"units": ["Sandbox"]}}})
    assert rules_of(configuration) == []
    assert finding_rules.unknown_accounts(configuration) == ["sandbox-platform"]


def test_a_rule_for_everything_is_refused() -> None:
    with pytest.raises(BaselineError, match="rule 'all' names nothing"):
        list(finding_rules.raises({"all": RaisedFindings()}, {}))


def test_no_configuration_has_more_rules_than_security_hub_takes() -> None:
    assert 2 * MOST_ACCEPTED + len(NEXT) * MOST_RAISED + MOST_ROUTES <= MOST_RULES
    assert finding_rules.ORDERS["raise"] + len(NEXT) * MOST_RAISED <= finding_rules.ORDERS["owner"]
    assert finding_rules.ORDERS["owner"] + MOST_ROUTES <= 1_000


@pytest.mark.parametrize("number", [0, MOST_RULES + 1])
def test_the_construct_refuses_none_and_too_many(stack: cdk.Stack, number: int) -> None:
    rule = FindingRule(name="x", kind="owner", order=1, description="x", criteria={})
    with pytest.raises(BaselineError, match=f"rules has {number} entries"):
        AutomationRules(stack, "Rules", prefix="secbase", rules=[rule] * number)


def test_the_capability_is_declared() -> None:
    app = cdk.App()
    stack = cdk.Stack(app, "Stack")
    AutomationRules(stack, "Rules", prefix="secbase", rules=rules_of(configured(HUB)))
    assert [each["capability"] for each in declarations(app)] == ["finding-rules"]
