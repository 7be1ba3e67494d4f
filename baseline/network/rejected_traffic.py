"""RejectedTrafficAlarms: what a scan, a planted program or a wrong rule shows up as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from constructs import Construct

from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.network.flow_log import FIELDS

Kind = Literal["outbound", "administration", "volume"]

NAMESPACE = "SecurityBaseline/Network"
PERIOD_MINUTES = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejection:
    """One kind of rejected traffic.

    Attributes:
        id: construct ID, and name of the metric.
        what: what it tells, for the alarm.
        threshold: records within five minutes from which it alarms, by default.
        conditions: field of the record to the values that it may have.
    """

    id: str
    what: str
    threshold: int
    conditions: Mapping[str, tuple[str, ...]]


REJECTIONS: Mapping[Kind, Rejection] = MappingProxyType(
    {
        "outbound": Rejection(
            id="RejectedOutbound",
            what="Something inside the VPC tries to go where no rule lets it",
            threshold=50,
            conditions={"action": ("REJECT",), "flow-direction": ("egress",)},
        ),
        "administration": Rejection(
            id="RejectedAdministration",
            what="Somebody tries SSH or RDP in the VPC",
            threshold=10,
            conditions={
                "dstport": ("22", "3389"),
                "protocol": ("6",),
                "action": ("REJECT",),
                "flow-direction": ("ingress",),
            },
        ),
        "volume": Rejection(
            id="RejectedVolume",
            what="The VPC rejects much more than it does on a quiet day, as in a scan",
            threshold=1_000,
            conditions={"action": ("REJECT",)},
        ),
    }
)
"""The kinds, each told from the fields of a flow log record."""


class RejectedTrafficAlarms(Construct):
    """An alarm within minutes for each kind of rejected traffic of one VPC.

    Metric filters count the records of the VPC's flow log in CloudWatch. The alarm says that
    something is going on, the log group says who: its records name the interface, the instance
    and the other end.

    Args:
        scope: parent construct.
        id: construct ID.
        log_group: log group of the VPC's :class:`~baseline.network.network_logs.DetectionFlowLog`.
        vpc_id: the VPC, which is a dimension of the metrics.
        topic: told by the alarms; CloudWatch may publish to it.
        thresholds: kind to the number of records within five minutes from which it alarms; those
            of :data:`REJECTIONS` by default.

    Attributes:
        alarms: kind to ``aws_cloudwatch.Alarm``.

    Raises:
        BaselineError: a kind that does not exist, or a threshold below 1.

    Source: Amazon VPC User Guide, "Process flow log records in CloudWatch Logs"; Security Hub
    CloudWatch.15, CloudWatch.17.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        log_group: logs.ILogGroup,
        vpc_id: str,
        topic: sns.ITopic,
        thresholds: Mapping[Kind, int] | None = None,
    ) -> None:
        super().__init__(scope, id)
        given = thresholds or {}
        check_thresholds(given)
        self._vpc_id = vpc_id
        self.alarms = {
            kind: self._create_alarm(
                rejection, log_group, topic, given.get(kind, rejection.threshold)
            )
            for kind, rejection in REJECTIONS.items()
        }
        implements(
            self,
            capability="rejected-traffic-alarms",
            controls=["CloudWatch.15", "CloudWatch.17"],
        )

    def _create_alarm(
        self, rejection: Rejection, log_group: logs.ILogGroup, topic: sns.ITopic, threshold: int
    ) -> cloudwatch.Alarm:
        logs.CfnMetricFilter(
            self,
            f"{rejection.id}Filter",
            log_group_name=log_group.log_group_name,
            filter_pattern=pattern(rejection),
            metric_transformations=[
                logs.CfnMetricFilter.MetricTransformationProperty(
                    metric_name=rejection.id,
                    metric_namespace=NAMESPACE,
                    metric_value="1",
                    # One metric per VPC: several may log into one account and Region.
                    dimensions=[
                        logs.CfnMetricFilter.DimensionProperty(key="VpcId", value="$vpc_id")
                    ],
                )
            ],
        )
        alarm = cloudwatch.Alarm(
            self,
            rejection.id,
            alarm_description=(
                f"{rejection.what}. Who and where to: the VPC's flow log in CloudWatch"
            ),
            metric=cloudwatch.Metric(
                namespace=NAMESPACE,
                metric_name=rejection.id,
                dimensions_map={"VpcId": self._vpc_id},
                statistic="Sum",
                period=cdk.Duration.minutes(PERIOD_MINUTES),
            ),
            threshold=threshold,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            # Nothing was rejected: the filter sends no zero.
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(topic))
        return alarm


def pattern(rejection: Rejection) -> str:
    """Give the filter pattern that matches the flow log records of one kind."""
    columns = (
        " || ".join(f'{name}="{value}"' for value in rejection.conditions[field])
        if field in rejection.conditions
        else name
        for field, name in ((field, field.replace("-", "_")) for field in FIELDS)
    )
    return f"[{', '.join(columns)}]"


def check_thresholds(thresholds: Mapping[Kind, int]) -> None:
    """Raise for thresholds of nothing, or that would alarm without a record.

    Raises:
        BaselineError: names the kind.
    """
    for kind, threshold in thresholds.items():
        if kind not in REJECTIONS:
            raise BaselineError(
                f"thresholds names {kind!r}, which is no kind of rejected traffic; known: "
                f"{', '.join(REJECTIONS)}"
            )
        if threshold < 1:
            raise BaselineError(f"the threshold of {kind} must be at least 1, got {threshold}")
