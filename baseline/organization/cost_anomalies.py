"""CostAnomalies: people hear of spending that nobody expected, such as mining with a stolen key."""

from __future__ import annotations

import json

import aws_cdk as cdk
from aws_cdk import aws_ce as ce
from constructs import Construct

from baseline.detection.service_lookup import AnomalyMonitorLookup
from baseline.errors import BaselineError
from baseline.primitives.secure_topic import SecureTopic

SERVICE = "costalerts.amazonaws.com"


class CostAnomalies(Construct):
    """Cost anomalies of every AWS service and every account, told at once.

    Two monitors, whatever the number of accounts: one learns what each AWS service costs, the other
    what each account costs, so that mining in a small account is not lost in the bill of a large
    one. An anomaly is told when it reaches both limits.

    Args:
        scope: parent construct, in a stack of the management account.
        id: construct ID.
        topic: the topic that gets the anomalies.
        minimum_dollars: smallest anomaly that is told, in US dollars above the expected cost; 100
            by default.
        minimum_percent: smallest anomaly that is told, in percent of the expected cost; 40 by
            default.
        by_account: watch what each account costs, too; of use in an organization only. On by
            default.

    Attributes:
        subscription: the ``aws_ce.CfnAnomalySubscription``.

    Raises:
        BaselineError: a limit is below 1.

    Source: AWS Cost Management User Guide, "Getting started with AWS Cost Anomaly Detection" and
    "Creating an Amazon SNS topic for anomaly notifications".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        topic: SecureTopic,
        minimum_dollars: int = 100,
        minimum_percent: int = 40,
        by_account: bool = True,
    ) -> None:
        super().__init__(scope, id)
        _at_least_one("minimum_dollars", minimum_dollars)
        _at_least_one("minimum_percent", minimum_percent)
        monitors = AnomalyMonitorLookup(self, "Monitors", by_account=by_account)
        self.subscription = ce.CfnAnomalySubscription(
            self,
            "Subscription",
            subscription_name=f"{cdk.Stack.of(self).stack_name}-anomalies",
            # The only frequency that goes to a topic.
            frequency="IMMEDIATE",
            monitor_arn_list=[
                monitors.service_monitor_arn,
                *([monitors.account_monitor_arn] if monitors.account_monitor_arn else []),
            ],
            subscribers=[
                ce.CfnAnomalySubscription.SubscriberProperty(
                    type="SNS", address=topic.topic.topic_arn
                )
            ],
            threshold_expression=json.dumps(
                {
                    "And": [
                        _at_least("ANOMALY_TOTAL_IMPACT_ABSOLUTE", minimum_dollars),
                        _at_least("ANOMALY_TOTAL_IMPACT_PERCENTAGE", minimum_percent),
                    ]
                }
            ),
        )
        self.subscription.node.add_dependency(topic)


def allow_anomalies(topic: SecureTopic) -> None:
    """Let the anomaly subscriptions of the topic's account publish to it, and nobody else's.

    Args:
        topic: the topic; its key opens with it.
    """
    stack = cdk.Stack.of(topic)
    # The subscription refers to the topic, so the topic's policy cannot refer to it.
    source = f"arn:{stack.partition}:ce::{stack.account}:anomalysubscription/*"
    topic.allow_service(
        SERVICE,
        sid="PublishAnomalies",
        conditions={
            "StringEquals": {"aws:SourceAccount": stack.account},
            "ArnLike": {"aws:SourceArn": source},
        },
        key_conditions={"StringEquals": {"aws:SourceAccount": stack.account}},
    )


def _at_least(key: str, value: int) -> dict[str, object]:
    return {
        "Dimensions": {
            "Key": key,
            "MatchOptions": ["GREATER_THAN_OR_EQUAL"],
            "Values": [str(value)],
        }
    }


def _at_least_one(name: str, value: int) -> None:
    if value < 1:
        raise BaselineError(
            f"{name} must be at least 1, got {value}; every cent would be an anomaly"
        )
