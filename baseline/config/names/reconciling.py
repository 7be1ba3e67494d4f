"""Settings, access keys, root credentials and memberships that the security account keeps (home Region)."""

from __future__ import annotations

from dataclasses import dataclass

from baseline.config.names.core import CoreNames


@dataclass(frozen=True, kw_only=True, slots=True)
class ReconcilingNames(CoreNames):
    """Settings, access keys, root credentials and memberships that the security account keeps (home Region)."""

    # Account settings (security account, home Region)

    @property
    def settings_machine(self) -> str:
        """State machine that keeps the account settings; its alarms' names begin with it."""
        return f"{self.prefix}-account-settings"

    @property
    def settings_machine_arn(self) -> str:
        """ARN of that state machine, for whoever starts it by hand."""
        return (
            f"arn:{self.partition}:states:{self.home_region}:{self.security}"
            f":stateMachine:{self.settings_machine}"
        )

    # Access keys and root credentials (security account, home Region)

    @property
    def access_key_sweep(self) -> str:
        """State machine that rotates access keys."""
        return f"{self.prefix}-access-keys"

    @property
    def credential_rotator_role(self) -> str:
        """Role that may assume the credentials role of every account."""
        return f"{self.prefix}-credential-rotator"

    @property
    def credentials_role(self) -> str:
        """Role in every account that handles the credentials of IAM users."""
        return f"{self.prefix}-credentials"

    @property
    def access_key_secrets(self) -> str:
        """Start of the names of the secrets that hold successors of access keys."""
        return f"{self.prefix}-access-key/"

    @property
    def root_sweep(self) -> str:
        """State machine that looks for root credentials."""
        return f"{self.prefix}-root-credentials"

    @property
    def root_removal(self) -> str:
        """State machine that removes approved root credentials."""
        return f"{self.prefix}-root-removal"

    @property
    def root_approval_policy(self) -> str:
        """Policy of those who start and approve the removal of root credentials."""
        return f"{self.prefix}-root-approval"

    # Services that the security account administers (security account, home Region)

    @property
    def macie_bucket(self) -> str:
        """Bucket of Macie's discovery results, in the log archive account."""
        return self._bucket("macie")

    @property
    def membership_sweep(self) -> str:
        """State machine that makes every account a member of Macie and Detective."""
        return f"{self.prefix}-detection-members"

    @property
    def membership_role(self) -> str:
        """Role of its function, which administers both services."""
        return f"{self.prefix}-detection-administrator"

    @property
    def trusted_advisor_sweep(self) -> str:
        """State machine that reads Trusted Advisor in every account."""
        return f"{self.prefix}-trusted-advisor-checks"

    @property
    def trusted_advisor_reader_role(self) -> str:
        """Role of its function, which may assume the role below."""
        return f"{self.prefix}-trusted-advisor-reader"

    @property
    def trusted_advisor_role(self) -> str:
        """Role in every account that reads and refreshes the checks."""
        return f"{self.prefix}-trusted-advisor"
