"""Evidence of compliance (security account, home Region)."""

from __future__ import annotations

from dataclasses import dataclass

from baseline.config.names.core import CoreNames


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceNames(CoreNames):
    """Evidence of compliance (security account, home Region)."""

    @property
    def evidence(self) -> str:
        """Schedule and function of the collection; the name of its alarm begins with it."""
        return f"{self.prefix}-evidence"

    @property
    def evidence_role(self) -> str:
        """Role that reads what is collected."""
        return f"{self.prefix}-evidence-collector"
