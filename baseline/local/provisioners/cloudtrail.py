"""AWS::CloudTrail::Trail with key, log group, validation, selectors and tags."""

from typing import Any

from baseline.local.provisioners.registry import Physical, register
from baseline.local.provisioners.resource import Resource

_SETTINGS = {
    "CloudWatchLogsLogGroupArn": "CloudWatchLogsLogGroupArn",
    "CloudWatchLogsRoleArn": "CloudWatchLogsRoleArn",
    "EnableLogFileValidation": "EnableLogFileValidation",
    "IncludeGlobalServiceEvents": "IncludeGlobalServiceEvents",
    "IsMultiRegionTrail": "IsMultiRegionTrail",
    "IsOrganizationTrail": "IsOrganizationTrail",
    "KMSKeyId": "KmsKeyId",
    "S3BucketName": "S3BucketName",
    "S3KeyPrefix": "S3KeyPrefix",
    "SnsTopicName": "SnsTopicName",
}


def _settings(resource: Resource) -> dict[str, Any]:
    return {
        member: resource.properties[name]
        for name, member in _SETTINGS.items()
        if name in resource.properties
    }


def _apply(name: str, resource: Resource) -> Physical:
    # ministack keeps the log group at updates only.
    answer = resource.call("cloudtrail", "update_trail", Name=name, **_settings(resource))
    selectors = resource.only("EventSelectors", "AdvancedEventSelectors")
    if selectors:
        resource.call("cloudtrail", "put_event_selectors", TrailName=name, **selectors)
    if "InsightSelectors" in resource.properties:
        insights = resource.properties["InsightSelectors"]
        resource.call(
            "cloudtrail", "put_insight_selectors", TrailName=name, InsightSelectors=insights
        )
    tags = resource.tag_list()
    if tags:
        resource.call("cloudtrail", "add_tags", ResourceId=answer["TrailARN"], TagsList=tags)
    logging = str(resource.properties["IsLogging"]).lower() == "true"
    resource.call("cloudtrail", "start_logging" if logging else "stop_logging", Name=name)
    return Physical(id=name, attributes={"Arn": answer["TrailARN"]})


def _create(resource: Resource) -> Physical:
    name = resource.name("TrailName")
    resource.call("cloudtrail", "create_trail", Name=name, **_settings(resource))
    return _apply(name, resource)


def _update(name: str, _: Resource, new: Resource) -> Physical:
    return _apply(name, new)


def _delete(name: str, resource: Resource) -> None:
    resource.call("cloudtrail", "delete_trail", Name=name)


register(
    "AWS::CloudTrail::Trail",
    create=_create,
    update=_update,
    delete=_delete,
    applies=(
        *_SETTINGS,
        "AdvancedEventSelectors",
        "EventSelectors",
        "InsightSelectors",
        "IsLogging",
        "Tags",
        "TrailName",
    ),
)
