"""Who may not touch the log buckets, and who may read them.

The denials name the exceptions by the ARN of their role, so they hold against every other
principal of every account, administrators of the log archive account included. Nobody is locked
out: the break-glass role and CloudFormation stay exempt, and S3 lets the account's root user
replace a bucket policy whatever it says.
"""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import IConstruct

from baseline.config import Names

QUALIFIER_CONTEXT = "@aws-cdk/core:bootstrapQualifier"
KEY_HEADER = "s3:x-amz-server-side-encryption-aws-kms-key-id"

OBJECT_ACTIONS = (
    "s3:BypassGovernanceRetention",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:PutObjectRetention",
    "s3:UpdateObjectEncryption",
)
"""Actions that end a log object, shorten its retention, or put it under a key that can be deleted."""

BUCKET_ACTIONS = (
    "s3:DeleteBucket",
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketLogging",
    "s3:PutBucketObjectLockConfiguration",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:PutReplicationConfiguration",
)
"""Actions that take a protection off a log bucket, or end all its objects by a lifecycle rule."""

KEY_ACTIONS = (
    "kms:DeleteAlias",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:PutKeyPolicy",
    "kms:UpdateAlias",
)
"""Actions that take a protection off a log key, or stop writers from using it."""

READ_OBJECTS = ("s3:GetObject", "s3:GetObjectVersion")
READ_BUCKET = ("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketVersions")


def bootstrap_qualifier(construct: IConstruct) -> str:
    """Give the qualifier of the CDK bootstrap (cdk.json), which is part of the deployer's name."""
    # The synthesizer knows it too, but jsii loses that of one made in Python.
    qualifier = construct.node.try_get_context(QUALIFIER_CONTEXT)
    return str(qualifier or cdk.DefaultStackSynthesizer.DEFAULT_QUALIFIER)


def deny_tampering(bucket: s3.Bucket, *, break_glass: str, deployer: str) -> None:
    """Deny everyone to delete logs, and to take the bucket's protections off.

    Args:
        bucket: the log bucket.
        break_glass: ARN of the emergency role; exempt from both denials.
        deployer: ARN of the role with which CloudFormation deploys the bucket; it may change the
            bucket, and may not delete logs.
    """
    bucket.add_to_resource_policy(
        _deny_except(
            "DenyDeletingLogs", OBJECT_ACTIONS, [bucket.arn_for_objects("*")], [break_glass]
        )
    )
    bucket.add_to_resource_policy(
        _deny_except(
            "DenyWeakeningBucket", BUCKET_ACTIONS, [bucket.bucket_arn], [break_glass, deployer]
        )
    )


def deny_losing_key(key: kms.Key, *, break_glass: str, deployer: str) -> None:
    """Deny everyone to delete a log key, which ends its logs, and to take its protections off.

    KMS has no way round a key policy for the root user. The exempt roles are named, not linked:
    who lost one creates a role of that name again.

    Args:
        key: the key of a log bucket.
        break_glass: as in :func:`deny_tampering`.
        deployer: as in :func:`deny_tampering`; may change the key, and may not delete it.
    """
    key.add_to_resource_policy(
        _deny_except("DenyDeletingKey", ["kms:ScheduleKeyDeletion"], ["*"], [break_glass])
    )
    key.add_to_resource_policy(
        _deny_except("DenyWeakeningKey", KEY_ACTIONS, ["*"], [break_glass, deployer])
    )


def deny_other_keys(bucket: s3.Bucket, key: kms.Key, *, alias_arn: str | None) -> None:
    """Deny objects that name another key than the bucket's, which we might not be able to read.

    A writer that names no key gets the bucket's default encryption, so it is let through.

    Args:
        bucket: the log bucket.
        key: its key.
        alias_arn: ARN of the key's alias, for writers that know only that; None where there is
            no alias.
    """
    names = [key.key_arn, *([alias_arn] if alias_arn else [])]
    bucket.add_to_resource_policy(
        iam.PolicyStatement(
            sid="DenyOtherKeys",
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=["s3:PutObject"],
            resources=[bucket.arn_for_objects("*")],
            conditions={"Null": {KEY_HEADER: "false"}, "StringNotEquals": {KEY_HEADER: names}},
        )
    )


def allow_reader(bucket: s3.Bucket, key: kms.Key | None, *, names: Names) -> None:
    """Let the audit reader role of the security account read and decrypt a bucket's logs.

    The role is named by a condition: as a principal it would have to exist first.
    """
    reader = f"arn:{names.partition}:iam::{names.security}:role/{names.audit_reader_role}"
    condition = {"ArnEquals": {"aws:PrincipalArn": reader}}
    account = iam.AccountPrincipal(names.security)
    for sid, actions, resource in (
        ("AuditReaderObjects", READ_OBJECTS, bucket.arn_for_objects("*")),
        ("AuditReaderBucket", READ_BUCKET, bucket.bucket_arn),
    ):
        bucket.add_to_resource_policy(
            iam.PolicyStatement(
                sid=sid,
                principals=[account],
                actions=list(actions),
                resources=[resource],
                conditions=condition,
            )
        )
    if key is not None:
        via = f"s3.{cdk.Stack.of(bucket).region}.amazonaws.com"
        key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AuditReader",
                principals=[account],
                actions=["kms:Decrypt"],
                resources=["*"],
                conditions={**condition, "StringEquals": {"kms:ViaService": via}},
            )
        )


def _deny_except(
    sid: str, actions: Sequence[str], resources: Sequence[str], exempt: Sequence[str]
) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid,
        effect=iam.Effect.DENY,
        principals=[iam.AnyPrincipal()],
        actions=list(actions),
        resources=list(resources),
        conditions={"ArnNotEquals": {"aws:PrincipalArn": list(exempt)}},
    )
