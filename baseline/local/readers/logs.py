"""CloudTrail trails and CloudWatch Logs."""

from collections.abc import Iterator
from typing import Any

from baseline.local.readers.table import Check, Place, Properties, compare, reader
from baseline.local.readers.values import ABSENT, first, lower_first, policy, subset, tail

_TRAIL = {
    "S3BucketName": "S3BucketName",
    "S3KeyPrefix": "S3KeyPrefix",
    "IncludeGlobalServiceEvents": "IncludeGlobalServiceEvents",
    "IsMultiRegionTrail": "IsMultiRegionTrail",
    "IsOrganizationTrail": "IsOrganizationTrail",
    "EnableLogFileValidation": "LogFileValidationEnabled",
    "CloudWatchLogsLogGroupArn": "CloudWatchLogsLogGroupArn",
    "CloudWatchLogsRoleArn": "CloudWatchLogsRoleArn",
    "SnsTopicName": "SnsTopicName",
}


@reader(
    "AWS::CloudTrail::Trail",
    capability="Organization trail",
    covers=f"{' '.join(_TRAIL)} TrailName KMSKeyId IsLogging EventSelectors AdvancedEventSelectors InsightSelectors",
)
def trail(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read a trail's settings, its key, what it selects and whether it logs."""
    cloudtrail = place("cloudtrail")
    found = cloudtrail.get_trail(Name=physical_id)["Trail"]
    yield from compare(expected, found, _TRAIL)
    if "KMSKeyId" in expected:
        yield Check(
            setting="KMSKeyId",
            expected=tail(expected["KMSKeyId"]),
            found=tail(found.get("KmsKeyId", ABSENT)),
        )
    status = cloudtrail.get_trail_status(Name=found.get("TrailARN", physical_id))
    yield Check(setting="IsLogging", expected=expected["IsLogging"], found=status["IsLogging"])
    selectors: Any = None
    for name in ("EventSelectors", "AdvancedEventSelectors"):
        if name in expected:
            selectors = selectors or cloudtrail.get_event_selectors(TrailName=physical_id)
            yield Check(setting=name, expected=expected[name], found=selectors.get(name, ABSENT))
    if "InsightSelectors" in expected:
        insights = cloudtrail.get_insight_selectors(TrailName=physical_id)
        yield Check(
            setting="InsightSelectors",
            expected=expected["InsightSelectors"],
            found=insights.get("InsightSelectors", ABSENT),
        )


@reader(
    "AWS::Logs::LogGroup",
    capability="Log groups",
    covers="LogGroupName RetentionInDays KmsKeyId DeletionProtectionEnabled",
)
def log_group(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read a log group's retention, key and protection from deletion."""
    groups = place("logs").describe_log_groups(logGroupNamePrefix=physical_id)["logGroups"]
    found = first(groups, logGroupName=physical_id)
    yield Check(
        setting="LogGroupName", expected=physical_id, found=found.get("logGroupName", ABSENT)
    )
    members = {
        "RetentionInDays": "retentionInDays",
        "DeletionProtectionEnabled": "deletionProtectionEnabled",
    }
    yield from compare(expected, found, members)
    if "KmsKeyId" in expected:
        yield Check(
            setting="KmsKeyId",
            expected=tail(expected["KmsKeyId"]),
            found=tail(found.get("kmsKeyId", ABSENT)),
        )


@reader("AWS::Logs::ResourcePolicy", capability="Log groups", covers="PolicyName PolicyDocument")
def resource_policy(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read a resource policy of CloudWatch Logs."""
    policies = place("logs").describe_resource_policies()["resourcePolicies"]
    documents = {each["policyName"]: each["policyDocument"] for each in policies}
    yield Check(
        setting="PolicyDocument",
        expected=policy(expected["PolicyDocument"]),
        found=policy(documents.get(expected["PolicyName"])),
    )


@reader(
    "AWS::Logs::MetricFilter",
    capability="Log groups",
    covers="LogGroupName FilterName FilterPattern MetricTransformations",
)
def metric_filter(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read a metric filter's pattern and the metric that it feeds."""
    answer = place("logs").describe_metric_filters(logGroupName=expected["LogGroupName"])
    found = first(answer["metricFilters"], filterPattern=expected["FilterPattern"])
    yield Check(
        setting=f"FilterPattern of {physical_id}",
        expected=expected["FilterPattern"],
        found=found.get("filterPattern", ABSENT),
    )
    wanted = [_transformation(each) for each in expected["MetricTransformations"]]
    yield Check(
        setting=f"MetricTransformations of {physical_id}",
        expected=wanted,
        found=subset(found.get("metricTransformations", ABSENT), wanted),
    )


def _transformation(expected: Properties) -> object:
    """Give a transformation as the API writes it: dimensions by name, where the template has a list."""
    if "Dimensions" not in expected:
        return lower_first(expected)
    dimensions = {each["Key"]: each["Value"] for each in expected["Dimensions"]}
    return {**lower_first(expected), "dimensions": dimensions}
