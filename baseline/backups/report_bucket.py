"""BackupReportBucket: the bucket of the daily reports of AWS Backup."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.audit.log_bucket import Archive, LogBucket
from baseline.config import Names
from baseline.controls.registry import implements

REPORTS_ROLE = "aws-service-role/reports.backup.amazonaws.com/AWSServiceRoleForBackupReports"
PREFIX = "Backup"
"""Start of the object keys. Source: AWS Backup Developer Guide, "Creating report plans using the AWS
Backup console"."""


class BackupReportBucket(LogBucket):
    """A bucket that AWS Backup of the same account writes reports to, and auditors read.

    AWS Backup delivers to a bucket of the account of the report plan only. Its role is named by a
    condition: a policy that names a missing role as its principal is refused, and AWS Backup makes
    the role with the first report plan.

    Args:
        scope: parent construct.
        id: construct ID.
        archive: what the buckets of the archive share.
        access_logs: bucket that records access to this one.

    Source: AWS Backup Developer Guide, "Creating report plans using the AWS Backup console".
    """

    def __init__(
        self, scope: Construct, id: str, *, archive: Archive, access_logs: s3.IBucket
    ) -> None:
        names = archive.names
        super().__init__(
            scope,
            id,
            archive=archive,
            bucket_name=names.backup_report_bucket,
            content="reports of AWS Backup",
            access_logs=access_logs,
        )
        self.bucket.add_to_resource_policy(
            iam.PolicyStatement(
                sid="BackupReports",
                principals=[iam.AnyPrincipal()],
                actions=["s3:PutObject"],
                resources=[self.bucket.arn_for_objects(f"{PREFIX}/*")],
                conditions=_reports_role(names, {"s3:x-amz-acl": "bucket-owner-full-control"}),
            )
        )
        via = f"s3.{cdk.Stack.of(self).region}.amazonaws.com"
        self.key.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="BackupReportsEncrypt",
                principals=[iam.AnyPrincipal()],
                actions=["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
                resources=["*"],
                conditions=_reports_role(names, {"kms:ViaService": via}),
            )
        )
        implements(self, capability="backup-reports", controls=["S3.9", "S3.17", "KMS.4"])


def _reports_role(names: Names, more: dict[str, str]) -> dict[str, dict[str, str]]:
    role = f"arn:{names.partition}:iam::{names.log_archive}:role/{REPORTS_ROLE}"
    return {
        "StringEquals": {"aws:PrincipalOrgID": names.organization_id, **more},
        "ArnEquals": {"aws:PrincipalArn": role},
    }
