"""GuardDuty, Security Hub and AWS Config."""

from collections.abc import Iterator, Mapping
from typing import Any

from baseline.local.readers.table import Check, Place, Properties, compare, reader
from baseline.local.readers.values import ABSENT, attempt, first, lower_first, subset, tail


@reader(
    "AWS::GuardDuty::Detector",
    capability="GuardDuty",
    covers="Enable FindingPublishingFrequency Features",
)
def detector(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read whether a detector is on, how often it publishes and its protection plans."""
    found = place("guardduty").get_detector(DetectorId=physical_id)
    yield Check(setting="Enable", expected=expected["Enable"], found=found["Status"] == "ENABLED")
    names = {"FindingPublishingFrequency": "FindingPublishingFrequency"}
    yield from compare(expected, found, names)
    plans = {each["Name"]: each["Status"] for each in found.get("Features", ())}
    for feature in expected.get("Features", ()):
        yield Check(
            setting=f"feature {feature['Name']}",
            expected=feature["Status"],
            found=plans.get(feature["Name"], ABSENT),
        )


@reader(
    "AWS::GuardDuty::PublishingDestination",
    capability="GuardDuty",
    covers="DetectorId DestinationType DestinationProperties",
)
def publishing_destination(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read where a detector exports its findings to, and with which key."""
    guardduty = place("guardduty")
    detector_id = expected["DetectorId"]
    answer = guardduty.list_publishing_destinations(DetectorId=detector_id)
    destinations = [
        guardduty.describe_publishing_destination(
            DetectorId=detector_id, DestinationId=each["DestinationId"]
        )
        for each in answer["Destinations"]
    ]
    kind = expected["DestinationType"]
    found = first(destinations, DestinationType=kind)
    wanted = expected["DestinationProperties"]
    yield Check(
        setting="DestinationProperties",
        expected=wanted,
        found=subset(found.get("DestinationProperties", ABSENT), wanted),
    )


@reader(
    "AWS::SecurityHub::Hub",
    capability="Security Hub",
    covers="AutoEnableControls ControlFindingGenerator",
)
def hub(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read whether Security Hub is on and how it makes control findings."""
    found = attempt(place("securityhub").describe_hub, "InvalidAccessException")
    yield Check(
        setting="hub",
        expected=tail(physical_id),
        found=ABSENT if found == ABSENT else tail(found["HubArn"]),
    )
    if found != ABSENT:
        names = ("AutoEnableControls", "ControlFindingGenerator")
        yield from compare(expected, found, {name: name for name in names})


@reader(
    "AWS::SecurityHub::FindingAggregator",
    capability="Security Hub",
    covers="RegionLinkingMode Regions",
)
def finding_aggregator(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read which Regions' findings meet in the home Region."""
    found = place("securityhub").get_finding_aggregator(FindingAggregatorArn=physical_id)
    yield from compare(
        expected, found, {"RegionLinkingMode": "RegionLinkingMode", "Regions": "Regions"}
    )


@reader(
    "AWS::SecurityHub::OrganizationConfiguration",
    capability="Security Hub",
    covers="AutoEnable AutoEnableStandards ConfigurationType",
)
def organization_configuration(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read whether the organization is configured centrally."""
    found = place("securityhub").describe_organization_configuration()
    flat = {**found, **found.get("OrganizationConfiguration", {})}
    names = ("AutoEnable", "AutoEnableStandards", "ConfigurationType")
    yield from compare(expected, flat, {name: name for name in names})


@reader(
    "AWS::SecurityHub::ConfigurationPolicy",
    capability="Security Hub",
    covers="Name Description ConfigurationPolicy",
)
def configuration_policy(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read a configuration policy's standards and controls."""
    found = place("securityhub").get_configuration_policy(Identifier=physical_id)
    yield from compare(expected, found, {"Name": "Name", "Description": "Description"})
    wanted = expected["ConfigurationPolicy"]
    yield Check(
        setting="ConfigurationPolicy",
        expected=wanted,
        found=subset(found["ConfigurationPolicy"], wanted),
    )


@reader(
    "AWS::SecurityHub::PolicyAssociation",
    capability="Security Hub",
    covers="ConfigurationPolicyId TargetId TargetType",
)
def policy_association(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read which configuration policy a target has."""
    member = {
        "ACCOUNT": "AccountId",
        "ORGANIZATIONAL_UNIT": "OrganizationalUnitId",
        "ROOT": "RootId",
    }[expected["TargetType"]]
    found = attempt(
        place("securityhub").get_configuration_policy_association,
        "ResourceNotFoundException",
        Target={member: expected["TargetId"]},
    )
    yield Check(
        setting=f"ConfigurationPolicyId of {expected['TargetId']}",
        expected=tail(expected["ConfigurationPolicyId"]),
        found=ABSENT if found == ABSENT else tail(found["ConfigurationPolicyId"]),
    )


@reader(
    "AWS::Config::ConfigurationRecorder",
    capability="Config recorder",
    covers="Name RoleARN RecordingGroup RecordingMode",
)
def configuration_recorder(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read what a recorder records, with which role, and whether it records now."""
    config = place("config")
    recorders = config.describe_configuration_recorders()["ConfigurationRecorders"]
    found = first(recorders, name=physical_id)
    yield from compare(expected, found, {"Name": "name", "RoleARN": "roleARN"})
    for name in ("RecordingGroup", "RecordingMode"):
        if name in expected:
            wanted = lower_first(expected[name])
            member = f"{name[:1].lower()}{name[1:]}"
            yield Check(
                setting=name, expected=wanted, found=subset(found.get(member, ABSENT), wanted)
            )
    statuses = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    recording = [each["recording"] for each in statuses if each["name"] == physical_id]
    yield Check(setting="recording", expected=[True], found=recording)


_CHANNEL = {
    "Name": "name",
    "S3BucketName": "s3BucketName",
    "S3KeyPrefix": "s3KeyPrefix",
    "S3KmsKeyArn": "s3KmsKeyArn",
    "SnsTopicARN": "snsTopicARN",
}


@reader(
    "AWS::Config::DeliveryChannel",
    capability="Config recorder",
    covers=f"{' '.join(_CHANNEL)} ConfigSnapshotDeliveryProperties",
)
def delivery_channel(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read where a recorder delivers to."""
    channels = place("config").describe_delivery_channels()["DeliveryChannels"]
    found: Mapping[str, Any] = first(channels, name=physical_id)
    yield Check(setting="channel", expected=physical_id, found=found.get("name", ABSENT))
    yield from compare(expected, found, _CHANNEL)
    if "ConfigSnapshotDeliveryProperties" in expected:
        yield Check(
            setting="ConfigSnapshotDeliveryProperties",
            expected=lower_first(expected["ConfigSnapshotDeliveryProperties"]),
            found=found.get("configSnapshotDeliveryProperties", ABSENT),
        )
