"""Tables and parameters."""

from collections.abc import Iterator

from baseline.local.readers.table import Check, Place, Properties, reader


@reader(
    "AWS::DynamoDB::Table",
    capability="Tables",
    covers="KeySchema AttributeDefinitions BillingMode",
)
def table(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read the keys of a table and how it is paid."""
    found = place("dynamodb").describe_table(TableName=physical_id)["Table"]
    for name in ("KeySchema", "AttributeDefinitions"):
        yield Check(setting=name, expected=expected[name], found=found.get(name))
    yield Check(
        setting="BillingMode",
        expected=expected.get("BillingMode", "PROVISIONED"),
        found=found.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
    )


@reader("AWS::SSM::Parameter", capability="Parameters", covers="Name Type Value")
def parameter(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read a parameter."""
    found = place("ssm").get_parameter(Name=physical_id)["Parameter"]
    for name in ("Type", "Value"):
        yield Check(setting=name, expected=expected[name], found=found.get(name))
