"""The audit framework of AWS Backup: what an account says about its own backups."""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_backup as backup
from constructs import Construct

from baseline.config.backups import BackupPolicy

FREQUENCY_DAYS = 1


def audit_framework(
    scope: Construct, *, name: str, settings: BackupPolicy, emergency: str
) -> backup.CfnFramework:
    """Create a framework that holds resources with the backup tag against the backup policy.

    Only what bears the tag is asked for a plan, a lock and a backup that is a day old at most; all
    backups are asked for encryption and retention, all vaults for a policy against deletion. AWS
    Backup evaluates with AWS Config, which bills its evaluations.

    Args:
        scope: gets ``Framework``.
        name: physical name: letters, digits and underscores.
        settings: tag and days of the backup policy.
        emergency: name of the role that may delete backups all the same.

    Source: AWS Backup Developer Guide, "AWS Backup Audit Manager controls and remediation", "Using
    AWS Backup Audit Manager with AWS CloudFormation".
    """
    days = str(settings.delete_after_days)
    tagged = {"Tags": [{"Key": settings.tag_key, "Value": settings.tag_values[0]}]}
    role = f"arn:{cdk.Aws.PARTITION}:iam::{cdk.Aws.ACCOUNT_ID}:role/{emergency}"
    return backup.CfnFramework(
        scope,
        "Framework",
        framework_name=name,
        framework_description="Holds tagged resources against the organization's backup policy",
        framework_controls=[
            _control("BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN", scope=tagged),
            _control("BACKUP_RESOURCES_PROTECTED_BY_BACKUP_VAULT_LOCK", scope=tagged),
            _control(
                "BACKUP_LAST_RECOVERY_POINT_CREATED",
                scope=tagged,
                recoveryPointAgeUnit="days",
                recoveryPointAgeValue=str(FREQUENCY_DAYS),
            ),
            _control("BACKUP_RECOVERY_POINT_ENCRYPTED"),
            _control("BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK", requiredRetentionDays=days),
            _control("BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED", principalArnList=role),
            _control(
                "BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK",
                requiredFrequencyUnit="days",
                requiredFrequencyValue=str(FREQUENCY_DAYS),
                requiredRetentionDays=days,
            ),
        ],
    )


def _control(
    name: str, *, scope: Mapping[str, object] | None = None, **parameters: str
) -> backup.CfnFramework.FrameworkControlProperty:
    types = backup.CfnFramework
    return types.FrameworkControlProperty(
        control_name=name,
        control_input_parameters=[
            types.ControlInputParameterProperty(parameter_name=key, parameter_value=value)
            for key, value in parameters.items()
        ]
        or None,
        control_scope=scope,
    )
