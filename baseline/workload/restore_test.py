"""RestoreTest: backups are restored every week, because an untested backup is a hope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from aws_cdk import aws_backup as backup
from constructs import Construct

from baseline.errors import BaselineError
from baseline.workload.backups import BackupVaultPlan

ResourceType = Literal[
    "Aurora", "DocumentDB", "DynamoDB", "EBS", "EC2", "EFS", "FSx", "Neptune", "RDS", "S3"
]
"""Source: AWS Backup Developer Guide, "Restore testing"."""

SUNDAY = "cron(0 5 ? * SUN *)"
CLEAN_UP_HOURS = 4
WINDOW_DAYS = 7


class RestoreTest(Construct):
    """Restores the newest backup of every kind named, each Sunday, and deletes what it restored.

    The restored copies cost what the originals cost, for some hours. Results stand in AWS Backup
    and leave as EventBridge events (``Restore Job State Change``).

    Args:
        scope: parent construct.
        id: construct ID.
        backups: whose vault is tested, with its role.
        name: physical name of the plan: letters, digits and underscores.
        resource_types: kind of resource to what a restore of it needs besides the defaults, such
            as ``{"DynamoDB": {}, "RDS": {"dbsubnetgroupname": "..."}}``; AWS Backup documents the
            keys as restore metadata.

    Attributes:
        plan: the ``CfnRestoreTestingPlan``.

    Raises:
        BaselineError: for an unknown kind of resource, none, or a name out of its form.

    Source: AWS Backup Developer Guide, "Restore testing".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        backups: BackupVaultPlan,
        name: str,
        resource_types: Mapping[ResourceType, Mapping[str, str]],
    ) -> None:
        super().__init__(scope, id)
        _check(name, resource_types)
        self.plan = create_restore_test(
            self,
            name=name,
            vault_arn=backups.vault.backup_vault_arn,
            role_arn=backups.role.role_arn,
            resource_types=resource_types,
        )


def create_restore_test(
    scope: Construct,
    *,
    name: str,
    vault_arn: str,
    role_arn: str,
    resource_types: Mapping[ResourceType, Mapping[str, str]],
) -> backup.CfnRestoreTestingPlan:
    """Create a plan and a selection of each kind of resource.

    Args:
        scope: gets ``Plan`` and a selection per kind.
        name: physical name of the plan.
        vault_arn: vault whose newest backups are restored.
        role_arn: role that restores.
        resource_types: kind of resource to what a restore of it needs besides the defaults.
    """
    types = backup.CfnRestoreTestingPlan
    plan = types(
        scope,
        "Plan",
        restore_testing_plan_name=name,
        schedule_expression=SUNDAY,
        recovery_point_selection=types.RestoreTestingRecoveryPointSelectionProperty(
            algorithm="LATEST_WITHIN_WINDOW",
            include_vaults=[vault_arn],
            recovery_point_types=["SNAPSHOT"],
            selection_window_days=WINDOW_DAYS,
        ),
    )
    for kind, metadata in sorted(resource_types.items()):
        backup.CfnRestoreTestingSelection(
            scope,
            f"{kind}Selection",
            restore_testing_plan_name=plan.ref,
            restore_testing_selection_name=f"{name}_{kind}",
            protected_resource_type=kind,
            protected_resource_arns=["*"],
            iam_role_arn=role_arn,
            restore_metadata_overrides=dict(metadata) or None,
            validation_window_hours=CLEAN_UP_HOURS,
        )
    return plan


def _check(name: str, kinds: Mapping[ResourceType, Mapping[str, str]]) -> None:
    if not name.replace("_", "").isalnum():
        raise BaselineError(f"name is {name!r}; a plan's name has letters, digits and underscores")
    if not kinds:
        raise BaselineError(
            "resource_types is empty; name what is restored, such as {'DynamoDB': {}}"
        )
    unknown = sorted(set(kinds) - set(get_args(ResourceType)))
    if unknown:
        raise BaselineError(
            f"resource_types holds {', '.join(unknown)}; AWS Backup tests "
            f"{', '.join(get_args(ResourceType))}"
        )
