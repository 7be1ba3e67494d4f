"""GuardDuty detectors, the export of findings and filters."""

from typing import Any

from baseline.local.provisioners.registry import Physical, register
from baseline.local.provisioners.resource import Resource


def _settings(resource: Resource) -> dict[str, Any]:
    return resource.only("Enable", "FindingPublishingFrequency", "DataSources", "Features")


def _create_detector(resource: Resource) -> Physical:
    answer = resource.call(
        "guardduty", "create_detector", Tags=resource.tags(), **_settings(resource)
    )
    return Physical(id=answer["DetectorId"], attributes={"Id": answer["DetectorId"]})


def _update_detector(detector: str, _: Resource, new: Resource) -> Physical:
    new.call("guardduty", "update_detector", DetectorId=detector, **_settings(new))
    return Physical(id=detector, attributes={"Id": detector})


def _delete_detector(detector: str, resource: Resource) -> None:
    resource.call("guardduty", "delete_detector", DetectorId=detector)


register(
    "AWS::GuardDuty::Detector",
    create=_create_detector,
    update=_update_detector,
    delete=_delete_detector,
    applies=("DataSources", "Enable", "Features", "FindingPublishingFrequency", "Tags"),
)


def _create_destination(resource: Resource) -> Physical:
    answer = resource.call(
        "guardduty",
        "create_publishing_destination",
        Tags=resource.tags() or None,
        **resource.only("DetectorId", "DestinationType", "DestinationProperties"),
    )
    return _destination(resource, answer["DestinationId"])


def _destination(resource: Resource, identifier: str) -> Physical:
    return Physical(
        id=f"{resource.properties['DetectorId']}|{identifier}",
        attributes={
            "Id": identifier,
            "Status": "PUBLISHING",
            "PublishingFailureStartTimestamp": "0",
        },
    )


def _update_destination(physical_id: str, _: Resource, new: Resource) -> Physical:
    identifier = physical_id.partition("|")[2]
    new.call(
        "guardduty",
        "update_publishing_destination",
        DestinationId=identifier,
        **new.only("DetectorId", "DestinationProperties"),
    )
    return _destination(new, identifier)


def _delete_destination(physical_id: str, resource: Resource) -> None:
    resource.call(
        "guardduty",
        "delete_publishing_destination",
        DetectorId=resource.properties["DetectorId"],
        DestinationId=physical_id.partition("|")[2],
    )


register(
    "AWS::GuardDuty::PublishingDestination",
    create=_create_destination,
    update=_update_destination,
    delete=_delete_destination,
    applies=("DestinationProperties", "DestinationType", "DetectorId", "Tags"),
)


_FILTER = ("Action", "Description", "FindingCriteria", "Rank")


def _create_filter(resource: Resource) -> Physical:
    name = resource.name("Name")
    resource.call(
        "guardduty",
        "create_filter",
        DetectorId=resource.properties["DetectorId"],
        Name=name,
        Tags=resource.tags() or None,
        **resource.only(*_FILTER),
    )
    return Physical(id=name)


def _update_filter(name: str, _: Resource, new: Resource) -> Physical:
    new.call(
        "guardduty",
        "update_filter",
        DetectorId=new.properties["DetectorId"],
        FilterName=name,
        **new.only(*_FILTER),
    )
    return Physical(id=name)


def _delete_filter(name: str, resource: Resource) -> None:
    resource.call(
        "guardduty",
        "delete_filter",
        DetectorId=resource.properties["DetectorId"],
        FilterName=name,
    )


register(
    "AWS::GuardDuty::Filter",
    create=_create_filter,
    update=_update_filter,
    delete=_delete_filter,
    applies=(*_FILTER, "DetectorId", "Name", "Tags"),
)
