"""BackupReports: a file a day about every backup, copy, restore and audit of the organization."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_backup as backup
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.audit.log_bucket import Archive
from baseline.backups.report_bucket import BackupReportBucket

JOBS = ("BACKUP_JOB_REPORT", "COPY_JOB_REPORT", "RESTORE_JOB_REPORT")
COMPLIANCE = ("CONTROL_COMPLIANCE_REPORT", "RESOURCE_COMPLIANCE_REPORT")
EVERY_ACCOUNT = "ROOT"


class BackupReports(Construct):
    """Report plans over all accounts and governed Regions, and the bucket that they fill.

    The account is the delegated administrator of AWS Backup, which alone, beside the management
    account, may report on others. Jobs say what was done, compliance what the audit frameworks of
    the accounts say.

    Args:
        scope: parent construct, a stack in the log archive account and home Region.
        id: construct ID.
        archive: what the buckets of the archive share.
        access_logs: bucket that records access to the reports.
        regions: governed Regions.

    Attributes:
        bucket: the :class:`BackupReportBucket`.
        plans: template to its ``CfnReportPlan``.

    Source: AWS Backup Developer Guide, "Working with audit reports", "Creating report plans using
    the AWS Backup API".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        archive: Archive,
        access_logs: s3.IBucket,
        regions: Sequence[str],
    ) -> None:
        super().__init__(scope, id)
        self.bucket = BackupReportBucket(self, "Bucket", archive=archive, access_logs=access_logs)
        self.plans = {
            template: self._create_plan(archive, template, list(regions))
            for template in (*JOBS, *COMPLIANCE)
        }

    def _create_plan(
        self, archive: Archive, template: str, regions: list[str]
    ) -> backup.CfnReportPlan:
        words = template.split("_")
        plan = backup.CfnReportPlan(
            self,
            "".join(word.title() for word in words),
            report_plan_name=archive.names.backup_report(template),
            report_plan_description=f"{' '.join(words).capitalize()} of the organization",
            report_delivery_channel={
                "S3BucketName": self.bucket.bucket.bucket_name,
                "Formats": ["CSV"],
            },
            report_setting={
                "ReportTemplate": template,
                "Accounts": [EVERY_ACCOUNT],
                "Regions": regions,
            },
        )
        plan.node.add_dependency(self.bucket)
        return plan
