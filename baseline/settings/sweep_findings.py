"""SweepFindings: someone hears that a sweep found what a person has to decide."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from baseline.config.names import Names
from baseline.settings.sweep_permissions import NAMESPACE

PERIOD_MINUTES = 5


class SweepFindings(Construct):
    """Alarms once per run while there are findings; the report of the run has them one by one.

    Args:
        scope: parent construct.
        id: construct ID.
        name: name of the sweep, which the alarm's name begins with.
        text: what was found, for the message.
        topic: hears of it; its policy admits alarms of such names.

    Attributes:
        alarm: the ``aws_cloudwatch.Alarm`` on the metric ``Findings`` of the sweep.
    """

    def __init__(
        self, scope: Construct, id: str, *, name: str, text: str, topic: sns.ITopic
    ) -> None:
        super().__init__(scope, id)
        self.alarm = cloudwatch.Alarm(
            self,
            "Alarm",
            alarm_name=f"{name}-findings",
            alarm_description=text,
            metric=cloudwatch.Metric(
                namespace=NAMESPACE,
                metric_name="Findings",
                dimensions_map={"Sweep": name},
                period=cdk.Duration.minutes(PERIOD_MINUTES),
                statistic="Sum",
            ),
            threshold=1,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            # Between two runs there is nothing to report.
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        self.alarm.add_alarm_action(actions.SnsAction(topic))


def measure() -> iam.PolicyStatement:
    """Let a handler count its findings, in the namespace of the sweeps only."""
    return iam.PolicyStatement(
        sid="Measure",
        actions=["cloudwatch:PutMetricData"],
        resources=["*"],
        conditions={"StringEquals": {"cloudwatch:namespace": NAMESPACE}},
    )


def tell(names: Names, topic_arn: str) -> list[iam.PolicyStatement]:
    """Let a function publish to an encrypted topic of another stack of the security account.

    The topic's key has no name of its own: it may be used through Amazon SNS, for this topic only.

    Source: Amazon SNS Developer Guide, "Key management".
    """
    return [
        iam.PolicyStatement(sid="Tell", actions=["sns:Publish"], resources=[topic_arn]),
        iam.PolicyStatement(
            sid="EncryptMessages",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[keys_of(names)],
            conditions={
                "StringEquals": {
                    "kms:EncryptionContext:aws:sns:topicArn": topic_arn,
                    "kms:ViaService": f"sns.{names.home_region}.amazonaws.com",
                }
            },
        ),
    ]


def keys_of(names: Names) -> str:
    """Give the ARN pattern of the keys of the security account."""
    return f"arn:{names.partition}:kms:{names.home_region}:{names.security}:key/*"


KEY_REASON = (
    "the key of the topic belongs to another stack and has no name; a condition keeps its use to "
    "Amazon SNS and to this topic"
)
