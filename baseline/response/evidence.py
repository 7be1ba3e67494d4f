"""EvidenceStore: what a response did, kept where nobody can change it."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.controls.registry import implements
from baseline.primitives.secure_bucket import Lifecycle, ObjectLock, SecureBucket
from baseline.primitives.secure_key import SecureKey

LOCKED_DAYS = 365
KEPT_DAYS = 2555


class EvidenceStore(Construct):
    """An encrypted bucket with Object Lock in compliance mode, and one for its access logs.

    Nobody can delete or overwrite an object before its time, the root user included.

    Args:
        scope: parent construct, in a stack of the security account; once per stack.
        id: construct ID.
        locked_days: days for which an object cannot be deleted; 365 by default.
        kept_days: days after which objects end; 2,555 (seven years) by default.

    Attributes:
        bucket: the ``aws_s3.Bucket``.
        key: the :class:`SecureKey` of its objects.

    Source: Security Hub S3.9, S3.15, S3.17; Amazon S3 User Guide, "Locking objects with Object
    Lock".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        locked_days: int = LOCKED_DAYS,
        kept_days: int = KEPT_DAYS,
    ) -> None:
        super().__init__(scope, id)
        lifecycle = Lifecycle(glacier_after_days=None, expire_after_days=kept_days)
        self.key = SecureKey(self, "Key", description="Evidence of responses")
        logs = SecureBucket(self, "AccessLogs", access_log_target=True, lifecycle=lifecycle)
        self.bucket: s3.Bucket = SecureBucket(
            self,
            "Evidence",
            key=self.key.key,
            access_logs=logs.bucket,
            access_log_prefix="evidence/",
            object_lock=ObjectLock(mode="COMPLIANCE", days=locked_days),
            lifecycle=lifecycle,
        ).bucket
        implements(self, capability="evidence-store", controls=["S3.9", "S3.15", "S3.17"])

    def writing(self, prefix: str) -> list[iam.PolicyStatement]:
        """Give the statements with which a role adds evidence below a prefix, and reads nothing.

        Args:
            prefix: start of the object keys, such as ``open-ports/``.
        """
        return [
            iam.PolicyStatement(
                sid="AddEvidence",
                actions=["s3:PutObject"],
                resources=[self.bucket.arn_for_objects(f"{prefix}*")],
            ),
            iam.PolicyStatement(
                sid="EncryptEvidence",
                actions=["kms:GenerateDataKey"],
                resources=[self.key.key.key_arn],
            ),
        ]
