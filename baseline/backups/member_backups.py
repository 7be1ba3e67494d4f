"""MemberBackups: what the organization's backup policy needs in every account and Region."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_backup as backup
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from baseline.backups.audit_framework import audit_framework
from baseline.config import Names
from baseline.config.backups import BackupPolicy
from baseline.controls.registry import implements
from baseline.guardrails.roles import QUALIFIER, STACK_SETS
from baseline.workload.backup_protection import (
    GRACE_DAYS,
    MAXIMUM_DAYS,
    deny_losing,
    let_account_copy,
)
from baseline.workload.restore_test import create_restore_test

ROTATION_DAYS = 365
PENDING_WINDOW_DAYS = 30


class MemberBackups(Construct):
    """A locked vault with a key of its own, which the backup policy names.

    The vault's policy refuses everyone, but for the emergency role, what loses a backup; only the
    StackSets' and the CDK's roles change the policy. By choice the account restores its newest
    backups every Sunday, and an audit framework says what is not backed up. The template knows no
    account and no Region: a condition keeps the role to the home Region.

    Args:
        scope: parent construct; once per account and governed Region.
        id: construct ID.
        names: names of the baseline.
        settings: lock, days, tests and audit.
        break_glass_role: name of the emergency role.

    Attributes:
        key: the ``CfnKey`` of the vault.
        vault: the ``CfnBackupVault``.

    Source: AWS Organizations User Guide, "Best practices for using backup policies"; AWS Backup
    Developer Guide, "AWS Backup Vault Lock".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        settings: BackupPolicy,
        break_glass_role: str,
    ) -> None:
        super().__init__(scope, id)
        self._names, self._settings = names, settings
        self.key = self._create_key()
        self.vault = self._create_vault(break_glass_role)
        if settings.restore_test:
            create_restore_test(
                self,
                name=names.restore_test,
                vault_arn=self.vault.attr_backup_vault_arn,
                role_arn=_own(f"role/{names.backup_role}"),
                resource_types={kind: {} for kind in settings.restore_test},
            )
        if settings.audit:
            audit_framework(
                self, name=names.backup_framework, settings=settings, emergency=break_glass_role
            )
        implements(self, capability="organization-backups", controls=["Backup.1", "KMS.4"])

    def _create_key(self) -> kms.CfnKey:
        central = self._settings.central
        statements = [
            iam.PolicyStatement(
                sid="Account",
                principals=[iam.ArnPrincipal(_own("root"))],
                actions=["kms:*"],
                resources=["*"],
            )
        ]
        if central is not None:
            account = central.account or self._names.log_archive
            statements += let_account_copy(cdk.Aws.PARTITION, account)
        # The L2 key writes the account out where the stack has one, which would make another
        # template for the management account.
        key = kms.CfnKey(
            self,
            "Key",
            description="Encrypts the backups of this account and Region",
            enable_key_rotation=True,
            rotation_period_in_days=ROTATION_DAYS,
            pending_window_in_days=PENDING_WINDOW_DAYS,
            key_policy=iam.PolicyDocument(statements=statements),
        )
        # Without it no backup could be restored.
        key.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        return key

    def _create_vault(self, break_glass_role: str) -> backup.CfnBackupVault:
        settings = self._settings
        types = backup.CfnBackupVault
        vault = types(
            self,
            "Vault",
            backup_vault_name=self._names.backup_vault,
            encryption_key_arn=self.key.attr_arn,
            lock_configuration=types.LockConfigurationTypeProperty(
                min_retention_days=settings.delete_after_days,
                max_retention_days=MAXIMUM_DAYS,
                changeable_for_days=GRACE_DAYS if settings.lock == "compliance" else None,
            ),
            access_policy=iam.PolicyDocument(
                statements=deny_losing(
                    emergency=_own(f"role/{break_glass_role}"),
                    deployers=[
                        _own(f"role/{STACK_SETS}*"),
                        _own(f"role/cdk-{QUALIFIER}-cfn-exec-role-*"),
                    ],
                )
            ),
        )
        vault.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        return vault


def _own(resource: str) -> str:
    return f"arn:{cdk.Aws.PARTITION}:iam::{cdk.Aws.ACCOUNT_ID}:{resource}"
