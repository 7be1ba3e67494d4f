"""SecureBucket: private, encrypted, versioned, TLS only, and kept when its stack goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.errors import BaselineError
from baseline.primitives.acknowledge import acknowledge_rule
from baseline.primitives.service_access import Conditions, service_statement

MINIMUM_TLS_VERSION = 1.2
INCOMPLETE_UPLOAD_DAYS = 7
NONCURRENT_DAYS = 90
"""Days in which an object that was deleted or overwritten can be brought back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ObjectLock:
    """Default retention of new objects.

    Attributes:
        mode: COMPLIANCE holds against everyone, the root user included; GOVERNANCE yields to
            ``s3:BypassGovernanceRetention``.
        days: how long an object version cannot be deleted or overwritten.
    """

    mode: Literal["COMPLIANCE", "GOVERNANCE"]
    days: int

    def retention(self) -> s3.ObjectLockRetention:
        """Give the retention as the CDK takes it."""
        days = cdk.Duration.days(self.days)
        if self.mode == "COMPLIANCE":
            return s3.ObjectLockRetention.compliance(days)
        return s3.ObjectLockRetention.governance(days)


@dataclass(frozen=True, kw_only=True, slots=True)
class Lifecycle:
    """When objects move to S3 Glacier and when they end.

    Attributes:
        glacier_after_days: days until an object moves to S3 Glacier Flexible Retrieval; never
            where None.
        expire_after_days: days until an object is deleted; its versions go 90 days later.
    """

    glacier_after_days: int | None
    expire_after_days: int

    def rules(self) -> list[s3.LifecycleRule]:
        """Give the rules as the CDK takes them."""
        transitions = None
        if self.glacier_after_days is not None:
            transitions = [
                s3.Transition(
                    storage_class=s3.StorageClass.GLACIER,
                    transition_after=cdk.Duration.days(self.glacier_after_days),
                )
            ]
        return [
            s3.LifecycleRule(
                id="Retention",
                transitions=transitions,
                expiration=cdk.Duration.days(self.expire_after_days),
                noncurrent_version_expiration=cdk.Duration.days(NONCURRENT_DAYS),
            ),
        ]


class SecureBucket(Construct):
    """A bucket nobody reads by accident: private, KMS-encrypted, versioned, TLS 1.2 or later.

    Public access is blocked, ACLs are off, SSE-C is refused, unfinished uploads end after a week,
    and the bucket stays when its stack is deleted.

    Args:
        scope: parent construct.
        id: construct ID.
        key: key of the default encryption. Required unless ``access_log_target``.
        bucket_name: physical name; only where another account has to name the bucket.
        access_logs: bucket that receives the server access logs; none by default (a target of
            access logs cannot log to itself).
        access_log_prefix: key prefix in ``access_logs``.
        object_lock: default retention; none by default. S3 server access logs and AWS Config
            cannot deliver into a bucket with a default retention.
        lifecycle: storage classes and end of objects; kept for ever by default.
        access_log_target: the bucket receives S3 server access logs, which S3 can only encrypt
            with keys of its own (SSE-S3).
        s3_managed_keys: why the bucket is encrypted with keys of S3 (SSE-S3) and none of ours: the
            writer that cannot use one. Never by default.

    Attributes:
        bucket: the ``aws_s3.Bucket``.

    Raises:
        BaselineError: when there is neither a key nor ``access_log_target`` nor
            ``s3_managed_keys``, when a key meets one of them, or an Object Lock
            ``access_log_target``.

    Source: Security Hub S3.1, S3.5, S3.8, S3.14, S3.17, S3.24; CIS AWS Foundations Benchmark
    5.0.0 2.1.1, 2.1.4.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        key: kms.IKey | None = None,
        bucket_name: str | None = None,
        access_logs: s3.IBucket | None = None,
        access_log_prefix: str | None = None,
        object_lock: ObjectLock | None = None,
        lifecycle: Lifecycle | None = None,
        access_log_target: bool = False,
        s3_managed_keys: str | None = None,
    ) -> None:
        super().__init__(scope, id)
        if s3_managed_keys is None:
            _check_encryption(self.node.path, key, object_lock, access_log_target=access_log_target)
        elif key is not None:
            raise BaselineError(
                f"{self.node.path}: s3_managed_keys and key exclude each other; leave the key out "
                "only for a writer that cannot use it"
            )
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            bucket_name=bucket_name,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            encryption=s3.BucketEncryption.S3_MANAGED if key is None else s3.BucketEncryption.KMS,
            encryption_key=key,
            bucket_key_enabled=None if key is None else True,
            blocked_encryption_types=[s3.BlockedEncryptionType.SSE_C],
            enforce_ssl=True,
            minimum_tls_version=MINIMUM_TLS_VERSION,
            versioned=True,
            object_lock_enabled=True if object_lock else None,
            object_lock_default_retention=object_lock.retention() if object_lock else None,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="IncompleteUploads",
                    abort_incomplete_multipart_upload_after=cdk.Duration.days(
                        INCOMPLETE_UPLOAD_DAYS
                    ),
                ),
                *(lifecycle.rules() if lifecycle else []),
            ],
            # Kept, unless the deployment that creates it fails: its name would be taken the next time.
            removal_policy=cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )
        if access_logs is not None:
            self._log_access(access_logs, access_log_prefix or "")
        if self.bucket.policy is not None:
            # Without its policy a retained bucket would take unencrypted connections.
            self.bucket.policy.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        acknowledge_rule(
            self.bucket,
            "S3BucketReplicationEnabled",
            "versioning, Object Lock or retained deletion protect the data inside the governed "
            "Regions; a copy in another Region is a decision about data residency, not a default",
        )
        if access_log_target:
            self._acknowledge_access_log_target()
        if s3_managed_keys is not None:
            acknowledge_rule(self.bucket, "S3DefaultEncryptionKMS", s3_managed_keys)

    def allow_service(
        self,
        service: str,
        *,
        sid: str,
        actions: Sequence[str],
        conditions: Conditions,
        paths: Sequence[str] = (),
    ) -> None:
        """Let a service principal act on the bucket, bound to the source that it acts for.

        Args:
            service: service principal, such as ``cloudtrail.amazonaws.com``.
            sid: statement ID.
            actions: S3 actions.
            conditions: must name a source.
            paths: object key patterns (``AWSLogs/111111111111/*``); the bucket itself when empty.

        Raises:
            BaselineError: when nothing binds the source.
        """
        resources = [self.bucket.arn_for_objects(path) for path in paths]
        self.bucket.add_to_resource_policy(
            service_statement(
                service,
                sid=sid,
                actions=actions,
                resources=resources or [self.bucket.bucket_arn],
                conditions=conditions,
            )
        )

    def _log_access(self, target: s3.IBucket, prefix: str) -> None:
        # By hand: the CDK grants the log delivery by ACL unless a feature flag of the app says
        # otherwise, and whoever imports this construct may not have set it.
        resource = self.bucket.node.default_child
        if not isinstance(resource, s3.CfnBucket):
            raise TypeError(f"{self.node.path}: the bucket's resource is no CfnBucket")
        resource.logging_configuration = s3.CfnBucket.LoggingConfigurationProperty(
            destination_bucket_name=target.bucket_name, log_file_prefix=prefix or None
        )
        target.add_to_resource_policy(
            service_statement(
                "logging.s3.amazonaws.com",
                sid=f"AccessLogs{self.node.addr[-8:]}",
                actions=["s3:PutObject"],
                resources=[target.arn_for_objects(f"{prefix}*")],
                conditions={
                    "ArnEquals": {"aws:SourceArn": self.bucket.bucket_arn},
                    "StringEquals": {"aws:SourceAccount": cdk.Stack.of(self).account},
                },
            )
        )

    def _acknowledge_access_log_target(self) -> None:
        acknowledge_rule(
            self.bucket,
            "S3BucketLoggingEnabled",
            "this bucket receives the access logs of the others; logging it into itself would "
            "never end",
        )
        acknowledge_rule(
            self.bucket,
            "S3DefaultEncryptionKMS",
            "S3 delivers server access logs only into buckets whose default encryption is SSE-S3",
        )


def _check_encryption(
    path: str,
    key: kms.IKey | None,
    object_lock: ObjectLock | None,
    *,
    access_log_target: bool,
) -> None:
    if key is None and not access_log_target:
        raise BaselineError(
            f"{path}: key is missing; pass a SecureKey's key, or access_log_target=True for the "
            "bucket that receives S3 server access logs"
        )
    if access_log_target and key is not None:
        raise BaselineError(
            f"{path}: access_log_target and key exclude each other; S3 delivers server access "
            "logs only into buckets with SSE-S3"
        )
    if access_log_target and object_lock is not None:
        raise BaselineError(
            f"{path}: access_log_target and object_lock exclude each other; S3 does not deliver "
            "server access logs into a bucket with a default retention"
        )
