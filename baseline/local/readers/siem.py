"""The export to a SIEM: delivery streams, and the way of the trail's log group to them."""

from collections.abc import Iterator
from typing import Any

from baseline.local.readers.table import Check, Place, Properties, compare, reader
from baseline.local.readers.values import ABSENT, policy, tail

_DESTINATIONS = {
    "HttpEndpointDestinationConfiguration": "HttpEndpointDestinationDescription",
    "SplunkDestinationConfiguration": "SplunkDestinationDescription",
}


@reader(
    "AWS::KinesisFirehose::DeliveryStream",
    capability="SIEM export",
    covers=f"DeliveryStreamEncryptionConfigurationInput DeliveryStreamType {' '.join(_DESTINATIONS)}",
)
def stream(place: Place, name: str, expected: Properties) -> Iterator[Check]:
    """Read a stream's key, where it delivers to, and what it does with what is refused."""
    answer = place("firehose").describe_delivery_stream(DeliveryStreamName=name)
    found = answer["DeliveryStreamDescription"]
    yield from compare(expected, found, {"DeliveryStreamType": "DeliveryStreamType"})
    if "DeliveryStreamEncryptionConfigurationInput" in expected:
        wanted = expected["DeliveryStreamEncryptionConfigurationInput"]
        given = found.get("DeliveryStreamEncryptionConfiguration", {})
        yield Check(
            setting="key",
            expected=tail(wanted.get("KeyARN", ABSENT)),
            found=tail(given.get("KeyARN", ABSENT)),
        )
    for name_here, name_there in _DESTINATIONS.items():
        if name_here in expected:
            there = found["Destinations"][0].get(name_there, {})
            yield from _destination(expected[name_here], there)


def _destination(wanted: Properties, found: Properties) -> Iterator[Check]:
    yield Check(
        setting="S3BackupMode",
        expected=wanted["S3BackupMode"],
        found=found.get("S3BackupMode", ABSENT),
    )
    here = wanted.get("EndpointConfiguration", {}).get("Url", wanted.get("HECEndpoint"))
    there = found.get("EndpointConfiguration", {}).get("Url", found.get("HECEndpoint", ABSENT))
    yield Check(setting="address", expected=here, found=there)


@reader(
    "AWS::Logs::Destination",
    capability="SIEM export",
    covers="DestinationName DestinationPolicy RoleArn TargetArn",
)
def destination(place: Place, name: str, expected: Properties) -> Iterator[Check]:
    """Read where log groups are sent to, and who may send."""
    pages = (
        place("logs").get_paginator("describe_destinations").paginate(DestinationNamePrefix=name)
    )
    found: dict[str, Any] = next(
        (
            each
            for page in pages
            for each in page["destinations"]
            if each["destinationName"] == name
        ),
        {},
    )
    yield Check(
        setting="DestinationName",
        expected=expected["DestinationName"],
        found=found.get("destinationName", ABSENT),
    )
    yield from compare(expected, found, {"RoleArn": "roleArn", "TargetArn": "targetArn"})
    if "DestinationPolicy" in expected:
        yield Check(
            setting="DestinationPolicy",
            expected=policy(expected["DestinationPolicy"]),
            found=policy(found.get("accessPolicy")),
        )


@reader(
    "AWS::Logs::SubscriptionFilter",
    capability="SIEM export",
    covers="LogGroupName FilterName FilterPattern DestinationArn",
)
def subscription(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read what of a log group is sent where."""
    answer = place("logs").describe_subscription_filters(logGroupName=expected["LogGroupName"])
    wanted = expected["DestinationArn"]
    filters = answer["subscriptionFilters"]
    found: dict[str, Any] = next((each for each in filters if each["destinationArn"] == wanted), {})
    members = {
        "LogGroupName": "logGroupName",
        "FilterName": "filterName",
        "FilterPattern": "filterPattern",
        "DestinationArn": "destinationArn",
    }
    yield from compare(expected, found, members)


@reader("AWS::Logs::LogStream", capability="Log groups", covers="LogGroupName LogStreamName")
def log_stream(place: Place, name: str, expected: Properties) -> Iterator[Check]:
    """Read whether a log stream is in its group."""
    group = expected["LogGroupName"]
    answer = place("logs").describe_log_streams(logGroupName=group, logStreamNamePrefix=name)
    found = [each["logStreamName"] for each in answer["logStreams"]]
    yield Check(
        setting=f"stream of {tail(group)}", expected=name, found=name if name in found else ABSENT
    )


@reader(
    "AWS::SecretsManager::Secret",
    capability="Secrets",
    covers="Description GenerateSecretString KmsKeyId Name",
)
def secret(place: Place, arn: str, expected: Properties) -> Iterator[Check]:
    """Read a secret's key and whether it has a value, never the value."""
    found = place("secretsmanager").describe_secret(SecretId=arn)
    yield from compare(expected, found, {"Description": "Description", "Name": "Name"})
    if "KmsKeyId" in expected:
        yield Check(
            setting="KmsKeyId",
            expected=tail(expected["KmsKeyId"]),
            found=tail(found.get("KmsKeyId", ABSENT)),
        )
    if "GenerateSecretString" in expected:
        stages = [one for each in found["VersionIdsToStages"].values() for one in each]
        yield Check(setting="has a value", expected=True, found="AWSCURRENT" in stages)
