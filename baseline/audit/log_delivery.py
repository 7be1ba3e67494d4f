"""How the log delivery service of AWS writes to the archive, for this organization only."""

from __future__ import annotations

from baseline.config import Names
from baseline.primitives.circle import sources_of
from baseline.primitives.secure_bucket import SecureBucket
from baseline.primitives.secure_key import SecureKey

SERVICE = "delivery.logs.amazonaws.com"


def let_delivery_write(store: SecureBucket, *, names: Names, key: SecureKey | None) -> None:
    """Let log delivery write below ``AWSLogs/``, and encrypt with the bucket's key.

    The source is bound by ``aws:SourceOrgID``, which does not grow with the number of accounts.
    There is no condition on the object ACL: ACLs are off in the bucket, the owner of each object is
    the archive anyway.

    Args:
        store: the bucket.
        names: names of the baseline.
        key: its key; None where S3's own keys encrypt it.

    Source: Amazon CloudWatch Logs User Guide, "Logs sent to Amazon S3"; IAM User Guide, "AWS global
    condition context keys" (aws:SourceOrgID).
    """
    organization = {"StringEquals": sources_of(names.organization_id)}
    store.allow_service(
        SERVICE,
        sid="LogDeliveryAcl",
        actions=["s3:GetBucketAcl", "s3:ListBucket"],
        conditions=organization,
    )
    store.allow_service(
        SERVICE,
        sid="LogDeliveryWrite",
        actions=["s3:PutObject"],
        paths=["AWSLogs/*"],
        conditions=organization,
    )
    if key is not None:
        key.allow_service(
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
