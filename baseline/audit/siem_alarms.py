"""SiemAlarms: somebody hears of it when the SIEM gets no logs."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from constructs import Construct

from baseline.errors import BaselineError
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic

SERVICE = "cloudwatch.amazonaws.com"
PERIOD_MINUTES = 5


class SiemAlarms(Construct):
    """An encrypted topic for the alarms of one account's export, and its subscriptions.

    Only alarms of this account and Region may publish to it.

    Args:
        scope: parent construct.
        id: construct ID.
        addresses: e-mail addresses; each confirms its subscription once. At least one.

    Attributes:
        topic: the :class:`SecureTopic`.

    Raises:
        BaselineError: when there is no address.

    Source: Security Hub SNS.1, CloudWatch.15.
    """

    def __init__(self, scope: Construct, id: str, *, addresses: Sequence[str]) -> None:
        super().__init__(scope, id)
        if not addresses:
            raise BaselineError("addresses is empty; name at least one, so that somebody hears")
        key = SecureKey(self, "Key", description="Alarms about the export of logs to the SIEM")
        self.topic = SecureTopic(self, "Topic", key=key, display_name="SIEM export")
        self.topic.subscribe_email(list(dict.fromkeys(addresses)))
        stack = cdk.Stack.of(self)
        self.topic.allow_service(
            SERVICE,
            sid="PublishAlarms",
            conditions={
                "StringEquals": {"aws:SourceAccount": stack.account},
                # The alarms refer to the topic, so its policy cannot refer to them.
                "ArnLike": {
                    "aws:SourceArn": f"arn:{stack.partition}:cloudwatch:{stack.region}:{stack.account}:alarm:*"
                },
            },
            key_conditions={"StringEquals": {"aws:SourceAccount": stack.account}},
        )

    def watch(
        self,
        scope: Construct,
        id: str,
        *,
        metric: cloudwatch.IMetric,
        description: str,
        at_least: float | None = None,
        below: float | None = None,
        periods: int = 1,
    ) -> cloudwatch.Alarm:
        """Create an alarm on a metric; silence is no alarm, because an idle export sends nothing.

        Args:
            scope: parent construct of the alarm.
            id: construct ID of the alarm.
            metric: what is watched, in periods of :data:`PERIOD_MINUTES`.
            description: what happened and what to do.
            at_least: alarms from this value on.
            below: alarms below this value; one of the two is given.
            periods: number of periods in a row; 1 by default.

        Raises:
            BaselineError: when both limits or none is given.
        """
        if (at_least is None) == (below is None):
            raise BaselineError(f"alarm {id} needs one limit: at_least or below")
        operators = cloudwatch.ComparisonOperator
        alarm = cloudwatch.Alarm(
            scope,
            id,
            alarm_description=description,
            metric=metric,
            threshold=at_least if at_least is not None else below or 0,
            evaluation_periods=periods,
            comparison_operator=operators.LESS_THAN_THRESHOLD
            if at_least is None
            else operators.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic.topic))
        return alarm


def metric_period() -> cdk.Duration:
    """Give the period of the watched metrics."""
    return cdk.Duration.minutes(PERIOD_MINUTES)
