"""BackupRole: the role with which AWS Backup works in every account."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.controls.registry import implements
from baseline.workload.backup_protection import BACKUP, acknowledge_service_policies

POLICIES = (
    "service-role/AWSBackupServiceRolePolicyForBackup",
    "service-role/AWSBackupServiceRolePolicyForRestores",
    "AWSBackupServiceRolePolicyForS3Backup",
    "AWSBackupServiceRolePolicyForS3Restore",
)
"""Source: AWS Backup Developer Guide, "Managed policies for AWS Backup"."""


class BackupRole(Construct):
    """A role that AWS Backup of the same account alone assumes, named by the backup policy.

    Guardrails let it share snapshots, with which AWS Backup copies across accounts; in exchange
    nobody but the deployers may pass or change it.

    Args:
        scope: parent construct; once per account.
        id: construct ID.
        role_name: physical name, which the backup policy has.

    Attributes:
        role: the ``aws_iam.Role``.

    Source: AWS Backup Developer Guide, "IAM service roles" and "Cross-service confused deputy
    prevention".
    """

    def __init__(self, scope: Construct, id: str, *, role_name: str) -> None:
        super().__init__(scope, id)
        self.role = iam.Role(
            self,
            "Role",
            role_name=role_name,
            description="AWS Backup backs up, copies and restores with this role",
            assumed_by=iam.ServicePrincipal(
                BACKUP, conditions={"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}}
            ),
            managed_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name(name) for name in POLICIES
            ],
        )
        acknowledge_service_policies(self.role, POLICIES)
        implements(self, capability="organization-backups", controls=[])
