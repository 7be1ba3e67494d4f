"""Networks (network account, home Region)."""

from __future__ import annotations

from dataclasses import dataclass

from baseline.config.names.core import CoreNames


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkNames(CoreNames):
    """Networks (network account, home Region)."""

    @property
    def organization_arn(self) -> str:
        """ARN of the organization, which resources are shared with."""
        return (
            f"arn:{self.partition}:organizations::{self.management}"
            f":organization/{self.organization_id}"
        )

    @property
    def transit_gateway(self) -> str:
        """Name of the share of the transit gateway."""
        return f"{self.prefix}-transit-gateway"

    @property
    def inspection(self) -> str:
        """Name of the network firewall, and start of the names of its policy and rule groups."""
        return f"{self.prefix}-inspection"
