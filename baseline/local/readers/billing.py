"""Budgets, their alerts, and subscriptions to cost anomalies."""

import json
from collections.abc import Iterator

from baseline.local.readers.table import Check, Place, Properties, compare, reader
from baseline.local.readers.values import ABSENT, attempt, subset

_CAPABILITY = "Billing"


@reader(
    "AWS::Budgets::Budget", capability=_CAPABILITY, covers="Budget NotificationsWithSubscribers"
)
def budget(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read what a budget counts, its amount, and who hears of each alert."""
    budgets = place("budgets")
    which = {"AccountId": place.account, "BudgetName": physical_id}
    answer = attempt(budgets.describe_budget, "NotFoundException", **which)
    if answer == ABSENT:
        yield Check(setting="Budget", expected=physical_id, found=ABSENT)
        return
    for name, value in expected["Budget"].items():
        found = subset(answer["Budget"].get(name, ABSENT), value)
        same_shape = _amount if name == "BudgetLimit" else _unchanged
        yield Check(setting=name, expected=same_shape(value), found=same_shape(found))
    alerts = budgets.describe_notifications_for_budget(**which)["Notifications"]
    told = [
        {
            "Notification": alert,
            "Subscribers": budgets.describe_subscribers_for_notification(
                **which, Notification=alert
            )["Subscribers"],
        }
        for alert in alerts
    ]
    wanted = expected.get("NotificationsWithSubscribers", [])
    yield Check(
        setting="NotificationsWithSubscribers",
        expected=[_whole(each) for each in wanted],
        found=[_whole(each) for each in told],
    )


def _amount(limit: Properties) -> object:
    # A template says 20000 where the API answers "20000.0".
    return float(limit["Amount"]), str(limit["Unit"])


def _unchanged(value: object) -> object:
    return value


def _whole(alert: Properties) -> Properties:
    notification = {**alert["Notification"], "Threshold": float(alert["Notification"]["Threshold"])}
    return {**alert, "Notification": notification}


@reader(
    "AWS::CE::AnomalySubscription",
    capability=_CAPABILITY,
    covers="Frequency MonitorArnList Subscribers SubscriptionName ThresholdExpression",
)
def anomaly_subscription(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read which anomalies are told to whom."""
    answer = attempt(
        place("ce").get_anomaly_subscriptions,
        "UnknownSubscriptionException",
        SubscriptionArnList=[physical_id],
    )
    if answer == ABSENT:
        yield Check(setting="SubscriptionArn", expected=physical_id, found=ABSENT)
        return
    (found,) = answer["AnomalySubscriptions"]
    names = ("Frequency", "MonitorArnList", "SubscriptionName")
    yield from compare(expected, found, {name: name for name in names})
    yield Check(
        setting="Subscribers",
        expected=expected["Subscribers"],
        found=subset(found["Subscribers"], expected["Subscribers"]),
    )
    yield Check(
        setting="ThresholdExpression",
        expected=json.loads(expected["ThresholdExpression"]),
        found=found.get("ThresholdExpression", ABSENT),
    )


@reader("Custom::MonitorsLookup", capability=_CAPABILITY, covers="Dimensions")
def anomaly_monitors(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read whether there is one monitor over AWS services and, in an organization, over accounts."""
    found = place("ce").get_anomaly_monitors()["AnomalyMonitors"]
    yield Check(
        setting="monitors",
        expected=expected.get("Dimensions", ["SERVICE", "LINKED_ACCOUNT"]),
        found=[each.get("MonitorDimension") for each in found],
    )
