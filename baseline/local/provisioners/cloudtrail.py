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


_FLAGS = {
    "EnableLogFileValidation": False,
    "IncludeGlobalServiceEvents": True,
    "IsMultiRegionTrail": False,
    "IsOrganizationTrail": False,
}


def _settings(resource: Resource) -> dict[str, Any]:
    """Give the API's members; what the template dropped goes back to its default."""
    dropped = {name: _FLAGS.get(name, "") for name in resource.dropped & _SETTINGS.keys()}
    given = dropped | resource.only(*_SETTINGS)
    return {_SETTINGS[name]: value for name, value in given.items()}


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
