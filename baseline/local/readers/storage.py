"""Tables and parameters."""

from collections.abc import Iterator

from baseline.local.readers.table import Check, Place, Properties, reader
from baseline.local.readers.values import ABSENT, attempt, policy


@reader(
    "AWS::DynamoDB::Table",
    capability="Tables",
    covers="KeySchema AttributeDefinitions BillingMode DeletionProtectionEnabled SSESpecification "
    "PointInTimeRecoverySpecification ResourcePolicy",
)
def table(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read a table's keys, how it is paid, and what protects it."""
    dynamodb = place("dynamodb")
    found = dynamodb.describe_table(TableName=physical_id)["Table"]
    for name in ("KeySchema", "AttributeDefinitions"):
        yield Check(setting=name, expected=expected[name], found=found.get(name))
    yield Check(
        setting="BillingMode",
        expected=expected.get("BillingMode", "PROVISIONED"),
        found=found.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
    )
    yield Check(
        setting="DeletionProtectionEnabled",
        expected=expected.get("DeletionProtectionEnabled", False),
        found=found.get("DeletionProtectionEnabled", False),
    )
    held = found.get("SSEDescription", {})
    wanted = expected.get("SSESpecification", {})
    yield Check(
        setting="encryption with a customer managed key",
        expected=wanted.get("KMSMasterKeyId") if wanted.get("SSEEnabled") else None,
        found=held.get("KMSMasterKeyArn") if held.get("Status") == "ENABLED" else None,
    )
    backups = dynamodb.describe_continuous_backups(TableName=physical_id)
    recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    asked = expected.get("PointInTimeRecoverySpecification", {})
    yield Check(
        setting="point-in-time recovery",
        expected=bool(asked.get("PointInTimeRecoveryEnabled")),
        found=recovery["PointInTimeRecoveryStatus"] == "ENABLED",
    )
    if "ResourcePolicy" in expected:
        answer = attempt(
            dynamodb.get_resource_policy, "PolicyNotFoundException", ResourceArn=found["TableArn"]
        )
        yield Check(
            setting="ResourcePolicy",
            expected=policy(expected["ResourcePolicy"]["PolicyDocument"]),
            found=policy(answer if answer == ABSENT else answer["Policy"]),
        )


@reader("AWS::SSM::Parameter", capability="Parameters", covers="Name Type Value")
def parameter(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read a parameter."""
    found = place("ssm").get_parameter(Name=physical_id)["Parameter"]
    for name in ("Type", "Value"):
        yield Check(setting=name, expected=expected[name], found=found.get(name))
