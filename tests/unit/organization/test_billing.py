"""Money that is spent against the plan reaches people, over a topic that nobody else can use."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any, cast

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from baseline.config import Configuration, Names
from baseline.errors import BaselineError
from baseline.organization.budgets import MonthlyBudget
from baseline.organization.cost_anomalies import CostAnomalies
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic
from stacks import choices
from stacks.billing import BillingStack
from tests.composed import Composed, composed, switched_off, switched_on
from tests.support import CONTEXT
from tests.unit.organization.conftest import CONFIGURATION

MANAGEMENT = "111111111111"
ENVIRONMENT = cdk.Environment(account=MANAGEMENT, region="eu-west-1")

Resources = dict[str, dict[str, Any]]
Deploy = Callable[[dict[str, Any]], Resources]


def configured(billing: dict[str, Any]) -> Configuration:
    return Configuration.model_validate({**copy.deepcopy(CONFIGURATION), "billing": billing})


@pytest.fixture
def deploy() -> Deploy:
    """Give the resources of the billing stack for a section ``billing``."""

    def run(billing: dict[str, Any]) -> Resources:
        configuration = configured(billing)
        stack = BillingStack(
            cdk.App(context=CONTEXT, analytics_reporting=False),
            "billing",
            configuration=configuration,
            names=Names.of(configuration),
            env=ENVIRONMENT,
        )
        return dict(Template.from_stack(stack).to_json()["Resources"])

    return run


@pytest.fixture
def topic() -> SecureTopic:
    app = cdk.App(context=CONTEXT, analytics_reporting=False)
    stack = cdk.Stack(app, "billing", env=ENVIRONMENT)
    return SecureTopic(stack, "Topic", key=SecureKey(stack, "Key", description="Messages"))


def of_type(resources: Resources, kind: str) -> list[dict[str, Any]]:
    return [each for each in resources.values() if each["Type"] == kind]


def services(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Give the statements of a policy that let services in, by their ID."""
    return {
        each["Sid"]: each
        for each in document["Statement"]
        if "Service" in each.get("Principal", {})
    }


def publishers(resources: Resources) -> dict[str, dict[str, Any]]:
    (policy,) = of_type(resources, "AWS::SNS::TopicPolicy")
    return services(policy["Properties"]["PolicyDocument"])


def topic_key(resources: Resources) -> str:
    """Give the logical ID of the topic's key; the lookup's logs have another one."""
    (topic,) = of_type(resources, "AWS::SNS::Topic")
    return str(topic["Properties"]["KmsMasterKeyId"]["Fn::GetAtt"][0])


def key_users(resources: Resources) -> dict[str, dict[str, Any]]:
    return services(resources[topic_key(resources)]["Properties"]["KeyPolicy"])


def only(value: list[str] | str) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_a_budget_tells_what_is_spent_and_what_is_forecast(deploy: Deploy) -> None:
    (budget,) = of_type(deploy({"monthly_dollars": 20_000}), "AWS::Budgets::Budget")
    properties = budget["Properties"]
    assert properties["Budget"] == {
        "BudgetType": "COST",
        "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": 20_000, "Unit": "USD"},
        # Credits would hide what is used.
        "CostTypes": {"IncludeCredit": False, "IncludeRefund": False},
    }
    alerts = properties["NotificationsWithSubscribers"]
    assert [
        (alert["Notification"]["NotificationType"], alert["Notification"]["Threshold"])
        for alert in alerts
    ] == [("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100)]
    for alert in alerts:
        assert alert["Notification"]["ThresholdType"] == "PERCENTAGE"
        assert alert["Notification"]["ComparisonOperator"] == "GREATER_THAN"
        (subscriber,) = alert["Subscribers"]
        assert subscriber["SubscriptionType"] == "SNS"
        assert set(subscriber["Address"]) == {"Ref"}


def test_an_account_has_a_budget_of_its_own_by_its_id(deploy: Deploy) -> None:
    resources = deploy({"account_dollars": {"log_archive": 300}})
    (budget,) = of_type(resources, "AWS::Budgets::Budget")
    assert budget["Properties"]["Budget"]["CostFilters"] == {"LinkedAccount": ["222222222222"]}


def test_a_changed_alert_replaces_the_budget_without_a_clash_of_names(deploy: Deploy) -> None:
    # NotificationsWithSubscribers can only be set at creation: the new budget exists beside the old.
    resources = deploy({"monthly_dollars": 1, "actual_percent": [50], "forecast_percent": []})
    (budget,) = of_type(resources, "AWS::Budgets::Budget")
    assert "BudgetName" not in budget["Properties"]["Budget"]
    assert len(budget["Properties"]["NotificationsWithSubscribers"]) == 1


def test_without_an_amount_anomalies_are_told_and_no_budget_is_guessed(deploy: Deploy) -> None:
    resources = deploy({})
    assert of_type(resources, "AWS::Budgets::Budget") == []
    (subscription,) = of_type(resources, "AWS::CE::AnomalySubscription")
    properties = subscription["Properties"]
    assert properties["Frequency"] == "IMMEDIATE"
    assert [subscriber["Type"] for subscriber in properties["Subscribers"]] == ["SNS"]
    (lookup,) = [
        name for name, each in resources.items() if each["Type"] == "Custom::MonitorsLookup"
    ]
    assert properties["MonitorArnList"] == [
        {"Fn::GetAtt": [lookup, "ServiceMonitorArn"]},
        {"Fn::GetAtt": [lookup, "AccountMonitorArn"]},
    ]
    both = json.loads(properties["ThresholdExpression"])["And"]
    assert [
        (
            each["Dimensions"]["Key"],
            each["Dimensions"]["MatchOptions"],
            each["Dimensions"]["Values"],
        )
        for each in both
    ] == [
        ("ANOMALY_TOTAL_IMPACT_ABSOLUTE", ["GREATER_THAN_OR_EQUAL"], ["100"]),
        ("ANOMALY_TOTAL_IMPACT_PERCENTAGE", ["GREATER_THAN_OR_EQUAL"], ["40"]),
    ]


def test_what_stands_before_applications_has_a_daily_budget(deploy: Deploy) -> None:
    resources = deploy({"edge_daily_dollars": 200, "anomalies": {"enabled": False}})
    (budget,) = of_type(resources, "AWS::Budgets::Budget")
    described = budget["Properties"]["Budget"]
    assert (described["TimeUnit"], described["BudgetLimit"]["Amount"]) == ("DAILY", 200)
    assert "Amazon CloudFront" in described["CostFilters"]["Service"]
    (policy,) = of_type(resources, "AWS::SNS::TopicPolicy")
    assert "PublishBudgets" in services(policy["Properties"]["PolicyDocument"])


def test_a_monitor_that_cost_explorer_made_does_not_stop_the_deployment(deploy: Deploy) -> None:
    assert of_type(deploy({}), "AWS::CE::AnomalyMonitor") == []


def test_sns_1_the_topic_is_encrypted_with_a_key_of_its_own(deploy: Deploy) -> None:
    resources = deploy({"monthly_dollars": 1})
    key = topic_key(resources)
    assert resources[key]["Properties"]["EnableKeyRotation"] is True
    users = [name for name, each in resources.items() if key in json.dumps(each["Properties"])]
    assert [resources[name]["Type"] for name in users] == ["AWS::SNS::Topic"]


def test_only_budgets_and_anomaly_subscriptions_of_this_account_publish(deploy: Deploy) -> None:
    resources = deploy({"monthly_dollars": 1})
    published = publishers(resources)
    assert {sid: each["Condition"] for sid, each in published.items()} == {
        "PublishBudgets": {
            "StringEquals": {"aws:SourceAccount": MANAGEMENT},
            "ArnLike": {"aws:SourceArn": f"arn:aws:budgets::{MANAGEMENT}:*"},
        },
        "PublishAnomalies": {
            "StringEquals": {"aws:SourceAccount": MANAGEMENT},
            "ArnLike": {"aws:SourceArn": f"arn:aws:ce::{MANAGEMENT}:anomalysubscription/*"},
        },
    }
    encrypted = key_users(resources)
    for sid, service in (
        ("PublishBudgets", "budgets.amazonaws.com"),
        ("PublishAnomalies", "costalerts.amazonaws.com"),
    ):
        assert published[sid]["Principal"] == {"Service": service}
        assert only(published[sid]["Action"]) == ["sns:Publish"]
        assert encrypted[sid]["Principal"] == {"Service": service}
        assert encrypted[sid]["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
        assert encrypted[sid]["Condition"] == {"StringEquals": {"aws:SourceAccount": MANAGEMENT}}


def test_a_service_that_sends_nothing_may_not_publish(deploy: Deploy) -> None:
    budgets_only = deploy({"monthly_dollars": 1, "anomalies": {"enabled": False}})
    anomalies_only = deploy({})
    for resources, sids in (
        (budgets_only, {"PublishBudgets"}),
        (anomalies_only, {"PublishAnomalies"}),
    ):
        assert set(publishers(resources)) == sids
        assert set(key_users(resources)) == sids


def test_the_topics_policy_exists_before_aws_budgets_tries_it(deploy: Deploy) -> None:
    resources = deploy({"monthly_dollars": 1})
    (policy,) = [
        name for name, each in resources.items() if each["Type"] == "AWS::SNS::TopicPolicy"
    ]
    for kind in ("AWS::Budgets::Budget", "AWS::CE::AnomalySubscription"):
        (resource,) = of_type(resources, kind)
        assert policy in resource["DependsOn"]


@pytest.mark.parametrize(
    ("recipients", "addresses"),
    [
        ([], ["team@example.com"]),
        (["finops@example.com", "board@example.com"], ["board@example.com", "finops@example.com"]),
    ],
)
def test_the_billing_contact_hears_of_it_unless_others_are_named(
    deploy: Deploy, recipients: list[str], addresses: list[str]
) -> None:
    subscriptions = of_type(deploy({"recipients": recipients}), "AWS::SNS::Subscription")
    assert sorted(each["Properties"]["Endpoint"] for each in subscriptions) == addresses


def test_it_stands_where_budgets_exist_and_only_when_there_is_something_to_tell() -> None:
    (default,) = stacks({})
    assert (default.account, default.region) == (MANAGEMENT, "eu-west-1")
    assert stacks({"anomalies": {"enabled": False}}) == []
    made = composed(switched_on())
    assert made.waits_for("billing") == {"organization"}
    assert made.stacks["billing"].region == "us-east-1"
    assert "billing" not in composed(switched_off()).stacks


def stacks(billing: dict[str, Any]) -> list[cdk.Stack]:
    """Give the stacks for a section ``billing``, without the organization."""
    return list(Composed(configured(billing), choices.billing).stacks.values())


@pytest.mark.parametrize("alerts", [[], list(range(1, 12))])
def test_a_budget_that_tells_nobody_or_more_than_aws_takes_is_refused(
    topic: SecureTopic, alerts: list[int]
) -> None:
    with pytest.raises(BaselineError, match="a budget has 1 to 10 alerts, got"):
        MonthlyBudget(
            cdk.Stack.of(topic),
            "Budget",
            topic=topic,
            dollars=1,
            actual_percent=alerts,
            forecast_percent=(),
        )


def test_an_amount_for_the_edge_alone_gets_a_stack() -> None:
    nothing = {"anomalies": {"enabled": False}}
    assert stacks(nothing) == []
    assert len(stacks({**nothing, "edge_daily_dollars": 5})) == 1


@pytest.mark.parametrize("limit", ["minimum_dollars", "minimum_percent"])
def test_an_anomaly_of_nothing_is_refused(topic: SecureTopic, limit: str) -> None:
    with pytest.raises(BaselineError, match=f"{limit} must be at least 1, got 0"):
        CostAnomalies(cdk.Stack.of(topic), "Anomalies", topic=topic, **cast("Any", {limit: 0}))
