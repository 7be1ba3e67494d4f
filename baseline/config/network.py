"""The VPC of the network account."""

from __future__ import annotations

from typing import Final

from pydantic import Field, StrictInt

from baseline.config.forms import Endpoint
from baseline.config.section import Section

# The VPC has this many tiers of subnets in each Availability Zone.
SUBNET_TIERS: Final = 3

# Prefix lengths. Amazon VPC User Guide, "VPC CIDR blocks": a VPC is /16 to /28. Ours is not below /24,
# and its subnets not below /27: AWS keeps five addresses of each, and every endpoint takes one.
LARGEST_VPC: Final = 16
SMALLEST_VPC: Final = 24
SMALLEST_SUBNET: Final = 27


class NetworkSettings(Section):
    """Size and reach of the VPC: tiers in every Availability Zone, endpoints instead of internet."""

    cidr: str = Field(
        default="10.0.0.0/20",
        description="IPv4 range of the VPC: private (RFC 1918), /16 to /24, large enough for every tier in every Availability Zone. 10.0.0.0/20 by default.",
    )
    availability_zones: StrictInt = Field(
        default=2,
        ge=2,
        le=3,
        description="Availability Zones that the VPC spans: 2 or 3. 2 by default.",
    )
    interface_endpoints: tuple[Endpoint, ...] = Field(
        default=("ssm", "ssmmessages", "ec2messages", "kms", "logs", "sts"),
        description="AWS services reached through interface endpoints, by the last part of the endpoint's name (com.amazonaws.<region>.<service>). "
        "Each costs per hour and Availability Zone. ssm, ssmmessages, ec2messages, kms, logs, sts by default.",
    )
