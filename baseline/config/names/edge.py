"""Policies of Firewall Manager (security account, every governed Region)."""

from __future__ import annotations

from dataclasses import dataclass

from baseline.config.names.core import CoreNames


@dataclass(frozen=True, kw_only=True, slots=True)
class EdgeNames(CoreNames):
    """Policies of Firewall Manager (security account, every governed Region)."""

    def firewall_policy(self, purpose: str) -> str:
        """Name of a policy, which the web ACLs that it makes in members bear too."""
        return f"{self.prefix}-{purpose}"
