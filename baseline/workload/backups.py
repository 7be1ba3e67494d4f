"""BackupVaultPlan: daily backups in a vault that nobody empties."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import get_args

import aws_cdk as cdk
from aws_cdk import aws_backup as backup
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.primitives.secure_key import SecureKey
from baseline.workload.backup_protection import (
    BACKUP,
    GRACE_DAYS,
    MAXIMUM_DAYS,
    Lock,
    acknowledge_service_policies,
    deny_losing,
    share_with_central_vault,
)

MINIMUM_DAYS = 7
VAULT = re.compile(r"arn:aws[a-z-]*:backup:[a-z0-9-]+:[0-9]{12}:backup-vault:[A-Za-z0-9_-]{2,50}")
POLICIES = ("AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForRestores")


class BackupVaultPlan(Construct):
    """A locked vault with a key of its own, and a daily plan for tagged resources.

    The vault's policy refuses everyone, but for the emergency role, what loses a backup, and lets
    only CloudFormation change the policy itself. ``lock="governance"``, the default, can be lifted by those with the right;
    ``lock="compliance"`` cannot be lifted by anybody, AWS included, once three days have passed.

    Args:
        scope: parent construct.
        id: construct ID.
        selection: tag key to value of the resources that are backed up; ``{"Backup": "daily"}``
            by default.
        keep_days: days that a backup is kept; 35 by default, at least 7.
        lock: ``governance`` by default, or ``compliance``.
        copy_to: ARN of a vault in another account or Region that gets a copy; none by default. Its
            policy has to admit this account; the key of this vault is shared with that account, and
            so has to be the key of each resource (:func:`share_with_central_vault`).
        emergency_role: name of the role that may lose backups all the same; ``OrgBreakGlass`` by
            default.

    Attributes:
        vault: the ``aws_backup.BackupVault``.
        plan: the ``aws_backup.BackupPlan``.
        key: the :class:`SecureKey` of the vault.
        role: with which AWS Backup reads and restores.

    Raises:
        BaselineError: for a retention out of its range, or a copy to what is no vault.

    Source: AWS Backup Developer Guide, "AWS Backup Vault Lock", "Creating backup copies across AWS
    accounts"; Security Hub Backup.1.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        selection: Mapping[str, str] | None = None,
        keep_days: int = 35,
        lock: Lock = "governance",
        copy_to: str | None = None,
        emergency_role: str = "OrgBreakGlass",
    ) -> None:
        super().__init__(scope, id)
        _check(keep_days, lock, copy_to)
        tags = dict(selection or {"Backup": "daily"})
        self.key = SecureKey(self, "Key", description=f"Backups of {self.node.path}")
        if copy_to is not None:
            self._share_key(copy_to)
        self.vault = self._create_vault(keep_days, lock, emergency_role)
        self.role = self._create_role()
        self.plan = self._create_plan(keep_days, copy_to)
        self._select(tags)
        implements(self, capability="backup-plan", controls=["Backup.1"])

    def _create_vault(self, keep_days: int, lock: Lock, emergency_role: str) -> backup.BackupVault:
        stack = cdk.Stack.of(self)
        roles = f"arn:{stack.partition}:iam::{stack.account}:role"
        emergency, deployers = f"{roles}/{emergency_role}", f"{roles}/cdk-*-cfn-exec-role-*"
        return backup.BackupVault(
            self,
            "Vault",
            encryption_key=self.key.key,
            lock_configuration=backup.LockConfiguration(
                min_retention=cdk.Duration.days(keep_days),
                max_retention=cdk.Duration.days(MAXIMUM_DAYS),
                changeable_for=cdk.Duration.days(GRACE_DAYS) if lock == "compliance" else None,
            ),
            access_policy=iam.PolicyDocument(
                statements=deny_losing(emergency=emergency, deployers=[deployers])
            ),
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )

    def _share_key(self, copy_to: str) -> None:
        if cdk.Token.is_unresolved(copy_to):
            return
        account = _account_of(copy_to)
        if account != cdk.Stack.of(self).account:
            share_with_central_vault(self.key, account=account)

    def _create_role(self) -> iam.Role:
        stack = cdk.Stack.of(self)
        role = iam.Role(
            self,
            "Role",
            description=f"Backs up and restores for {self.node.path}",
            assumed_by=iam.ServicePrincipal(
                BACKUP,
                conditions={"StringEquals": {"aws:SourceAccount": stack.account}},
            ),
            managed_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name(f"service-role/{name}")
                for name in POLICIES
            ],
        )
        acknowledge_service_policies(role, [f"service-role/{name}" for name in POLICIES])
        return role

    def _create_plan(self, keep_days: int, copy_to: str | None) -> backup.BackupPlan:
        copies = []
        if copy_to is not None:
            copies.append(
                backup.BackupPlanCopyActionProps(
                    destination_backup_vault=backup.BackupVault.from_backup_vault_arn(
                        self, "CopyTo", copy_to
                    ),
                    delete_after=cdk.Duration.days(keep_days),
                )
            )
        return backup.BackupPlan(
            self,
            "Plan",
            backup_vault=self.vault,
            backup_plan_rules=[
                backup.BackupPlanRule(
                    rule_name="Daily",
                    schedule_expression=events.Schedule.cron(hour="3", minute="0"),
                    start_window=cdk.Duration.hours(1),
                    completion_window=cdk.Duration.hours(12),
                    delete_after=cdk.Duration.days(keep_days),
                    copy_actions=copies,
                )
            ],
        )

    def _select(self, tags: Mapping[str, str]) -> None:
        self.plan.add_selection(
            "Selection",
            resources=[
                backup.BackupResource.from_tag(key, value) for key, value in sorted(tags.items())
            ],
            role=self.role.without_policy_updates(),
        )


def _account_of(vault_arn: str) -> str:
    # arn:partition:backup:region:account:backup-vault:name
    return vault_arn.split(":")[4]


def _check(keep_days: int, lock: str, copy_to: str | None) -> None:
    if not MINIMUM_DAYS <= keep_days <= MAXIMUM_DAYS:
        raise BaselineError(
            f"keep_days must be between {MINIMUM_DAYS} and {MAXIMUM_DAYS} days, got {keep_days}"
        )
    if lock not in get_args(Lock):
        raise BaselineError(f"lock is {lock!r}; it is one of {', '.join(get_args(Lock))}")
    if copy_to is not None and not (cdk.Token.is_unresolved(copy_to) or VAULT.fullmatch(copy_to)):
        raise BaselineError(
            f"copy_to is {copy_to!r}; give the ARN of a backup vault, such as "
            "'arn:aws:backup:eu-west-1:222222222222:backup-vault:copies'"
        )
