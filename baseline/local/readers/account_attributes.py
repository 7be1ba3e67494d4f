"""What EC2 blocks for an account and Region, and the standards of a hub."""

from collections.abc import Iterator

from baseline.local.readers.table import Check, Place, Properties, reader


@reader("AWS::EC2::SnapshotBlockPublicAccess", capability="Account settings", covers="State")
def snapshot_block(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read whether snapshots may be shared with everybody."""
    found = place("ec2").get_snapshot_block_public_access_state()
    yield Check(setting="State", expected=expected["State"], found=found["State"])


@reader("AWS::SecurityHub::Standard", capability="Security Hub", covers="StandardsArn")
def standard(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read whether a standard is checked."""
    found = place("securityhub").get_enabled_standards()["StandardsSubscriptions"]
    arns = [each["StandardsArn"] for each in found]
    wanted = expected["StandardsArn"]
    yield Check(setting="StandardsArn", expected=wanted, found=wanted if wanted in arns else arns)
