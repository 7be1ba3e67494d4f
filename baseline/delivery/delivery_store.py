"""FindingStore and DeliveryStore: where a delivery keeps findings, artifacts and logs."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.primitives.secure_bucket import Lifecycle, ObjectLock, SecureBucket
from baseline.primitives.secure_key import SecureKey

ARTIFACT_DAYS = 90
LOG_DAYS = 365
REPORT_DAYS = 730
LOCK_DAYS = 365
FIELD = "securityhub:ASFFSyntaxPath"
UNTOUCHED = ("Confidence", "Criticality", "Severity.Label", "VerificationState")
"""Fields of findings that an import does not change."""
SCANS = "scans"
"""Prefix of the scan reports in the bucket of findings."""
ENCRYPTING = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey")


class FindingStore(Construct):
    """An encrypted bucket of scan reports that nobody deletes for a year.

    Object Lock in governance mode holds against the delivery itself, too. Bucket and key are kept
    when the stack goes.

    Args:
        scope: parent construct.
        id: construct ID.

    Attributes:
        key: the :class:`SecureKey`.
        findings: bucket of scan reports, for two years.
        access_logs: bucket of the access logs of the others.

    Source: Amazon S3 User Guide, "Locking objects with Object Lock".
    """

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        self.key = SecureKey(self, "Key", description=f"Artifacts and logs of {scope.node.path}")
        self.access_logs = SecureBucket(
            self,
            "AccessLogs",
            access_log_target=True,
            lifecycle=Lifecycle(glacier_after_days=None, expire_after_days=LOG_DAYS),
        ).bucket
        self.findings = self._bucket(
            "Findings", REPORT_DAYS, ObjectLock(mode="GOVERNANCE", days=LOCK_DAYS)
        )

    def import_findings(self) -> list[iam.PolicyStatement]:
        """Give what tells Security Hub of findings and keeps their reports, and reads none.

        Findings come in as those of the account's own product. Their workflow is set, too: accepted
        ones are suppressed, those that are gone are resolved; other fields are not changed.

        Source: AWS Security Hub User Guide, "BatchImportFindings for findings providers",
        "BatchUpdateFindings for customers" (restricting access to fields).
        """
        stack = cdk.Stack.of(self)
        product = stack.format_arn(
            service="securityhub", resource="product", resource_name=f"{stack.account}/default"
        )
        hub = stack.format_arn(service="securityhub", resource="hub", resource_name="default")
        return [
            iam.PolicyStatement(
                sid="ImportFindings",
                actions=["securityhub:BatchImportFindings"],
                resources=[product],
            ),
            iam.PolicyStatement(
                sid="KnowFindings", actions=["securityhub:GetFindings"], resources=[hub]
            ),
            iam.PolicyStatement(
                sid="CloseFindings",
                actions=["securityhub:BatchUpdateFindings"],
                resources=[hub],
                conditions={"Null": {f"{FIELD}/{field}": "true" for field in UNTOUCHED}},
            ),
            iam.PolicyStatement(
                sid="KeepReports",
                actions=["s3:PutObject"],
                resources=[self.findings.arn_for_objects(f"{SCANS}/*")],
            ),
        ]

    def import_reasons(self) -> dict[str, str]:
        """Give the reasons for the wildcards of :meth:`import_findings`."""
        return {
            f"AwsSolutions-IAM5[Resource::<{logical_id(self.findings)}.Arn>/{SCANS}/*]": (
                "reports are named by run and scan; the role adds them and Object Lock keeps them"
            )
        }

    def encrypt(self) -> iam.PolicyStatement:
        """Give the use of the key."""
        return iam.PolicyStatement(
            sid="Encrypt", actions=list(ENCRYPTING), resources=[self.key.key.key_arn]
        )

    def _bucket(self, id: str, days: int, lock: ObjectLock | None = None) -> s3.Bucket:
        return SecureBucket(
            self,
            id,
            key=self.key.key,
            access_logs=self.access_logs,
            access_log_prefix=f"{id.lower()}/",
            object_lock=lock,
            lifecycle=Lifecycle(glacier_after_days=None, expire_after_days=days),
        ).bucket


class DeliveryStore(FindingStore):
    """Encrypted buckets and logs of a pipeline, with one key.

    What unmerged changes write and what is released lie in buckets of their own: a build of a
    change cannot touch a release. All of it is kept when the stack goes.

    Args:
        scope: parent construct.
        id: construct ID.

    Attributes:
        releases: bucket of artifacts that may be deployed, for 90 days.
        changes: bucket of artifacts of unmerged changes, for 90 days.
        log_group: log group of the builds, for a year.

    Source: AWS CodePipeline User Guide, "Configure server-side encryption for artifacts stored in
    Amazon S3 for CodePipeline".
    """

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        self.key.allow_log_groups()
        self.releases = self._bucket("Releases", ARTIFACT_DAYS)
        self.changes = self._bucket("Changes", ARTIFACT_DAYS)
        self.log_group = logs.LogGroup(
            self,
            "Logs",
            encryption_key=self.key.key,
            retention=logs.RetentionDays.ONE_YEAR,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )

    def exchange(self, bucket: s3.Bucket) -> list[iam.PolicyStatement]:
        """Give what a step needs to read and write artifacts in a bucket of this store."""
        return [
            iam.PolicyStatement(
                sid="Artifacts",
                actions=["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
                resources=[bucket.arn_for_objects("*")],
            ),
            iam.PolicyStatement(
                sid="ArtifactBucket",
                actions=["s3:GetBucketAcl", "s3:GetBucketLocation"],
                resources=[bucket.bucket_arn],
            ),
            self.encrypt(),
        ]

    def write_logs(self) -> iam.PolicyStatement:
        """Give what writes to the log group."""
        return iam.PolicyStatement(
            sid="Logs",
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            # The ARN of the group ends in :*, which are its streams.
            resources=[self.log_group.log_group_arn],
        )


def logical_id(bucket: s3.Bucket) -> str:
    """Give a bucket's logical ID, by which cdk-nag names it."""
    resource = bucket.node.default_child
    if not isinstance(resource, s3.CfnBucket):
        raise TypeError(f"{bucket.node.path}: the bucket's resource is no CfnBucket")
    return str(cdk.Stack.of(bucket).get_logical_id(resource))
