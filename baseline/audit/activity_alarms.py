"""ActivityAlarms: metric filters and alarms on the trail, as the CIS benchmark wants them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from constructs import Construct

from baseline.audit.activity_patterns import ACTIVITIES, Activity
from baseline.config.capabilities import ActivityName
from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic

SERVICE = "cloudwatch.amazonaws.com"
NAMESPACE = "LogMetrics"
PERIOD_SECONDS = 300


class ActivityAlarms(Construct):
    """An alarm for each kind of activity that the CIS benchmark names, in all accounts.

    The filters read the organization trail's log group, so one alarm covers every account and
    Region. It says that something happened within five minutes, not who did it: the log group says
    that. Alarms go to an encrypted topic that only alarms of this account publish to.

    Args:
        scope: parent construct, in the stack of the trail: Security Hub looks for them there.
        id: construct ID.
        log_group: log group of the organization trail.
        addresses: e-mail addresses; each confirms its subscription once. At least one: a topic
            that nobody reads fails the controls.
        thresholds: activity of :data:`ACTIVITIES` to the number of events within five minutes from
            which it alarms; 1 for those not named.

    Attributes:
        topic: the :class:`SecureTopic`.
        alarms: activity to ``aws_cloudwatch.CfnAlarm``.

    Raises:
        BaselineError: no address, an activity that does not exist, or a threshold below 1.

    Source: Security Hub CloudWatch.1 to CloudWatch.15, CloudWatch.17, SNS.1; CIS AWS Foundations
    Benchmark 5.0.0, 4.1 to 4.15.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        log_group: logs.ILogGroup,
        addresses: Sequence[str],
        thresholds: Mapping[ActivityName, int] | None = None,
    ) -> None:
        super().__init__(scope, id)
        given = thresholds or {}
        _check(addresses, given)
        key = SecureKey(self, "Key", description="Messages of alarms about recorded activity")
        self.topic = self._create_topic(key, addresses)
        self.alarms = {
            name: self._create_alarm(activity, log_group, given.get(name, 1))
            for name, activity in ACTIVITIES.items()
        }
        controls = [each.control for each in ACTIVITIES.values() if each.control is not None]
        implements(
            self,
            capability="activity-alarms",
            controls=[*controls, "CloudWatch.15", "CloudWatch.17", "SNS.1"],
        )

    def _create_topic(self, key: SecureKey, addresses: Sequence[str]) -> SecureTopic:
        topic = SecureTopic(self, "Topic", key=key, display_name="Recorded activity")
        topic.subscribe_email(list(dict.fromkeys(addresses)))
        stack = cdk.Stack.of(self)
        topic.allow_service(
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
        return topic

    def _create_alarm(
        self, activity: Activity, log_group: logs.ILogGroup, threshold: int
    ) -> cloudwatch.CfnAlarm:
        logs.CfnMetricFilter(
            self,
            f"{activity.id}Filter",
            log_group_name=log_group.log_group_name,
            filter_pattern=activity.pattern,
            metric_transformations=[
                logs.CfnMetricFilter.MetricTransformationProperty(
                    metric_name=activity.id, metric_namespace=NAMESPACE, metric_value="1"
                )
            ],
        )
        return cloudwatch.CfnAlarm(
            self,
            activity.id,
            alarm_description=(
                f"{activity.what} (CIS {activity.cis}). Who and where: log group of the "
                f"organization trail, filter {activity.id}"
            ),
            namespace=NAMESPACE,
            metric_name=activity.id,
            statistic="Sum",
            period=PERIOD_SECONDS,
            evaluation_periods=1,
            threshold=threshold,
            comparison_operator="GreaterThanOrEqualToThreshold",
            # Nothing happened: the filter sends no zero.
            treat_missing_data="notBreaching",
            actions_enabled=True,
            alarm_actions=[self.topic.topic.topic_arn],
        )


def _check(addresses: Sequence[str], thresholds: Mapping[ActivityName, int]) -> None:
    if not addresses:
        raise BaselineError("addresses is empty; name at least one, so that somebody hears")
    for name, threshold in thresholds.items():
        if name not in ACTIVITIES:
            raise BaselineError(
                f"thresholds names {name!r}, which is no activity; known: {', '.join(ACTIVITIES)}"
            )
        if threshold < 1:
            raise BaselineError(f"the threshold of {name} must be at least 1, got {threshold}")
