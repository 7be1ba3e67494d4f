"""Settings of the organization policies that configure services in every account.

Safe and free of charge: on by default. Whatever costs money, or needs something in the members
first, is off until it is named.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictInt

from baseline.config.section import Section

IMAGE_PROVIDER_PATTERN = r"^([0-9]{12}|amazon|aws_marketplace|aws_backup_vault)$"
TAG_KEY_PATTERN = r"^[A-Za-z0-9 .:/=+@_-]{1,128}$"
TAGGED_TYPE_PATTERN = r"^[a-z0-9-]+:[A-Za-z0-9_/-]+$"

ImageProvider = Annotated[str, Field(pattern=IMAGE_PROVIDER_PATTERN)]
TagKey = Annotated[str, Field(pattern=TAG_KEY_PATTERN)]
TaggedType = Annotated[str, Field(pattern=TAGGED_TYPE_PATTERN)]


def _switch(description: str, *, default: bool) -> bool:
    # Typed as the value it stands for, as pydantic's own Field() is.
    word = "true" if default else "false"
    switch: bool = Field(
        default=default, strict=True, description=f"{description} {word} by default."
    )
    return switch


class Ec2Attributes(Section):
    """EC2's account attributes, declared for every account; members cannot change them."""

    enabled: bool = _switch("Declare EC2's account attributes for every account.", default=True)
    serial_console: bool = _switch("Access to the serial console of instances.", default=False)
    public_images: bool = _switch("Machine images may be shared with everybody.", default=False)
    public_snapshots: bool = _switch("Snapshots may be shared with everybody.", default=False)
    imdsv2_enforced: bool = _switch(
        "Refuse launches and changes that would allow IMDSv1, whoever asks, break-glass included.",
        default=True,
    )
    metadata_hop_limit: StrictInt = Field(
        default=2,
        ge=1,
        le=64,
        description="Network hops that an IMDSv2 token may travel; containers need 2. 2 by default.",
    )
    metadata_tags: bool = _switch("Instances read their tags from the metadata.", default=False)
    vpc_block_public_access: Literal["off", "block_ingress", "block_bidirectional"] | None = Field(
        default=None,
        description="Block traffic between VPCs and the internet. Not managed by default, because it stops every public workload.",
    )
    vpc_exclusions: bool = _switch(
        "Owners of a VPC may exclude it from the block of public access.", default=True
    )
    vpc_encryption: Literal["attempt_monitor", "attempt_enforce"] | None = Field(
        default=None,
        description="VPC Encryption Controls: watch or enforce encryption between instances; costs per VPC and hour. Not managed by default.",
    )
    allowed_images: Literal["audit_mode", "enabled"] | None = Field(
        default=None,
        description="Which machine images may be used: audit_mode reports others, enabled refuses them. Not managed by default.",
    )
    image_providers: tuple[ImageProvider, ...] = Field(
        default=("amazon",),
        min_length=1,
        description="Whose images are allowed: account IDs, amazon, aws_marketplace, aws_backup_vault. amazon by default.",
    )


class S3Attributes(Section):
    """S3's block of public access for the whole organization."""

    enabled: bool = _switch(
        "Block public access to all buckets of all accounts; no account can lift it.", default=True
    )


class UnifiedSecurityHub(Section):
    """The new Security Hub (not CSPM, which ``security_hub`` switches); costs per resource."""

    enabled: bool = _switch(
        "Enable the new Security Hub in every account and governed Region. Name its delegated administrator first.",
        default=False,
    )
    network_scanning: bool = _switch("Scan which ports answer from the internet.", default=False)


class AiOptOut(Section):
    """Whether AWS may use content to improve its AI services."""

    enabled: bool = _switch(
        "Opt every account out of all AI services' use of content.", default=True
    )


class TagRule(Section):
    """How one tag is spelled and which values it may have. The key above it is the tag's."""

    values: tuple[str, ...] = Field(
        default=(), description="Allowed values; one * in each. Any value by default."
    )
    enforced_for: tuple[TaggedType, ...] = Field(
        default=(),
        description="Resource types on which other values are refused, such as ec2:instance. None by default: others are reported.",
    )
    required_for: tuple[TaggedType, ...] = Field(
        default=(),
        description="Resource types that are reported without the tag, such as s3:bucket. None by default.",
    )
