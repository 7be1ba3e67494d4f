"""IAM Access Analyzer: what is analyzed, and which access somebody has accepted."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictInt

from baseline.config.forms import PHRASE_PATTERN, AccountId
from baseline.config.organization_policies import TagKey
from baseline.config.section import Section

# Form of AWS::AccessAnalyzer::Analyzer ArchiveRule.RuleName; it is part of the template.
ACCEPTANCE_PATTERN = r"^[A-Za-z][A-Za-z0-9_.-]{0,254}$"
DATE_PATTERN = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
RESOURCE_ARN_PATTERN = r"^arn:aws:[a-z0-9-]+:[a-z0-9-]*:([0-9]{12})?:\S+$"
PRINCIPAL_PATTERN = r"^([0-9]{12}|arn:aws:(iam|sts)::[0-9]{12}:\S+)$"
RESOURCE_TYPE_PATTERN = r"^AWS::[A-Za-z0-9]+::[A-Za-z0-9]+$"

# "You can include up to 20 values per criterion": IAM User Guide, "Archive rules".
VALUES_PER_CRITERION = 20
# Source: IAM User Guide, "IAM Access Analyzer quotas" (archive rules per analyzer).
ARCHIVE_RULES = 100
# What an internal access analyzer looks at. Source: IAM User Guide, "IAM Access Analyzer resource
# types for external and internal access".
InternalType = Literal[
    "AWS::DynamoDB::Stream",
    "AWS::DynamoDB::Table",
    "AWS::RDS::DBClusterSnapshot",
    "AWS::RDS::DBSnapshot",
    "AWS::S3::Bucket",
    "AWS::S3Express::DirectoryBucket",
]
UnusedType = Literal[
    "UnusedIAMRole", "UnusedIAMUserAccessKey", "UnusedIAMUserPassword", "UnusedPermission"
]

AcceptanceName = Annotated[str, Field(pattern=ACCEPTANCE_PATTERN)]
ResourceArn = Annotated[str, Field(pattern=RESOURCE_ARN_PATTERN)]
Principal = Annotated[str, Field(pattern=PRINCIPAL_PATTERN)]
ResourceType = Annotated[str, Field(pattern=RESOURCE_TYPE_PATTERN)]


def _switch(description: str, *, default: bool) -> bool:
    # Typed as the value it stands for, as pydantic's own Field() is.
    word = "true" if default else "false"
    switch: bool = Field(
        default=default, strict=True, description=f"{description} {word} by default."
    )
    return switch


class Acceptance(Section):
    """Findings that somebody looked at and accepted, until a day."""

    reason: str = Field(
        pattern=PHRASE_PATTERN,
        min_length=10,
        max_length=200,
        description="Why the access is wanted, for whoever reads the file in a year.",
    )
    until: str = Field(
        pattern=DATE_PATTERN,
        description="Last day on which it is accepted, in quotes, as in '2027-06-30'. After it the file is invalid until somebody decides again.",
    )
    resources: tuple[ResourceArn, ...] = Field(
        default=(),
        max_length=VALUES_PER_CRITERION,
        description="ARNs of the resources, in full. Every resource by default.",
    )
    resource_types: tuple[ResourceType, ...] = Field(
        default=(),
        max_length=VALUES_PER_CRITERION,
        description="Types of the resources, such as AWS::IAM::Role. Every type by default.",
    )
    accounts: tuple[AccountId, ...] = Field(
        default=(),
        max_length=VALUES_PER_CRITERION,
        description="IDs of the accounts that own the resources. Every account by default.",
    )


class AcceptedSharing(Acceptance):
    """Access from outside the organization that is wanted."""

    principals: tuple[Principal, ...] = Field(
        default=(),
        max_length=VALUES_PER_CRITERION,
        description="Account IDs or ARNs of those outside that get access. None by default.",
    )
    federated: tuple[str, ...] = Field(
        default=(),
        max_length=VALUES_PER_CRITERION,
        description="ARNs or names of identity providers that get access. None by default.",
    )
    public: bool = _switch(
        "Accept that everybody has access to the named `resources`; without it a public resource is never accepted.",
        default=False,
    )


class AcceptedDisuse(Acceptance):
    """Unused access that is wanted, such as an emergency role."""

    finding_types: tuple[UnusedType, ...] = Field(
        default=(), description="Which kinds of unused access. Every kind by default."
    )


class UnusedAccess(Section):
    """Roles, permissions, keys and passwords that nobody uses: one analyzer, in the home Region."""

    enabled: bool = _switch(
        "Analyze unused access. AWS bills each role and user of every analyzed account each month; service-linked roles are free.",
        default=True,
    )
    days: StrictInt = Field(
        default=90,
        ge=1,
        le=365,
        description="Days without use from which access counts as unused, 1 to 365. 90 by default.",
    )
    excluded_accounts: tuple[AccountId, ...] = Field(
        default=(),
        description="IDs of accounts that are not analyzed, which saves their cost; not the security account. None by default.",
    )
    excluded_tags: dict[TagKey, str] = Field(
        default_factory=dict,
        description="Roles and users with one of these tags are not analyzed, nor billed. None by default, besides those of the baseline, some of which are for emergencies.",
    )
    accepted: dict[AcceptanceName, AcceptedDisuse] = Field(
        default_factory=dict,
        max_length=ARCHIVE_RULES,
        description="Accepted findings, by name, at most 100. None by default.",
    )


class InternalAccess(Section):
    """Who inside the organization reaches named critical resources: one analyzer in each Region."""

    enabled: bool = _switch(
        "Analyze internal access. AWS bills each monitored resource each month.", default=False
    )
    resources: tuple[ResourceArn, ...] = Field(
        default=(),
        description="ARNs of the critical resources: buckets, tables and database snapshots. None by default.",
    )
    resource_types: tuple[InternalType, ...] = Field(
        default=(),
        description="Types of which every resource is critical, in the accounts below. None by default.",
    )
    accounts: tuple[AccountId, ...] = Field(
        default=(),
        description="IDs of the accounts whose resources of these types are critical. Needed with `resource_types`. None by default.",
    )


class AccessAnalyzerSettings(Section):
    """Access from outside in every governed Region, unused access once, internal access on demand."""

    enabled: bool = _switch(
        "An analyzer of the whole organization in every governed Region: who outside has access. It is free.",
        default=True,
    )
    accepted: dict[AcceptanceName, AcceptedSharing] = Field(
        default_factory=dict,
        max_length=ARCHIVE_RULES,
        description="Accepted access from outside, by name, at most 100; its findings are archived as they appear. None by default.",
    )
    unused_access: UnusedAccess = Field(
        default_factory=UnusedAccess, description="Access that nobody uses."
    )
    internal_access: InternalAccess = Field(
        default_factory=InternalAccess, description="Access inside the organization."
    )
