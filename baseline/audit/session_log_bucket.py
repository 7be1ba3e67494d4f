"""SessionLogBucket: the bucket of what instances of all accounts write: recorded sessions, patch logs."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.audit.log_bucket import Archive, LogBucket
from baseline.config import Names
from baseline.controls.registry import implements
from baseline.primitives.circle import anybody_of, principals_of

CONTROLS = ("KMS.4", "S3.9", "S3.13", "S3.14", "S3.17")
PREFIX = "sessions"
"""Start of the object keys of sessions; the account follows."""
PATCHES = "patches"
"""Start of the object keys of patch logs; the account follows."""


class SessionLogBucket(LogBucket):
    """A bucket that the organization's instances write the logs of sessions and patches to.

    The agent on the instance writes with the instance's role, whose name nobody knows before. So
    every principal of the organization may write, below the prefix of its own account, and nothing
    else: no account writes over another's logs, nobody reads or deletes. It has no Object
    Lock, because AWS does not document whether the agent copes with a default retention; deletion
    is denied by policy, and versions are kept from the person who was recorded.

    Args:
        scope: parent construct.
        id: construct ID.
        archive: what the buckets of the archive share.
        access_logs: bucket that records access to this one.

    Source: AWS Systems Manager User Guide, "Logging session data using Amazon S3 (console)",
    "Creating an IAM role with permissions for Session Manager and Amazon S3 and CloudWatch Logs".
    """

    def __init__(
        self, scope: Construct, id: str, *, archive: Archive, access_logs: s3.IBucket
    ) -> None:
        names = archive.names
        super().__init__(
            scope,
            id,
            archive=archive,
            bucket_name=names.session_log_bucket,
            content="recorded sessions on instances of all accounts",
            access_logs=access_logs,
        )
        self._let_instances_write(names)
        self._let_instances_encrypt(names)
        implements(self, capability="session-recording", controls=CONTROLS)

    def _let_instances_write(self, names: Names) -> None:
        bucket = self.bucket
        # IAM puts the caller's account in.
        own = [
            bucket.arn_for_objects(f"{prefix}/${{aws:PrincipalAccount}}/*")
            for prefix in (PREFIX, PATCHES)
        ]
        for sid, actions, resources in (
            # The agent looks whether the bucket is encrypted before it begins a session.
            ("SessionBucket", ["s3:GetEncryptionConfiguration"], [bucket.bucket_arn]),
            ("SessionWrite", ["s3:PutObject", "s3:PutObjectAcl"], own),
        ):
            bucket.add_to_resource_policy(
                iam.PolicyStatement(
                    sid=sid,
                    principals=[anybody_of(names.organization_id)],
                    actions=actions,
                    resources=resources,
                    conditions={"StringEquals": principals_of(names.organization_id)},
                )
            )

    def _let_instances_encrypt(self, names: Names) -> None:
        # An upload in parts decrypts what it encrypted; reading takes s3:GetObject, which nobody has.
        self.key.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="SessionEncrypt",
                principals=[anybody_of(names.organization_id)],
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=["*"],
                conditions={
                    "StringEquals": {
                        **principals_of(names.organization_id),
                        "kms:ViaService": f"s3.{cdk.Stack.of(self).region}.amazonaws.com",
                    }
                },
            )
        )
