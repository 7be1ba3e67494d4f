"""AWS::CloudWatch::Alarm: alarms of metrics and of metric math, such as anomaly bands.

ministack refuses metric math, so moto keeps all alarms (the router's table says which calls).
"""

from baseline.local.provisioners.registry import Physical, register
from baseline.local.provisioners.resource import Resource

TYPE = "AWS::CloudWatch::Alarm"
_APPLIED = (
    *("ActionsEnabled", "AlarmActions", "AlarmDescription", "ComparisonOperator"),
    *("DatapointsToAlarm", "Dimensions", "EvaluateLowSampleCountPercentile", "EvaluationPeriods"),
    *("ExtendedStatistic", "InsufficientDataActions", "MetricName", "Metrics", "Namespace"),
    *("OKActions", "Period", "Statistic", "Threshold", "ThresholdMetricId", "TreatMissingData"),
    "Unit",
)


def _create(resource: Resource) -> Physical:
    return _put(resource.name("AlarmName"), resource)


def _update(name: str, _: Resource, resource: Resource) -> Physical:
    return _put(name, resource)


def _put(name: str, resource: Resource) -> Physical:
    resource.call(
        "cloudwatch",
        "put_metric_alarm",
        AlarmName=name,
        Tags=resource.tag_list() or None,
        **resource.only(*_APPLIED),
    )
    arn = f"arn:aws:cloudwatch:{resource.region}:{resource.account}:alarm:{name}"
    return Physical(id=name, attributes={"Arn": arn})


def _delete(name: str, resource: Resource) -> None:
    resource.call("cloudwatch", "delete_alarms", AlarmNames=[name])


register(
    TYPE,
    create=_create,
    update=_update,
    delete=_delete,
    applies=("AlarmName", "Tags", *_APPLIED),
)
