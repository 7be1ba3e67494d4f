"""What all names follow from: prefix, organization, accounts and home Region."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class CoreNames:
    """The accounts and what names begin with.

    A standalone account is all of them, and stands for its organization: ``organization_id`` is its
    ID, the widest circle there is. `baseline/primitives/circle.py` makes conditions of either.
    """

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
    def standalone(self) -> bool:
        """Whether there is one account and no organization."""
        return self.organization_id == self.management

    @property
    def core_accounts(self) -> tuple[str, ...]:
        """IDs of the accounts that carry the baseline, whose keys are all the baseline's."""
        accounts = (
            self.management,
            self.log_archive,
            self.security,
            self.network,
            self.shared_services,
        )
        return tuple(dict.fromkeys(accounts))

    def _bucket(self, purpose: str, region: str | None = None) -> str:
        return f"{self.prefix}-{purpose}-{self.log_archive}-{region or self.home_region}"

    def _key_arn(self, alias: str) -> str:
        return f"arn:{self.partition}:kms:{self.home_region}:{self.log_archive}:{alias}"
