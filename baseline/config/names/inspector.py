"""Bills of materials that Inspector exports (log archive and security accounts)."""

from __future__ import annotations

from dataclasses import dataclass

from baseline.config.names.core import CoreNames


@dataclass(frozen=True, kw_only=True, slots=True)
class InspectorNames(CoreNames):
    """Bills of materials that Inspector exports (log archive and security accounts)."""

    def sbom_bucket(self, region: str) -> str:
        """Bucket of the bills of materials of a Region, in the log archive account."""
        # Begins like the bucket of access logs, so that the guardrails know it.
        return f"{self._bucket('access-logs', region)}-sbom"

    @property
    def sbom_key_alias(self) -> str:
        """Alias of the key of that bucket, the same in every governed Region."""
        return f"alias/{self.prefix}-sbom"

    def sbom_key_alias_arn(self, region: str) -> str:
        """ARN of that alias in a Region."""
        return f"arn:{self.partition}:kms:{region}:{self.log_archive}:{self.sbom_key_alias}"

    @property
    def sbom_export(self) -> str:
        """State machine that exports them (security account); its alarm's name begins with it."""
        return f"{self.prefix}-sbom-export"

    @property
    def sbom_exporter_role(self) -> str:
        """Role of its function, which the keys of the log archive let look them up."""
        return f"{self.prefix}-sbom-exporter"
