from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from baseline.detection.finding_rules import RAISED_FIELD
from baseline.detection.insights import Insights, rows

INSIGHT = "AWS::SecurityHub::Insight"


@pytest.fixture(scope="module")
def insights() -> dict[str, dict[str, Any]]:
    stack = cdk.Stack(cdk.App(), "Stack")
    Insights(stack, "Insights", prefix="secbase")
    template = cdk.assertions.Template.from_stack(stack).to_json()
    return {
        each["Properties"]["Name"]: each["Properties"]
        for each in template["Resources"].values()
        if each["Type"] == INSIGHT
    }


def test_every_view_looks_at_active_findings_and_has_a_title(
    insights: dict[str, dict[str, Any]],
) -> None:
    assert len(insights) == len(rows()) > 5
    for name, each in insights.items():
        assert name.startswith("secbase: ")
        assert each["Filters"]["RecordState"] == [{"Comparison": "EQUALS", "Value": "ACTIVE"}]
        assert len(each["Filters"]) <= 10


def test_the_view_of_urgent_findings(insights: dict[str, dict[str, Any]]) -> None:
    urgent = insights["secbase: Accounts with critical and high findings"]
    assert urgent["GroupByAttribute"] == "AwsAccountId"
    assert urgent["Filters"]["SeverityLabel"] == [
        {"Comparison": "EQUALS", "Value": "CRITICAL"},
        {"Comparison": "EQUALS", "Value": "HIGH"},
    ]


def test_the_view_of_raised_findings_knows_the_mark_of_the_rules(
    insights: dict[str, dict[str, Any]],
) -> None:
    raised = insights["secbase: Accounts with findings that were raised"]["Filters"]
    assert {each["Key"] for each in raised["UserDefinedFields"]} == {RAISED_FIELD}
    assert {each["Value"] for each in raised["UserDefinedFields"]} == {"LOW", "MEDIUM", "HIGH"}


def test_the_view_of_feeds_forgets_what_a_week_did_not_touch(
    insights: dict[str, dict[str, Any]],
) -> None:
    feeds = insights["secbase: Products that findings come from"]
    assert feeds["GroupByAttribute"] == "ProductName"
    assert feeds["Filters"]["UpdatedAt"] == [{"DateRange": {"Unit": "DAYS", "Value": 7}}]


def test_products_are_spelled_as_security_hub_spells_them() -> None:
    # Source: AWS Security Hub User Guide, "AWS service integrations with Security Hub CSPM".
    named = {name for row in rows().values() for name in row["filters"].get("ProductName", ())}
    assert named == {"GuardDuty", "IAM Access Analyzer"}
