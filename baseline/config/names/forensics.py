"""Key and role of the forensic account."""

from __future__ import annotations

from dataclasses import dataclass

from baseline.config.names.core import CoreNames


@dataclass(frozen=True, kw_only=True, slots=True)
class ForensicNames(CoreNames):
    """Key and role of the forensic account, which responders of all accounts name."""

    @property
    def forensic_key_alias(self) -> str:
        """Alias of the key of copied snapshots, in each governed Region."""
        return f"alias/{self.prefix}-forensics"

    @property
    def forensic_copy_role(self) -> str:
        """Role that copies shared snapshots into the forensic account."""
        return f"{self.prefix}-forensic-copies"
