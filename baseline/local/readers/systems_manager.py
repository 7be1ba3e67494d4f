"""Systems Manager: service settings, associations, resource data syncs."""

from collections.abc import Iterator

from baseline.local.readers.table import Check, Place, Properties, compare, reader
from baseline.local.readers.values import ABSENT, first

_CAPABILITY = "Systems Manager"
_ASSOCIATION = (
    "ApplyOnlyAtCronInterval",
    "AssociationName",
    "ComplianceSeverity",
    "MaxConcurrency",
    "MaxErrors",
    "Name",
    "OutputLocation",
    "Parameters",
    "ScheduleExpression",
    "Targets",
)
_DESTINATION = {
    "BucketName": "BucketName",
    "BucketPrefix": "Prefix",
    "BucketRegion": "Region",
    "SyncFormat": "SyncFormat",
}


@reader("AWS::SSM::ServiceSetting", capability=_CAPABILITY, covers="SettingId SettingValue")
def service_setting(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read what Systems Manager does by default."""
    found = place("ssm").get_service_setting(SettingId=expected["SettingId"])["ServiceSetting"]
    yield Check(
        setting=expected["SettingId"],
        expected=expected["SettingValue"],
        found=found["SettingValue"],
    )


@reader(
    "AWS::SSM::Association",
    capability=_CAPABILITY,
    covers=" ".join(_ASSOCIATION),
)
def association(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read which document runs on which instances, and when."""
    answer = place("ssm").describe_association(AssociationId=physical_id)
    found = answer["AssociationDescription"]
    yield from compare(expected, found, {name: name for name in _ASSOCIATION})


@reader(
    "AWS::SSM::ResourceDataSync",
    capability=_CAPABILITY,
    covers="SyncName SyncType S3Destination",
)
def resource_data_sync(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read where inventory goes."""
    kind = expected.get("SyncType", "SyncToDestination")
    found = first(
        place("ssm").list_resource_data_sync(SyncType=kind)["ResourceDataSyncItems"],
        SyncName=physical_id,
    )
    yield Check(setting="SyncName", expected=physical_id, found=found.get("SyncName", ABSENT))
    yield Check(setting="SyncType", expected=kind, found=found.get("SyncType", ABSENT))
    yield from compare(expected["S3Destination"], found.get("S3Destination", {}), _DESTINATION)
