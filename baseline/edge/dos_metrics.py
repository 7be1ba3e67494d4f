"""The two kinds of alarms about attacks on availability: a limit, and what is unusual."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

PERIOD_MINUTES = 5
DEVIATIONS = 3
"""Width of the band of expected requests: an alarm is rare in traffic that is like last week's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """A metric of one resource.

    Attributes:
        namespace: of the metric.
        name: of the metric.
        dimensions: which resource.
        what: what the alarm says.
        statistic: ``Sum`` by default.
    """

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    what: str
    statistic: str = "Sum"

    def metric(self) -> cloudwatch.Metric:
        """Give the metric, in steps of five minutes."""
        return cloudwatch.Metric(
            namespace=self.namespace,
            metric_name=self.name,
            dimensions_map=dict(self.dimensions),
            statistic=self.statistic,
            period=cdk.Duration.minutes(PERIOD_MINUTES),
        )


def limit_alarm(scope: Construct, id: str, watched: Watched, *, threshold: int) -> cloudwatch.Alarm:
    """Make an alarm that rings when a limit is reached within five minutes."""
    return cloudwatch.Alarm(
        scope,
        id,
        alarm_description=watched.what,
        metric=watched.metric(),
        threshold=threshold,
        evaluation_periods=1,
        comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
    )


def unusual_alarm(scope: Construct, id: str, watched: Watched) -> cloudwatch.AnomalyDetectionAlarm:
    """Make an alarm that rings when there is more than is usual for the hour and the day."""
    return cloudwatch.AnomalyDetectionAlarm(
        scope,
        id,
        alarm_description=watched.what,
        metric=watched.metric(),
        std_devs=DEVIATIONS,
        evaluation_periods=3,
        comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_UPPER_THRESHOLD,
        treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
    )
