"""DeliveryAlarm: someone hears of it when a message of a finding is lost."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from baseline.primitives.secure_topic import SecureTopic

PERIOD_MINUTES = 5


class DeliveryAlarm(Construct):
    """Alarms within five minutes when a message waits in the queue of undelivered messages.

    Args:
        scope: parent construct.
        id: construct ID.
        failures: queue of the undelivered messages.
        topic: topic that hears of it.

    Attributes:
        alarm: the ``aws_cloudwatch.Alarm``.
    """

    def __init__(
        self, scope: Construct, id: str, *, failures: sqs.Queue, topic: SecureTopic
    ) -> None:
        super().__init__(scope, id)
        self.alarm = cloudwatch.Alarm(
            self,
            "Alarm",
            alarm_description="Messages of findings could not be delivered; read them in the queue",
            metric=failures.metric_approximate_number_of_messages_visible(
                period=cdk.Duration.minutes(PERIOD_MINUTES), statistic="Maximum"
            ),
            threshold=1,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            # An empty queue reports nothing after a while.
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        self.alarm.add_alarm_action(actions.SnsAction(topic.topic))
        account = cdk.Stack.of(self).account
        topic.allow_service(
            "cloudwatch.amazonaws.com",
            sid="PublishAlarms",
            conditions={
                "ArnEquals": {"aws:SourceArn": self.alarm.alarm_arn},
                "StringEquals": {"aws:SourceAccount": account},
            },
            # The alarm's ARN here would be a circle: alarm, queue, key, alarm.
            key_conditions={"StringEquals": {"aws:SourceAccount": account}},
        )
