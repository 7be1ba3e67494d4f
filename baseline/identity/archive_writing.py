"""What instances need to write below their own account's prefix in the log archive."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.config import Names
from baseline.primitives.acknowledge import acknowledge


def writing_statements(names: Names, *, prefix: str, what: str) -> list[iam.PolicyStatement]:
    """Give the statements that let an instance's role write to the bucket of sessions.

    Args:
        names: names of the baseline.
        prefix: start of the object keys; the account follows.
        what: what is written, as a part of statement IDs.

    Source: AWS Systems Manager User Guide, "Creating an IAM role with permissions for Session
    Manager and Amazon S3 and CloudWatch Logs".
    """
    objects = _objects(names, prefix, cdk.Aws.ACCOUNT_ID)
    bucket = _bucket(names)
    return [
        iam.PolicyStatement(sid=f"Write{what}", actions=["s3:PutObject"], resources=[objects]),
        # The agent gives the bucket's owner control of what it writes.
        iam.PolicyStatement(
            sid=f"Give{what}Away",
            actions=["s3:PutObjectAcl"],
            resources=[objects],
            conditions={"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
        ),
        iam.PolicyStatement(
            sid="CheckBucket", actions=["s3:GetEncryptionConfiguration"], resources=[bucket]
        ),
        # The ID of the archive's key is not known here: the service and the encryption context
        # that S3 sets bind the statement to the one bucket.
        iam.PolicyStatement(
            sid=f"Encrypt{what}",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[names.log_key_pattern],
            conditions={
                "StringEquals": {"kms:ViaService": f"s3.{names.home_region}.amazonaws.com"},
                "StringLike": {"kms:EncryptionContext:aws:s3:arn": [bucket, f"{bucket}/*"]},
            },
        ),
    ]


def explain_writing(policy: Construct, names: Names, *, prefix: str) -> None:
    """Acknowledge the wildcards of :func:`writing_statements`."""
    acknowledge(
        policy,
        {
            f"AwsSolutions-IAM5[Resource::{_objects(names, prefix, '<AWS::AccountId>')}]": (
                "the service names the object; bucket and account are fixed"
            ),
            f"AwsSolutions-IAM5[Resource::{names.log_key_pattern}]": (
                "only through S3 and only for the bucket of sessions (encryption context)"
            ),
        },
    )


def _bucket(names: Names) -> str:
    return f"arn:{names.partition}:s3:::{names.session_log_bucket}"


def _objects(names: Names, prefix: str, account: str) -> str:
    return f"{_bucket(names)}/{prefix}/{account}/*"
