"""A day that costs too much before the applications is told, whatever the other alarms say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from baseline.edge.cost_alarm import SERVICES, EdgeCost
from baseline.errors import BaselineError
from baseline.organization.budgets import allow_budgets
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic

OfType = Callable[[cdk.Stack, str], list[dict[str, Any]]]
KIND = "AWS::Budgets::Budget"
PEOPLE = ["soc@example.com", "soc@example.com", "finance@example.com"]


def test_a_day_is_compared_with_the_amount(global_stack: cdk.Stack, of_type: OfType) -> None:
    EdgeCost(global_stack, "Cost", daily_dollars=50, addresses=PEOPLE)
    (found,) = of_type(global_stack, KIND)
    budget = found["Budget"]
    assert (budget["TimeUnit"], budget["BudgetType"]) == ("DAILY", "COST")
    assert budget["BudgetLimit"] == {"Amount": 50, "Unit": "USD"}
    assert budget["CostFilters"] == {"Service": list(SERVICES)}
    assert budget["CostTypes"] == {"IncludeCredit": False, "IncludeRefund": False}
    notifications = found["NotificationsWithSubscribers"]
    assert [row["Notification"]["Threshold"] for row in notifications] == [80, 100]
    assert {row["Notification"]["NotificationType"] for row in notifications} == {"ACTUAL"}
    for row in notifications:
        assert row["Subscribers"] == [
            {"SubscriptionType": "EMAIL", "Address": "soc@example.com"},
            {"SubscriptionType": "EMAIL", "Address": "finance@example.com"},
        ]


def test_a_topic_is_told_instead(global_stack: cdk.Stack) -> None:
    key = SecureKey(global_stack, "Key", description="Messages about cost")
    topic = SecureTopic(global_stack, "Topic", key=key, display_name="Cost")
    allow_budgets(topic)
    EdgeCost(global_stack, "Cost", daily_dollars=50, topic=topic, services=["Amazon CloudFront"])
    resources = Template.from_stack(global_stack).to_json()["Resources"]
    (budget,) = (row for row in resources.values() if row["Type"] == KIND)
    (name,) = (name for name, row in resources.items() if row["Type"] == "AWS::SNS::Topic")
    for row in budget["Properties"]["NotificationsWithSubscribers"]:
        assert row["Subscribers"] == [{"SubscriptionType": "SNS", "Address": {"Ref": name}}]
    policies = [name for name, row in resources.items() if row["Type"] == "AWS::SNS::TopicPolicy"]
    assert set(policies) <= set(budget["DependsOn"])
    assert budget["Properties"]["Budget"]["CostFilters"] == {"Service": ["Amazon CloudFront"]}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no amount": ({"daily_dollars": 0, "addresses": PEOPLE}, "must be at least 1, got 0"),
    "nobody": ({"daily_dollars": 1}, "give addresses or topic, one of them"),
    "too many": (
        {"daily_dollars": 1, "addresses": [f"{n}@example.com" for n in range(11)]},
        "addresses holds 11, AWS Budgets takes 10",
    ),
    "no service": ({"daily_dollars": 1, "addresses": PEOPLE, "services": []}, "services is empty"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_would_tell_nobody_is_refused(global_stack: cdk.Stack, case: str) -> None:
    settings, words = REFUSED[case]
    with pytest.raises(BaselineError, match=words):
        EdgeCost(global_stack, "Cost", **settings)


def test_a_region_without_budgets_is_one_clear_error(app: cdk.App) -> None:
    environment = cdk.Environment(account="333333333333", region="eu-north-1")
    stack = cdk.Stack(app, "North", env=environment)
    with pytest.raises(BaselineError, match="has no AWS::Budgets::Budget in 'eu-north-1'"):
        EdgeCost(stack, "Cost", daily_dollars=50, addresses=PEOPLE)


def test_no_finding_is_left(
    app: cdk.App, global_stack: cdk.Stack, findings: Callable[[cdk.App], list[str]]
) -> None:
    EdgeCost(global_stack, "Cost", daily_dollars=50, addresses=PEOPLE)
    assert findings(app) == []
