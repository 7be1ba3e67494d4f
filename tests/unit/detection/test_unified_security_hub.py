"""The new Security Hub: one home Region, and the rules that it can express."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from baseline.config.security_hub import AcceptedFinding, RaisedFindings
from baseline.controls.registry import declarations
from baseline.detection.finding_rules import FindingRule, owners, raises, suppressions
from baseline.detection.unified_security_hub import UnifiedSecurityHub, is_expressible
from baseline.errors import BaselineError

AGGREGATOR, RULE = "AWS::SecurityHub::AggregatorV2", "AWS::SecurityHub::AutomationRuleV2"
ACCEPTED = AcceptedFinding(
    reason="the website is for everybody",
    until="2027-06-30",
    controls=("S3.2",),
    resources=("arn:aws:s3:::website",),
    tags={"Website": "yes"},
)
RULES = [
    *suppressions({"website": ACCEPTED}),
    *raises(
        {
            "production": RaisedFindings(accounts=("payments",), severities=("high",)),
            "distributions": RaisedFindings(resource_types=("AwsCloudFrontDistribution",)),
        },
        {"production": ["555555555555"], "distributions": []},
    ),
    *owners(["payments"], "Owner"),
]


def create(*, linked: list[str], rules: list[FindingRule]) -> tuple[cdk.App, dict[str, Any]]:
    app = cdk.App()
    stack = cdk.Stack(app, "Stack", env=cdk.Environment(account="333333333333", region="eu-west-1"))
    UnifiedSecurityHub(stack, "Hub", prefix="secbase", linked=linked, rules=rules)
    return app, cdk.assertions.Template.from_stack(stack).to_json()["Resources"]


@pytest.fixture(scope="module")
def created() -> tuple[cdk.App, dict[str, Any]]:
    return create(linked=["us-east-1", "eu-central-1"], rules=RULES)


def of_type(resources: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [each for each in resources.values() if each["Type"] == kind]


def filters(rule: dict[str, Any]) -> dict[str, list[Any]]:
    """Give the values of a rule's filters by field; one filter of a field is enough, all fields hold."""
    criteria = rule["Properties"]["Criteria"]["OcsfFindingCriteria"]
    assert criteria["CompositeOperator"] == "AND"
    found: dict[str, list[Any]] = {}
    for each in criteria["CompositeFilters"]:
        assert each["Operator"] == "OR"
        (kind,) = each.keys() - {"Operator"}
        for one in each[kind]:
            found.setdefault(one["FieldName"], []).append(one["Filter"])
    return found


def test_the_linked_regions_meet_at_home_once_the_hub_is_on(
    created: tuple[cdk.App, dict[str, Any]],
) -> None:
    _, resources = created
    (aggregator,) = of_type(resources, AGGREGATOR)
    assert aggregator["Properties"] == {
        "RegionLinkingMode": "SPECIFIED_REGIONS",
        "LinkedRegions": ["eu-central-1", "us-east-1"],
    }
    assert [resources[name]["Type"] for name in aggregator["DependsOn"]] == [
        "Custom::UnifiedLookup"
    ]
    for rule in of_type(resources, RULE):
        assert [resources[name]["Type"] for name in rule["DependsOn"]] == [AGGREGATOR]


def test_a_single_region_needs_no_aggregator() -> None:
    _, resources = create(linked=[], rules=RULES[:1])
    assert of_type(resources, AGGREGATOR) == []
    (rule,) = of_type(resources, RULE)
    assert [resources[name]["Type"] for name in rule["DependsOn"]] == ["Custom::UnifiedLookup"]


def test_what_is_accepted_is_suppressed_until_its_day(
    created: tuple[cdk.App, dict[str, Any]],
) -> None:
    rules = {each["Properties"]["RuleName"]: each for each in of_type(created[1], RULE)}
    rule = rules["secbase-accepted-website"]
    assert filters(rule) == {
        "compliance.control": [{"Comparison": "EQUALS", "Value": "S3.2"}],
        "resources.uid": [{"Comparison": "EQUALS", "Value": "arn:aws:s3:::website"}],
        "resources.tags": [{"Comparison": "EQUALS", "Key": "Website", "Value": "yes"}],
        "finding_info.modified_time_dt": [
            {"Start": "2000-01-01T00:00:00Z", "End": "2027-06-30T23:59:59Z"}
        ],
    }
    (action,) = rule["Properties"]["Actions"]
    assert action["FindingFieldsUpdate"]["StatusId"] == 3
    assert "the website is for everybody" in action["FindingFieldsUpdate"]["Comment"]
    assert "SeverityId" not in action["FindingFieldsUpdate"]


def test_production_is_raised_by_the_products_own_severity(
    created: tuple[cdk.App, dict[str, Any]],
) -> None:
    rules = {each["Properties"]["RuleName"]: each for each in of_type(created[1], RULE)}
    rule = rules["secbase-raised-production-high"]
    assert filters(rule) == {
        "cloud.account.uid": [{"Comparison": "EQUALS", "Value": "555555555555"}],
        "vendor_attributes.severity": [{"Comparison": "EQUALS", "Value": "High"}],
    }
    (action,) = rule["Properties"]["Actions"]
    assert action["FindingFieldsUpdate"]["SeverityId"] == 5
    assert "StatusId" not in action["FindingFieldsUpdate"]


def test_a_rule_that_would_hold_for_more_is_left_out(
    created: tuple[cdk.App, dict[str, Any]],
) -> None:
    names = {each["Properties"]["RuleName"] for each in of_type(created[1], RULE)}
    assert names == {"secbase-accepted-website", "secbase-raised-production-high"}
    assert [rule.name for rule in RULES if not is_expressible(rule)] == [
        "accepted-website-over",
        "raised-distributions-high",
        "raised-distributions-medium",
        "owner-payments",
    ]


def test_more_rules_than_security_hub_takes_are_refused() -> None:
    with pytest.raises(BaselineError, match="rules has 101 entries; Security Hub takes 100"):
        create(linked=[], rules=RULES[:1] * 101)


def test_the_capability_is_declared(created: tuple[cdk.App, dict[str, Any]]) -> None:
    assert {each["capability"] for each in declarations(created[0])} == {"unified-security-hub"}
