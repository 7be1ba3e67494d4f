"""Backups: vault and role of every account, and the vault of the copies."""

from __future__ import annotations

from dataclasses import dataclass

from baseline.config.names.core import CoreNames


@dataclass(frozen=True, kw_only=True, slots=True)
class BackupNames(CoreNames):
    """Backups: vault and role of every account, and the vault of the copies."""

    # Every account; the vault in every governed Region

    @property
    def backup_vault(self) -> str:
        """Vault that the organization's backup policy names."""
        return f"{self.prefix}-backups"

    @property
    def backup_role(self) -> str:
        """Role with which AWS Backup reads and restores."""
        return f"{self.prefix}-backup"

    @property
    def restore_test(self) -> str:
        """Restore testing plan, whose name has no hyphens."""
        return f"{self._underscored}_restore_test"

    @property
    def backup_framework(self) -> str:
        """Audit framework of AWS Backup, whose name has no hyphens."""
        return f"{self._underscored}_backups"

    # Central account

    @property
    def central_vault(self) -> str:
        """Vault of the copies of all accounts."""
        return f"{self.prefix}-central-backups"

    def central_vault_arn(self, account: str, region: str) -> str:
        """ARN of the vault of the copies; a backup policy writes ``$region`` for a copy's own Region."""
        return f"arn:{self.partition}:backup:{region}:{account}:backup-vault:{self.central_vault}"

    # Log archive account, home Region

    @property
    def backup_report_bucket(self) -> str:
        """Bucket of the reports of AWS Backup."""
        return self._bucket("backup-reports")

    def backup_report(self, template: str) -> str:
        """Report plan of a template, such as ``BACKUP_JOB_REPORT``."""
        return f"{self._underscored}_{template.lower()}"

    @property
    def _underscored(self) -> str:
        return self.prefix.replace("-", "_")
