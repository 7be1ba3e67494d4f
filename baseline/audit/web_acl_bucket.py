"""WebAclBucket: the bucket of the logs of AWS WAF of all accounts and Regions."""

from __future__ import annotations

from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.audit.log_bucket import Archive, LogBucket
from baseline.audit.log_delivery import let_delivery_write
from baseline.controls.registry import implements

CONTROLS = ("KMS.4", "S3.9", "S3.13", "S3.14", "S3.17")


class WebAclBucket(LogBucket):
    """A bucket that web ACLs of this organization log to, whatever their account and Region.

    AWS WAF demands the start of its name. Like that of the flow logs it has a key of its own and no
    Object Lock.

    Args:
        scope: parent construct.
        id: construct ID.
        archive: what the buckets of the archive share.
        access_logs: bucket that records access to this one.

    Source: AWS WAF Developer Guide, "Sending web ACL traffic logs to an Amazon Simple Storage
    Service bucket".
    """

    def __init__(
        self, scope: Construct, id: str, *, archive: Archive, access_logs: s3.IBucket
    ) -> None:
        names = archive.names
        super().__init__(
            scope,
            id,
            archive=archive,
            bucket_name=names.web_acl_bucket,
            content="AWS WAF logs of all accounts",
            access_logs=access_logs,
            key_alias=names.web_acl_key_alias,
        )
        let_delivery_write(self.store, names=names, key=self.key)
        implements(self, capability="log-archive", controls=CONTROLS)
