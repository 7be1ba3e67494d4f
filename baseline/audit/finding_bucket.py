"""FindingBucket: the bucket of all findings of Security Hub."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.audit.log_bucket import Archive, LogBucket
from baseline.controls.registry import implements

CONTROLS = ("KMS.4", "S3.9", "S3.13", "S3.14", "S3.15", "S3.17")
PREFIX = "findings"
"""Start of the object keys; year, month, day and hour follow."""


class FindingBucket(LogBucket):
    """A bucket that the security account writes Security Hub's findings to, under Object Lock.

    One role of the security account may write below one prefix, and nobody may read but auditors.
    The writer sends a checksum with each object, so the default retention holds for all of them.

    Args:
        scope: parent construct.
        id: construct ID.
        archive: what the buckets of the archive share.
        access_logs: bucket that records access to this one.

    Source: Amazon S3 User Guide, "Object Lock considerations".
    """

    def __init__(
        self, scope: Construct, id: str, *, archive: Archive, access_logs: s3.IBucket
    ) -> None:
        names = archive.names
        super().__init__(
            scope,
            id,
            archive=archive,
            bucket_name=names.finding_bucket,
            content="findings of Security Hub",
            access_logs=access_logs,
            object_lock=archive.object_lock,
        )
        # Named by a condition: as a principal the role would have to exist first.
        writer = {"ArnEquals": {"aws:PrincipalArn": names.finding_archive_role_arn}}
        account = iam.AccountPrincipal(names.security)
        self.bucket.add_to_resource_policy(
            iam.PolicyStatement(
                sid="FindingsWrite",
                principals=[account],
                actions=["s3:PutObject"],
                resources=[self.bucket.arn_for_objects(f"{PREFIX}/*")],
                conditions=writer,
            )
        )
        via = f"s3.{cdk.Stack.of(self).region}.amazonaws.com"
        self.key.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="FindingsEncrypt",
                principals=[account],
                actions=["kms:GenerateDataKey"],
                resources=["*"],
                conditions={**writer, "StringEquals": {"kms:ViaService": via}},
            )
        )
        implements(self, capability="log-archive", controls=CONTROLS)
