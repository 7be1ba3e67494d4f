"""Budgets with their alerts, and subscriptions to cost anomalies."""

import json
import uuid
from typing import Any

from baseline.local.provisioners.registry import Physical, register
from baseline.local.provisioners.resource import Resource


def _create_budget(resource: Resource) -> Physical:
    given = resource.properties["Budget"]
    # CloudFormation makes another name for a replacement, which exists beside the old budget.
    name = given.get("BudgetName") or f"{resource.name('BudgetName')}-{uuid.uuid4().hex[:8]}"
    resource.call(
        "budgets",
        "create_budget",
        AccountId=resource.account,
        Budget={**given, "BudgetName": name},
        **resource.only("NotificationsWithSubscribers", "ResourceTags"),
    )
    return Physical(id=name, attributes={"Id": name})


def _delete_budget(name: str, resource: Resource) -> None:
    resource.call("budgets", "delete_budget", AccountId=resource.account, BudgetName=name)


def _update_budget(name: str, old: Resource, new: Resource) -> Physical:
    _delete_budget(name, old)
    return _create_budget(new)


register(
    "AWS::Budgets::Budget",
    create=_create_budget,
    update=_update_budget,
    delete=_delete_budget,
    applies=("Budget", "NotificationsWithSubscribers", "ResourceTags"),
)


def _settings(resource: Resource) -> dict[str, Any]:
    members = ("Frequency", "MonitorArnList", "Subscribers", "SubscriptionName", "Threshold")
    expression = resource.get("ThresholdExpression")
    return {
        **resource.only(*members),
        "ThresholdExpression": None if expression is None else json.loads(expression),
    }


def _physical(arn: str, resource: Resource) -> Physical:
    attributes = {"SubscriptionArn": arn, "AccountId": resource.account}
    return Physical(id=arn, attributes=attributes)


def _create_subscription(resource: Resource) -> Physical:
    settings = {key: each for key, each in _settings(resource).items() if each is not None}
    answer = resource.call(
        "ce",
        "create_anomaly_subscription",
        AnomalySubscription=settings,
        **resource.only("ResourceTags"),
    )
    return _physical(answer["SubscriptionArn"], resource)


def _update_subscription(arn: str, _: Resource, new: Resource) -> Physical:
    new.call("ce", "update_anomaly_subscription", SubscriptionArn=arn, **_settings(new))
    return _physical(arn, new)


def _delete_subscription(arn: str, resource: Resource) -> None:
    resource.call("ce", "delete_anomaly_subscription", SubscriptionArn=arn)


register(
    "AWS::CE::AnomalySubscription",
    create=_create_subscription,
    update=_update_subscription,
    delete=_delete_subscription,
    applies=(
        *("Frequency", "MonitorArnList", "Subscribers", "SubscriptionName"),
        *("ResourceTags", "Threshold", "ThresholdExpression"),
    ),
)
