"""The delivery of the baseline itself (shared services account, home Region)."""

from __future__ import annotations

from dataclasses import dataclass

from baseline.config.names.core import CoreNames


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryNames(CoreNames):
    """The delivery of the baseline itself (shared services account, home Region)."""

    @property
    def delivery(self) -> str:
        """Start of the names of pipelines and builds, which their roles' trust names."""
        return f"{self.prefix}-delivery"
