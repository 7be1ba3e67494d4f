"""The VPC of the network account."""

from __future__ import annotations

from pydantic import Field, StrictInt

from baseline.config.forms import Endpoint
from baseline.config.section import Section


class NetworkSettings(Section):
    """Size and reach of the VPC: tiers in every Availability Zone, endpoints instead of internet."""

    cidr: str = Field(
        default="10.0.0.0/20",
        description="IPv4 range of the VPC: private (RFC 1918), /16 to /24. Changing it later replaces the VPC. 10.0.0.0/20 by default.",
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
