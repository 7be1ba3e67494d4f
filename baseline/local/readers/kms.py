"""KMS keys and aliases."""

from collections.abc import Iterator

from baseline.local.readers.table import Check, Place, Properties, compare, reader
from baseline.local.readers.values import ABSENT, policy, tail


@reader(
    "AWS::KMS::Key",
    capability="Encryption keys",
    covers="KeyPolicy EnableKeyRotation RotationPeriodInDays Enabled KeySpec KeyUsage MultiRegion Description",
)
def key(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read a key's policy, rotation and state."""
    kms = place("kms")
    if expected.get("EnableKeyRotation") is not None:
        rotation = kms.get_key_rotation_status(KeyId=physical_id)
        names = {
            "EnableKeyRotation": "KeyRotationEnabled",
            "RotationPeriodInDays": "RotationPeriodInDays",
        }
        yield from compare(expected, rotation, names)
    found = kms.get_key_policy(KeyId=physical_id, PolicyName="default")["Policy"]
    yield Check(setting="KeyPolicy", expected=policy(expected["KeyPolicy"]), found=policy(found))
    metadata = kms.describe_key(KeyId=physical_id)["KeyMetadata"]
    yield Check(
        setting="Enabled", expected=expected.get("Enabled", True), found=metadata["Enabled"]
    )
    plain = ("KeySpec", "KeyUsage", "MultiRegion", "Description")
    yield from compare(expected, metadata, {name: name for name in plain})


@reader("AWS::KMS::Alias", capability="Encryption keys", covers="AliasName TargetKeyId")
def alias(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read which key an alias names."""
    pages = place("kms").get_paginator("list_aliases").paginate()
    targets = {
        found["AliasName"]: found.get("TargetKeyId", ABSENT)
        for page in pages
        for found in page["Aliases"]
    }
    found = targets.get(expected["AliasName"], ABSENT)
    yield Check(
        setting=f"TargetKeyId of {physical_id}",
        expected=tail(expected["TargetKeyId"]),
        found=tail(found),
    )
