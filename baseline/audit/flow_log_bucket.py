"""FlowLogBucket: the bucket of VPC flow logs and DNS query logs of all accounts."""

from __future__ import annotations

from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.audit.log_bucket import Archive, LogBucket
from baseline.audit.log_delivery import let_delivery_write
from baseline.controls.registry import implements

CONTROLS = ("KMS.4", "S3.9", "S3.13", "S3.14", "S3.17")


class FlowLogBucket(LogBucket):
    """A bucket that the log delivery service writes to, for resources of this organization only.

    It has no Object Lock, because AWS does not document whether log
    delivery copes with a default retention; deletion is denied by policy and versions are kept.

    Args:
        scope: parent construct.
        id: construct ID.
        archive: what the buckets of the archive share.
        access_logs: bucket that records access to this one.

    Source: Amazon VPC User Guide, "Amazon S3 bucket permissions for flow logs", "Required key
    policy for use with SSE-KMS".
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
        let_delivery_write(self.store, names=names, key=self.key)
        implements(self, capability="log-archive", controls=CONTROLS)
