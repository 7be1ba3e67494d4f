"""An alarm on the sum of what must not happen."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from constructs import Construct

PERIOD_SECONDS = 300


def failed_alarm(
    scope: Construct,
    id: str,
    *,
    name: str,
    description: str,
    metrics: Mapping[str, str],
    namespace: str,
    dimension: tuple[str, str],
    topic: sns.ITopic,
) -> cloudwatch.CfnAlarm:
    """Create an alarm that rises within five minutes after any of the metrics is over zero.

    Args:
        scope: parent construct.
        id: construct ID.
        name: physical name; the topic's policy admits it by the prefix.
        description: what it means and what to do.
        metrics: name of each metric to its statistic.
        namespace: their namespace.
        dimension: name and value of their dimension.
        topic: topic that hears of it.
    """
    types = cloudwatch.CfnAlarm
    ids = [f"m{number}" for number in range(1, len(metrics) + 1)]
    key, value = dimension
    queries = [
        types.MetricDataQueryProperty(
            id=query,
            return_data=False,
            metric_stat=types.MetricStatProperty(
                metric=types.MetricProperty(
                    namespace=namespace,
                    metric_name=metric,
                    dimensions=[types.DimensionProperty(name=key, value=value)],
                ),
                period=PERIOD_SECONDS,
                stat=statistic,
            ),
        )
        for query, (metric, statistic) in zip(ids, metrics.items(), strict=True)
    ]
    total = "+".join(f"FILL({each},0)" for each in ids)
    return types(
        scope,
        id,
        alarm_name=name,
        alarm_description=description,
        metrics=[
            types.MetricDataQueryProperty(
                id="failed", expression=total, label="Failed", return_data=True
            ),
            *queries,
        ],
        comparison_operator="GreaterThanThreshold",
        threshold=0,
        evaluation_periods=1,
        treat_missing_data="notBreaching",
        alarm_actions=[topic.topic_arn],
    )
