"""FlowLogBucket: the bucket of VPC flow logs and DNS query logs of all accounts."""

from __future__ import annotations

from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.audit.log_bucket import Archive, LogBucket
from baseline.config import Names
from baseline.controls.registry import implements

SERVICE = "delivery.logs.amazonaws.com"
CONTROLS = ("KMS.4", "S3.9", "S3.13", "S3.14", "S3.17")


class FlowLogBucket(LogBucket):
    """A bucket that the log delivery service writes to, for resources of this organization only.

    The source is bound by ``aws:SourceOrgID``, which does not grow with the number of accounts.
    There is no condition on the object ACL: ACLs are off in the bucket, the owner of each object
    is the archive anyway. It has no Object Lock, because AWS does not document whether log
    delivery copes with a default retention; deletion is denied by policy and versions are kept.

    Args:
        scope: parent construct.
        id: construct ID.
        archive: what the buckets of the archive share.
        access_logs: bucket that records access to this one.

    Source: Amazon VPC User Guide, "Amazon S3 bucket permissions for flow logs", "Required key
    policy for use with SSE-KMS"; Amazon CloudWatch Logs User Guide, "Logs sent to Amazon S3";
    IAM User Guide, "AWS global condition context keys" (aws:SourceOrgID).
    """

    def __init__(
        self, scope: Construct, id: str, *, archive: Archive, access_logs: s3.IBucket
    ) -> None:
        names = archive.names
        super().__init__(
            scope,
            id,
            archive=archive,
            bucket_name=names.flow_log_bucket,
            content="VPC flow logs and DNS query logs of all accounts",
            access_logs=access_logs,
            key_alias=names.flow_log_key_alias,
            key_alias_arn=names.flow_log_key_arn,
        )
        self._let_delivery_write(names)
        implements(self, capability="log-archive", controls=CONTROLS)

    def _let_delivery_write(self, names: Names) -> None:
        organization = {"StringEquals": {"aws:SourceOrgID": names.organization_id}}
        self.store.allow_service(
            SERVICE,
            sid="LogDeliveryAcl",
            actions=["s3:GetBucketAcl", "s3:ListBucket"],
            conditions=organization,
        )
        self.store.allow_service(
            SERVICE,
            sid="LogDeliveryWrite",
            actions=["s3:PutObject"],
            paths=["AWSLogs/*"],
            conditions=organization,
        )
        self.key.allow_service(
            SERVICE,
            sid="LogDeliveryEncrypt",
            actions=[
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKey*",
                "kms:ReEncrypt*",
            ],
            conditions=organization,
        )
