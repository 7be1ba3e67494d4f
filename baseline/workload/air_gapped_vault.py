"""AirGappedVault: copies of backups that nobody deletes, and that another account can restore."""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_backup as backup
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.primitives.secure_key import SecureKey
from baseline.workload.backup_protection import MAXIMUM_DAYS, let_organization_copy
from baseline.workload.outsiders import check_organization

MINIMUM_DAYS = 7
"""Source: AWS Backup API Reference, "CreateLogicallyAirGappedBackupVault"."""


class AirGappedVault(Construct):
    """A logically air-gapped vault: locked in compliance mode from its first minute.

    What is in it stays for its retention; no policy, no role and no support case of AWS shortens
    that, and the retention itself can never be changed: another one takes another vault. Accounts
    of the organization may copy into it. With an approval team the backups can be restored even
    when the vault's own account is lost: the team approves, from outside of the account.

    Args:
        scope: parent construct, in the account that keeps the copies.
        id: construct ID.
        name: physical name of the vault, which copies name.
        organization_id: the organization whose accounts copy into it.
        keep_days: days that copies are kept at least; 35 by default, 7 to 36,500. It cannot be
            changed later.
        longest_days: days that a copy may be kept at most; 36,500 by default. It cannot be changed
            later.
        approval_team: ARN of the team of Multi-party approval; none by default.
        key: True for a key of ours, which is shared with nobody and without which nobody restores;
            by default a key that AWS owns and nobody can delete.

    Attributes:
        vault: the ``CfnLogicallyAirGappedBackupVault``.
        key: its :class:`SecureKey`, or None.

    Raises:
        BaselineError: for a retention out of its range.

    Source: AWS Backup Developer Guide, "Logically air-gapped vault", "Multi-party approval for
    logically air-gapped vaults".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        organization_id: str,
        keep_days: int = 35,
        longest_days: int = MAXIMUM_DAYS,
        approval_team: str | None = None,
        key: bool = False,
    ) -> None:
        super().__init__(scope, id)
        check_organization(organization_id)
        _check(keep_days, longest_days)
        self.key = SecureKey(self, "Key", description=f"Air-gapped vault {name}") if key else None
        self.vault = backup.CfnLogicallyAirGappedBackupVault(
            self,
            "Vault",
            backup_vault_name=name,
            min_retention_days=keep_days,
            max_retention_days=longest_days,
            access_policy=iam.PolicyDocument(statements=[let_organization_copy(organization_id)]),
            encryption_key_arn=self.key.key.key_arn if self.key else None,
            mpa_approval_team_arn=approval_team,
        )
        self.vault.apply_removal_policy(RemovalPolicy.RETAIN)
        implements(self, capability="air-gapped-vault", controls=["Backup.1"])


def _check(keep_days: int, longest_days: int) -> None:
    if not MINIMUM_DAYS <= keep_days <= MAXIMUM_DAYS:
        raise BaselineError(
            f"keep_days must be between {MINIMUM_DAYS} and {MAXIMUM_DAYS} days, got {keep_days}"
        )
    if not keep_days <= longest_days <= MAXIMUM_DAYS:
        raise BaselineError(
            f"longest_days must be between keep_days, {keep_days}, and {MAXIMUM_DAYS} days, got "
            f"{longest_days}"
        )
