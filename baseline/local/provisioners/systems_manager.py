"""Systems Manager: service settings, associations, resource data syncs."""

from typing import Any

from baseline.local.provisioners.registry import Physical, register
from baseline.local.provisioners.resource import Resource


def _put_setting(resource: Resource) -> Physical:
    name = resource.properties["SettingId"]
    resource.call(
        "ssm",
        "update_service_setting",
        SettingId=name,
        SettingValue=resource.properties["SettingValue"],
    )
    found = resource.call("ssm", "get_service_setting", SettingId=name)["ServiceSetting"]
    arn = found["ARN"]
    return Physical(id=arn, attributes={"Arn": arn, "Status": found["Status"]})


def _update_setting(_: str, __: Resource, new: Resource) -> Physical:
    return _put_setting(new)


def _reset_setting(_: str, resource: Resource) -> None:
    resource.call("ssm", "reset_service_setting", SettingId=resource.properties["SettingId"])


_ASSOCIATION = (
    "ApplyOnlyAtCronInterval",
    "AssociationName",
    "ComplianceSeverity",
    "MaxConcurrency",
    "MaxErrors",
    "Name",
    "Parameters",
    "ScheduleExpression",
    "Targets",
)


def _association(resource: Resource) -> dict[str, Any]:
    given = resource.only(*_ASSOCIATION)
    output = resource.get("OutputLocation", {}).get("S3Location")
    return given | ({"OutputLocation": {"S3Location": output}} if output else {})


def _create_association(resource: Resource) -> Physical:
    tags = resource.tag_list() or None
    made = resource.call("ssm", "create_association", **_association(resource), Tags=tags)
    name = made["AssociationDescription"]["AssociationId"]
    return Physical(id=name, attributes={"AssociationId": name})


def _update_association(name: str, _: Resource, new: Resource) -> Physical:
    new.call("ssm", "update_association", AssociationId=name, **_association(new))
    return Physical(id=name, attributes={"AssociationId": name})


def _delete_association(name: str, resource: Resource) -> None:
    resource.call("ssm", "delete_association", AssociationId=name)


def _create_sync(resource: Resource) -> Physical:
    name = resource.properties["SyncName"]
    given = resource.properties["S3Destination"]
    resource.call(
        "ssm",
        "create_resource_data_sync",
        SyncName=name,
        SyncType=resource.get("SyncType"),
        S3Destination={
            "BucketName": given["BucketName"],
            "Prefix": given.get("BucketPrefix"),
            "Region": given["BucketRegion"],
            "SyncFormat": given["SyncFormat"],
        },
    )
    return Physical(id=name, attributes={"SyncName": name})


def _delete_sync(name: str, resource: Resource) -> None:
    resource.call("ssm", "delete_resource_data_sync", SyncName=name)


register(
    "AWS::SSM::ServiceSetting",
    create=_put_setting,
    update=_update_setting,
    delete=_reset_setting,
    applies=("SettingId", "SettingValue"),
)
register(
    "AWS::SSM::Association",
    create=_create_association,
    update=_update_association,
    delete=_delete_association,
    applies=(*_ASSOCIATION, "OutputLocation", "Tags"),
)
register(
    "AWS::SSM::ResourceDataSync",
    create=_create_sync,
    delete=_delete_sync,
    applies=("S3Destination", "SyncName", "SyncType"),
)
