"""People, their roles and those of deployers."""

from __future__ import annotations

from dataclasses import dataclass

from baseline.config.names.core import CoreNames


@dataclass(frozen=True, kw_only=True, slots=True)
class PeopleNames(CoreNames):
    """People, their roles and those of deployers."""

    @property
    def boundary(self) -> str:
        """Permissions boundary of every account, a managed policy.

        That of an account alone has another name: roles bear it still when an organization brings its own.
        """
        return f"{self.prefix}-account-boundary" if self.standalone else f"{self.prefix}-boundary"

    @property
    def break_glass_group(self) -> str:
        """Group of the break-glass users in the management account."""
        return f"{self.prefix}-break-glass"

    @property
    def mfa_group(self) -> str:
        """Group for IAM users that still exist, in every account."""
        return f"{self.prefix}-second-factor"

    def deploy_role(self, name: str) -> str:
        """Role of a pipeline."""
        return f"{self.prefix}-deploy-{name}"

    @property
    def identity_assignments(self) -> str:
        """State machine that keeps the assignments of units (account of Identity Center)."""
        return f"{self.prefix}-identity-assignments"

    @property
    def identity_parameters(self) -> str:
        """Path of the parameters that hold the assignments of units."""
        return f"/{self.prefix}/identity-center/assignments"
