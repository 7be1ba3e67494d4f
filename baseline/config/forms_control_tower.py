"""The kinds of text that the Control Tower section holds, each with the form that AWS defines.

Source: botocore's model of the Control Catalog, shape ``ControlArn``; CloudFormation's schemas of
AWS::ControlTower::EnabledControl and EnabledBaseline; Control Catalog API Reference,
"ControlParameter".
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

CONTROL_PATTERN = (
    r"^(AWS-GR_[A-Z0-9_]{3,100}|[0-9a-z]{20,32}"
    r"|arn:aws:(controlcatalog|controltower):[a-z0-9-]*::control/[0-9a-zA-Z_-]+)$"
)
BASELINE_PATTERN = r"^(AWSControlTowerBaseline|[0-9A-Z]{16})$"
BASELINE_VERSION_PATTERN = r"^[0-9]+(\.[0-9]+){0,2}$"
ENABLED_BASELINE_PATTERN = (
    r"^arn:aws:controltower:[a-z0-9-]+:[0-9]{12}:enabledbaseline/[0-9A-Z]{16,17}$"
)
KEY_ARN_PATTERN = r"^arn:aws:kms:[a-z0-9-]+:[0-9]{12}:key/[0-9a-zA-Z-]{8,64}$"
PRINCIPAL_PATTERN = r"^arn:aws:(iam|sts)::([0-9]{12}|\*):[a-z-]+/\S+$"
RESOURCE_PATTERN = r"^arn:aws:[a-z0-9-]+:\S+$"

HINTS: Final = {
    CONTROL_PATTERN: "is not a control: AWS-GR_..., or the ID or ARN that `aws controlcatalog list-controls` shows "
    "(an alias such as CT.S3.PV.1 is none)",
    BASELINE_PATTERN: "is not a baseline: AWSControlTowerBaseline, or the 16 characters at the end of an ARN",
    BASELINE_VERSION_PATTERN: 'is not a version in quotes, such as "5.0"',
    ENABLED_BASELINE_PATTERN: "is not the ARN of an enabled baseline",
    KEY_ARN_PATTERN: "is not the ARN of a key",
    PRINCIPAL_PATTERN: "is not the ARN of a role or user, such as arn:aws:iam::*:role/Name",
    RESOURCE_PATTERN: "is not the ARN of a resource",
}
"""Form to what it asks for, for the messages."""

ControlName = Annotated[str, Field(pattern=CONTROL_PATTERN)]
BaselineName = Annotated[str, Field(pattern=BASELINE_PATTERN)]
BaselineVersion = Annotated[str, Field(pattern=BASELINE_VERSION_PATTERN, max_length=10)]
EnabledBaselineArn = Annotated[str, Field(pattern=ENABLED_BASELINE_PATTERN)]
KeyArn = Annotated[str, Field(pattern=KEY_ARN_PATTERN)]
PrincipalArn = Annotated[str, Field(pattern=PRINCIPAL_PATTERN)]
ResourceArn = Annotated[str, Field(pattern=RESOURCE_PATTERN)]
