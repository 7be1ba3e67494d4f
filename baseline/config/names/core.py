"""What all names follow from: prefix, organization, accounts and home Region."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class CoreNames:
    """The accounts and what names begin with."""

    prefix: str
    home_region: str
    organization_id: str
    management: str
    log_archive: str
    security: str
    network: str
    shared_services: str

    @property
    def partition(self) -> str:
        """The AWS partition: the commercial one."""
        return "aws"

    @property
    def core_accounts(self) -> tuple[str, ...]:
        """IDs of the accounts that carry the baseline, whose keys are all the baseline's."""
        return (
            self.management,
            self.log_archive,
            self.security,
            self.network,
            self.shared_services,
        )

    def _bucket(self, purpose: str, region: str | None = None) -> str:
        return f"{self.prefix}-{purpose}-{self.log_archive}-{region or self.home_region}"

    def _key_arn(self, alias: str) -> str:
        return f"arn:{self.partition}:kms:{self.home_region}:{self.log_archive}:{alias}"
