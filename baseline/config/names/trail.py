"""Organization trail (management account, home Region)."""

from __future__ import annotations

from dataclasses import dataclass

from baseline.config.names.core import CoreNames


@dataclass(frozen=True, kw_only=True, slots=True)
class TrailNames(CoreNames):
    """Organization trail (management account, home Region)."""

    @property
    def trail(self) -> str:
        """Name of the organization trail, and another of the trail of an account alone.

        An organization that the account joins shows its own trail there.
        """
        return f"{self.prefix}-trail" if self.standalone else f"{self.prefix}-org-trail"

    @property
    def trail_arn(self) -> str:
        """ARN of the organization trail, which key and bucket policies name before it exists."""
        return f"arn:{self.partition}:cloudtrail:{self.home_region}:{self.management}:trail/{self.trail}"

    @property
    def trail_log_group(self) -> str:
        """Name of the log group that the trail writes to."""
        return f"{self.prefix}-cloudtrail"
