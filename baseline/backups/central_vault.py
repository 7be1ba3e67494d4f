"""CentralVault: copies of all accounts' backups, out of reach of their owners."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_backup as backup
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.config import Names
from baseline.config.backups import CentralCopies
from baseline.controls.registry import implements
from baseline.guardrails.roles import QUALIFIER
from baseline.primitives.secure_key import SecureKey
from baseline.workload.air_gapped_vault import AirGappedVault
from baseline.workload.backup_protection import (
    GRACE_DAYS,
    MAXIMUM_DAYS,
    deny_losing,
    let_organization_copy,
)


class CentralVault(Construct):
    """A vault that every account of the organization copies into and none but its own opens.

    ``locked`` has a key of its own and a lock; ``air-gapped`` is a logically air-gapped vault,
    whose lock holds against everybody. Only what the organization owns comes in; losing a copy is
    denied to everyone but the emergency role.

    Args:
        scope: parent construct, a stack in the central account and a Region of copies.
        id: construct ID.
        names: names of the baseline.
        settings: kind of vault, lock, days.
        break_glass_role: name of the emergency role.

    Attributes:
        key: the :class:`SecureKey` of a locked vault, None for an air-gapped one.
        arn: ARN of the vault.

    Source: AWS Backup Developer Guide, "Creating backup copies across AWS accounts", "Logically
    air-gapped vault".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        settings: CentralCopies,
        break_glass_role: str,
    ) -> None:
        super().__init__(scope, id)
        self.key: SecureKey | None = None
        if settings.vault == "air-gapped":
            gapped = AirGappedVault(
                self,
                "AirGapped",
                name=names.central_vault,
                organization_id=names.organization_id,
                keep_days=settings.delete_after_days,
                approval_team=settings.approval_team,
            )
            self.arn = gapped.vault.attr_backup_vault_arn
        else:
            self.key = SecureKey(self, "Key", description="Copies of the organization's backups")
            self.arn = self._create_vault(
                self.key, names, settings, break_glass_role
            ).attr_backup_vault_arn
        implements(self, capability="central-backups", controls=["Backup.1"])

    def _create_vault(
        self, key: SecureKey, names: Names, settings: CentralCopies, break_glass_role: str
    ) -> backup.CfnBackupVault:
        stack = cdk.Stack.of(self)
        roles = f"arn:{stack.partition}:iam::{stack.account}:role"
        types = backup.CfnBackupVault
        vault = types(
            self,
            "Vault",
            backup_vault_name=names.central_vault,
            encryption_key_arn=key.key.key_arn,
            lock_configuration=types.LockConfigurationTypeProperty(
                min_retention_days=settings.delete_after_days,
                max_retention_days=MAXIMUM_DAYS,
                changeable_for_days=GRACE_DAYS if settings.lock == "compliance" else None,
            ),
            access_policy=iam.PolicyDocument(
                statements=[
                    let_organization_copy(names.organization_id),
                    *deny_losing(
                        emergency=f"{roles}/{break_glass_role}",
                        deployers=[f"{roles}/cdk-{QUALIFIER}-cfn-exec-role-*"],
                    ),
                ]
            ),
        )
        vault.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        return vault
