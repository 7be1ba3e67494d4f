"""Budgets and anomaly subscriptions are really there, and a difference is seen."""

import json
from collections.abc import Iterable
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from baseline.local.access import Access
from baseline.local.readers import READERS, Check, Place
from tests.handlers import load_handler

index = load_handler("baseline/detection/handlers/service_lookup")

MANAGEMENT = "111111111111"
TOPIC = f"arn:aws:sns:eu-west-1:{MANAGEMENT}:cost"
BUDGET: dict[str, Any] = {
    "Budget": {
        "BudgetType": "COST",
        "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": 20000, "Unit": "USD"},
        "CostFilters": {"LinkedAccount": ["222222222222"]},
        "CostTypes": {"IncludeCredit": False, "IncludeRefund": False},
    }
}


def alert(kind: str, percent: int) -> dict[str, Any]:
    return {
        "Notification": {
            "NotificationType": kind,
            "ComparisonOperator": "GREATER_THAN",
            "Threshold": percent,
            "ThresholdType": "PERCENTAGE",
        },
        "Subscribers": [{"SubscriptionType": "SNS", "Address": TOPIC}],
    }


class OneServer:
    """The clients of the running server, as the readers ask for them."""

    def __init__(self, local: Any) -> None:
        self._local = local

    def client(self, service: str, account: str, region: str) -> Any:
        return self._local.client(service, account, region)


def read(local: Any, kind: str, physical_id: str, expected: dict[str, Any]) -> Iterable[Check]:
    place = Place(cast("Access", OneServer(local)), MANAGEMENT, "eu-west-1")
    checks = list(READERS[kind].read(place, physical_id, expected))
    assert checks, "a reader that compares nothing would always be content"
    return checks


def differences(local: Any, kind: str, physical_id: str, expected: dict[str, Any]) -> set[str]:
    return {check.setting for check in read(local, kind, physical_id, expected) if not check.ok}


def test_a_budget_and_its_alerts_are_read_back_and_replaced(local: Any) -> None:
    kind = "AWS::Budgets::Budget"
    first = {**BUDGET, "NotificationsWithSubscribers": [alert("ACTUAL", 80)]}
    then = {**BUDGET, "NotificationsWithSubscribers": [alert("FORECASTED", 100)]}
    name = local.succeed("budget", {"Budget": {"Type": kind, "Properties": first}})["Budget"]
    assert differences(local, kind, name, first) == set()
    assert differences(local, kind, name, then) == {"NotificationsWithSubscribers"}
    # Another alert is another budget: the new one exists before the old one goes.
    new = local.succeed("budget", {"Budget": {"Type": kind, "Properties": then}})["Budget"]
    assert differences(local, kind, new, then) == set()
    names = local.client("budgets").describe_budgets(AccountId=MANAGEMENT)["Budgets"]
    assert [each["BudgetName"] for each in names] == [new]


def test_a_changed_amount_and_a_deleted_budget_are_seen(local: Any) -> None:
    kind = "AWS::Budgets::Budget"
    properties = {**BUDGET, "NotificationsWithSubscribers": [alert("ACTUAL", 80)]}
    name = local.succeed("amount", {"Budget": {"Type": kind, "Properties": properties}})["Budget"]
    more = {**BUDGET["Budget"], "BudgetLimit": {"Amount": 99999, "Unit": "USD"}}
    assert differences(local, kind, name, {**properties, "Budget": more}) == {"BudgetLimit"}
    local.client("budgets").delete_budget(AccountId=MANAGEMENT, BudgetName=name)
    assert differences(local, kind, name, properties) == {"Budget"}


def test_the_monitor_of_cost_explorer_is_adopted_and_the_other_created_once(local: Any) -> None:
    ce = local.client("ce")
    (default,) = ce.get_anomaly_monitors()["AnomalyMonitors"]
    assert differences(local, "Custom::MonitorsLookup", "monitors", {}) == {"monitors"}
    found = index.find_monitors(ce)
    assert found["ServiceMonitorArn"] == default["MonitorArn"]
    assert index.find_monitors(ce) == found
    assert differences(local, "Custom::MonitorsLookup", "monitors", {}) == set()
    second = {"MonitorName": "x", "MonitorType": "DIMENSIONAL", "MonitorDimension": "SERVICE"}
    with pytest.raises(ClientError, match="Limit exceeded on dimensional"):
        ce.create_anomaly_monitor(AnomalyMonitor=second)


def test_an_anomaly_subscription_is_read_back_and_a_difference_seen(local: Any) -> None:
    kind = "AWS::CE::AnomalySubscription"
    monitor = index.find_monitors(local.client("ce"))["ServiceMonitorArn"]
    limit = {
        "Dimensions": {
            "Key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
            "MatchOptions": ["GREATER_THAN_OR_EQUAL"],
            "Values": ["100"],
        }
    }
    properties = {
        "SubscriptionName": "anomalies",
        "Frequency": "IMMEDIATE",
        "MonitorArnList": [monitor],
        "Subscribers": [{"Type": "SNS", "Address": TOPIC}],
        "ThresholdExpression": json.dumps(limit),
    }
    resource = {"Anomalies": {"Type": kind, "Properties": properties}}
    arn = local.succeed("anomalies", resource)["Anomalies"]
    assert differences(local, kind, arn, properties) == set()
    ce = local.client("ce")
    limit["Dimensions"]["Values"] = ["99999"]
    ce.update_anomaly_subscription(SubscriptionArn=arn, ThresholdExpression=limit)
    assert differences(local, kind, arn, properties) == {"ThresholdExpression"}
    ce.delete_anomaly_subscription(SubscriptionArn=arn)
    assert differences(local, kind, arn, properties) == {"SubscriptionArn"}


def test_a_subscription_to_no_monitor_fails_the_deployment(local: Any) -> None:
    properties = {
        "SubscriptionName": "nothing",
        "Frequency": "IMMEDIATE",
        "MonitorArnList": [f"arn:aws:ce::{MANAGEMENT}:anomalymonitor/none"],
        "Subscribers": [{"Type": "SNS", "Address": TOPIC}],
        "ThresholdExpression": "{}",
    }
    resource = {"Type": "AWS::CE::AnomalySubscription", "Properties": properties}
    status, _, failures = local.deploy("unwatched", {"Anomalies": resource})
    assert status == "ROLLBACK_COMPLETE"
    assert "UnknownMonitorException" in failures
