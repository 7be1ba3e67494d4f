"""CloudTrailBucket: the locked bucket of the organization trail."""

from __future__ import annotations

from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.audit.log_bucket import Archive, LogBucket
from baseline.config import Names
from baseline.controls.registry import implements

SERVICE = "cloudtrail.amazonaws.com"
CONTROLS = ("CloudTrail.6", "CloudTrail.7", "KMS.4", "S3.9", "S3.13", "S3.15", "S3.17")


class CloudTrailBucket(LogBucket):
    """A bucket that only the organization trail writes to, under Object Lock, with its own key.

    CloudTrail copes with a default retention. Bucket and key admit the one trail by its ARN,
    which follows from the names: the trail is created after them, in the management account.

    Args:
        scope: parent construct.
        id: construct ID.
        archive: what the buckets of the archive share.
        access_logs: bucket that records access to this one.

    Source: AWS CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail", "Configure AWS
    KMS key policies for CloudTrail".
    """

    def __init__(
        self, scope: Construct, id: str, *, archive: Archive, access_logs: s3.IBucket
    ) -> None:
        names = archive.names
        super().__init__(
            scope,
            id,
            archive=archive,
            bucket_name=names.cloudtrail_bucket,
            content="the logs of the organization trail",
            access_logs=access_logs,
            key_alias=names.cloudtrail_key_alias,
            key_alias_arn=names.cloudtrail_key_arn,
            object_lock=archive.object_lock,
        )
        self._let_trail_write(names)
        self._let_trail_encrypt(names)
        implements(self, capability="log-archive", controls=CONTROLS)

    def _let_trail_write(self, names: Names) -> None:
        trail = {"aws:SourceArn": names.trail_arn}
        self.store.allow_service(
            SERVICE,
            sid="CloudTrailAcl",
            actions=["s3:GetBucketAcl"],
            conditions={"StringEquals": trail},
        )
        self.store.allow_service(
            SERVICE,
            sid="CloudTrailWrite",
            actions=["s3:PutObject"],
            # The management account's own logs, and those of the members.
            paths=[
                f"AWSLogs/{owner}/*"
                for owner in dict.fromkeys([names.management, names.organization_id])
            ],
            conditions={
                "StringEquals": {**trail, "s3:x-amz-acl": "bucket-owner-full-control"},
            },
        )

    def _let_trail_encrypt(self, names: Names) -> None:
        trail = {"aws:SourceArn": names.trail_arn}
        trails = f"arn:{names.partition}:cloudtrail:*:{names.management}:trail/*"
        bucket = f"arn:{names.partition}:s3:::{names.cloudtrail_bucket}"
        self.key.allow_service(
            SERVICE,
            sid="CloudTrailEncrypt",
            actions=["kms:GenerateDataKey*"],
            conditions={
                "StringEquals": trail,
                "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": trails},
            },
        )
        # S3 makes the bucket-level key with a context of its own, the bucket's ARN.
        self.key.allow_service(
            SERVICE,
            sid="CloudTrailBucketKey",
            actions=["kms:GenerateDataKey*"],
            conditions={"StringEquals": {**trail, "kms:EncryptionContext:aws:s3:arn": bucket}},
        )
        # Creating and updating a trail needs both; Decrypt because the bucket has a bucket key.
        self.key.allow_service(
            SERVICE,
            sid="CloudTrailCheck",
            actions=["kms:Decrypt", "kms:DescribeKey"],
            conditions={"StringEquals": trail},
        )
