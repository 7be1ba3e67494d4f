"""Roles and instances of every account, and the roles that assume them."""

from __future__ import annotations

from dataclasses import dataclass

from baseline.config.names.core import CoreNames


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberNames(CoreNames):
    """Roles and instances of every account, and the roles that assume them."""

    # Roles in every account

    @property
    def responder_role(self) -> str:
        """Role that contains what is exposed in an account."""
        return f"{self.prefix}-responder"

    @property
    def audit_role(self) -> str:
        """Role that reads an account's security settings."""
        return f"{self.prefix}-audit"

    @property
    def settings_role(self) -> str:
        """Role that applies the account settings CloudFormation has no type for."""
        return f"{self.prefix}-settings"

    @property
    def config_role(self) -> str:
        """Role of the Config recorder."""
        return f"{self.prefix}-config-recorder"

    @property
    def event_forwarding_role(self) -> str:
        """Role that EventBridge uses to send events to the home bus."""
        return f"{self.prefix}-event-forwarding"

    # Instances and their sessions (every account; every governed Region where not said otherwise)

    @property
    def host_management_role(self) -> str:
        """Role that Systems Manager gives to instances without a profile of their own."""
        return f"{self.prefix}-host-management"

    @property
    def session_recording_policy(self) -> str:
        """Managed policy that an instance's role needs where sessions are recorded."""
        return f"{self.prefix}-session-recording"

    @property
    def session_key_alias(self) -> str:
        """Alias of the key of sessions and of their log group."""
        return f"alias/{self.prefix}-sessions"

    @property
    def session_log_group(self) -> str:
        """Log group that sessions are streamed to."""
        return f"{self.prefix}-sessions"

    @property
    def inventory(self) -> str:
        """Association that gathers the inventory, and the sync that brings it to the archive."""
        return f"{self.prefix}-inventory"

    @property
    def resource_view(self) -> str:
        """Resource Explorer's view of an account (home Region)."""
        return f"{self.prefix}-resources"

    @property
    def organization_view(self) -> str:
        """Resource Explorer's view of the organization (security account, home Region)."""
        return f"{self.prefix}-organization"

    # Roles in the security account that may assume the ones above

    @property
    def audit_reader_role(self) -> str:
        """Role that may assume the audit role of every account."""
        return f"{self.prefix}-audit-reader"

    @property
    def settings_reconciler_role(self) -> str:
        """Role that may assume the settings role of every account."""
        return f"{self.prefix}-settings-reconciler"
