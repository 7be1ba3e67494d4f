"""Golden images: which are built, where, and who gets them. None by default."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field, StrictInt

from baseline.config.forms import SHORT_NAME_PATTERN, RegionName, UnitId
from baseline.config.section import Section

VPC_PATTERN = r"^vpc-([0-9a-f]{8}|[0-9a-f]{17})$"
SUBNET_PATTERN = r"^subnet-([0-9a-f]{8}|[0-9a-f]{17})$"
PACKAGE_PATTERN = r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[A-Za-z0-9._/+=-]+\.(rpm|deb)$"
SHA256_PATTERN = r"^[0-9a-f]{64}$"
SERVICE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9@._-]{0,99}$"
KEY_PATTERN = r"^arn:aws:kms:[a-z0-9-]+:[0-9]{12}:key/(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$"
PARENT_PATTERN = r"^public\.ecr\.aws/[a-z0-9._/-]+:[A-Za-z0-9._-]+(@sha256:[0-9a-f]{64})?$"
SCHEDULE_PATTERN = r"^cron\(\S+( \S+){4,5}\)$"
VULNERABILITY_PATTERN = r"^[A-Z][A-Z0-9]*-[A-Za-z0-9:-]{4,60}$"
REASON_LENGTH = 20

HINTS: Mapping[str, str] = MappingProxyType(
    {
        VPC_PATTERN: "is not the ID of a VPC, such as vpc-0123456789abcdef0",
        SUBNET_PATTERN: "is not the ID of a subnet, such as subnet-0123456789abcdef0",
        PACKAGE_PATTERN: "is not the S3 URI of an .rpm or .deb, such as s3://packages/agent-7.1.rpm",
        SHA256_PATTERN: "is not a SHA-256: 64 hexadecimal digits in lower case",
        SERVICE_PATTERN: "is not the name of a unit of systemd, such as agentd",
        KEY_PATTERN: "is not the ARN of a KMS key",
        PARENT_PATTERN: "is not an image of Amazon ECR Public with its tag, such as public.ecr.aws/amazonlinux/amazonlinux:2023",
        SCHEDULE_PATTERN: "is not a schedule such as cron(0 4 ? * sun *)",
        VULNERABILITY_PATTERN: "is not the ID of a vulnerability, such as CVE-2026-12345",
    }
)

# The names follow the prefix and -images- in those of Image Builder's resources.
PipelineName = Annotated[str, Field(pattern=SHORT_NAME_PATTERN)]
KeyArn = Annotated[str, Field(pattern=KEY_PATTERN)]
Schedule = Annotated[str, Field(pattern=SCHEDULE_PATTERN)]
VulnerabilityId = Annotated[str, Field(pattern=VULNERABILITY_PATTERN)]
Reason = Annotated[str, Field(min_length=REASON_LENGTH)]
PlatformName = Literal["al2023", "ubuntu-24.04", "rhel-9", "windows-2022", "windows-2025"]
Severity = Literal["CRITICAL", "HIGH", "MEDIUM"]
WEEKLY = "cron(0 4 ? * sun *)"

OWNERS: Mapping[str, str] = MappingProxyType(
    {"ubuntu-24.04": "099720109477", "rhel-9": "309956199498"}
)
"""Platform to the account that publishes its base image, where that is not AWS."""


class EndpointAgent(Section):
    """A package of an endpoint agent that becomes part of the image, and its hash."""

    source: Annotated[str, Field(pattern=PACKAGE_PATTERN)] = Field(
        description="S3 URI of the .rpm or .deb, in a bucket that the shared services account reads."
    )
    sha256: Annotated[str, Field(pattern=SHA256_PATTERN)] = Field(
        description="SHA-256 of the package, in lower case."
    )
    service: Annotated[str, Field(pattern=SERVICE_PATTERN)] = Field(
        description="Unit of systemd that the package brings."
    )
    key: KeyArn | None = Field(
        default=None,
        description="ARN of the key that encrypts the package; None where S3 does with its own. None by default.",
    )


class MachineImage(Section):
    """One pipeline of machine images. The key above it is its name."""

    platform: PlatformName = Field(
        default="al2023", description="Operating system. al2023 by default."
    )
    architecture: Literal["x86_64", "arm64"] = Field(
        default="x86_64",
        description="x86_64 or arm64; Red Hat and Windows are built for x86_64 only. x86_64 by default.",
    )
    stig: Literal["low", "medium", "high", "none"] = Field(
        default="medium",
        description="Level of the STIG component of AWS; high closes all categories. medium by default.",
    )
    cloudwatch_agent: bool = Field(
        default=True,
        strict=True,
        description="The image has the CloudWatch agent. true by default.",
    )
    endpoint_agent: EndpointAgent | None = Field(
        default=None, description="Endpoint agent in the image; Linux only. None by default."
    )
    schedule: Schedule = Field(
        default=WEEKLY,
        description="When it is built, in UTC, as Image Builder writes it. Sundays at 4 by default.",
    )


class ContainerImage(Section):
    """One pipeline of container base images. The key above it is its name."""

    parent: Annotated[str, Field(pattern=PARENT_PATTERN)] = Field(
        default="public.ecr.aws/amazonlinux/amazonlinux:2023",
        description="Base image in Amazon ECR Public. Amazon Linux 2023 by default.",
    )
    keep_images: StrictInt = Field(
        default=30,
        ge=1,
        le=1_000,
        description="Newest images that the repository keeps. 30 by default.",
    )
    schedule: Schedule = Field(
        default=WEEKLY, description="When it is built, in UTC. Sundays at 4 by default."
    )


class ImageRetention(Section):
    """When old machine images end; images in use and the newest stay."""

    deprecate_after_days: StrictInt = Field(
        default=60,
        ge=1,
        le=999,
        description="Days after which launches by hand no longer find an image. 60 by default.",
    )
    delete_after_days: StrictInt = Field(
        default=180,
        ge=2,
        le=1_000,
        description="Days after which an image and its snapshots are deleted. 180 by default.",
    )
    keep: StrictInt = Field(
        default=3,
        ge=1,
        le=10,
        description="Newest images that stay whatever their age. 3 by default.",
    )
    unused_days: StrictInt = Field(
        default=90,
        ge=1,
        le=365,
        description="Days without a launch before an image may be deleted. 90 by default.",
    )


class Images(Section):
    """Golden images, built in the shared services account and shared with the organization."""

    vpc: Annotated[str, Field(pattern=VPC_PATTERN)] = Field(
        description="ID of a VPC that the shared services account owns or shares, in the home Region."
    )
    subnet: Annotated[str, Field(pattern=SUBNET_PATTERN)] = Field(
        description="ID of a private subnet of it that reaches package repositories and Systems Manager, and gives out no public addresses."
    )
    machines: dict[PipelineName, MachineImage] = Field(
        default_factory=dict, description="Pipelines of machine images by name. None by default."
    )
    containers: dict[PipelineName, ContainerImage] = Field(
        default_factory=dict, description="Pipelines of container images by name. None by default."
    )
    units: tuple[UnitId, ...] = Field(
        default=(),
        description="IDs of organizational units whose accounts may start machines from the images. The whole organization by default.",
    )
    copies: dict[RegionName, KeyArn] = Field(
        default_factory=dict,
        description="Other governed Regions that get a copy of each machine image, to the ARN of the key that encrypts it there. None by default.",
    )
    blocked_severities: tuple[Severity, ...] = Field(
        default=("CRITICAL",),
        min_length=1,
        description="Severities of vulnerabilities that stop a release: CRITICAL, HIGH, MEDIUM. CRITICAL by default.",
    )
    accepted: dict[VulnerabilityId, Reason] = Field(
        default_factory=dict,
        description="Vulnerabilities that stop no release, each with the reason. None by default.",
    )
    unscanned: Reason | None = Field(
        default=None,
        description="Why Amazon Inspector does not scan the images, and what looks instead. None by default: it scans, and is needed.",
    )
    retention: ImageRetention = Field(
        default_factory=ImageRetention, description="When old images end."
    )
