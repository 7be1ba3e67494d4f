"""What a reader of logs in another account needs besides the bucket and key policies there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam


def log_statements(
    stack: cdk.Stack, *, buckets: Sequence[str], keys: Sequence[str], regions: Sequence[str] = ()
) -> list[iam.PolicyStatement]:
    """Give the statements with which a role lists, reads and decrypts logs.

    Args:
        stack: where the role stands.
        buckets: names of the buckets, or patterns of them.
        keys: ARNs, or ARN patterns, of the keys.
        regions: Regions through whose Amazon S3 the keys are used; that of the stack by default.

    Source: Amazon S3 User Guide, "Bucket owner granting cross-account bucket permissions"; AWS KMS
    Developer Guide, "Allowing users in other accounts to use a KMS key".
    """
    through = [f"s3.{region}.amazonaws.com" for region in regions or [stack.region]]
    return [
        iam.PolicyStatement(
            sid="ListLogs",
            actions=["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketVersions"],
            resources=[_arn(bucket) for bucket in buckets],
        ),
        iam.PolicyStatement(
            sid="ReadLogs",
            actions=["s3:GetObject", "s3:GetObjectVersion"],
            resources=[f"{_arn(bucket)}/*" for bucket in buckets],
        ),
        iam.PolicyStatement(
            sid="DecryptLogs",
            actions=["kms:Decrypt"],
            resources=list(keys),
            # No encryption context: writers add their own, and S3 asks for readable objects only.
            conditions={
                "StringEquals": {"kms:ViaService": through[0] if len(through) == 1 else through}
            },
        ),
    ]


def wildcard_resources(buckets: Sequence[str], keys: Sequence[str]) -> Iterator[str]:
    """Give the resources of the statements that hold a wildcard, as cdk-nag prints them."""
    yield from (_arn(bucket) for bucket in buckets if "*" in bucket)
    yield from (f"{_arn(bucket)}/*" for bucket in buckets)
    yield from (key for key in keys if "*" in key)


def _arn(bucket: str) -> str:
    return f"arn:aws:s3:::{bucket}"
