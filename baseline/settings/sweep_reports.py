"""SweepReports: where the sweeps of a stack keep their lists, results and reports."""

from __future__ import annotations

from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.primitives.secure_bucket import Lifecycle, SecureBucket
from baseline.primitives.secure_key import SecureKey

KEPT_DAYS = 400


class SweepReports(Construct):
    """An encrypted bucket for everything that sweeps write, with a second one for its access logs.

    A report says what is set in every account and what was changed, so the bucket is kept when the
    stack goes, and every read of it is logged.

    Args:
        scope: parent construct; once per stack.
        id: construct ID.
        kept_days: days that lists, results and reports are kept; 400 by default, a year and a
            month for the audit that comes late.

    Attributes:
        bucket: the ``aws_s3.Bucket``.
        key: the :class:`SecureKey` of its objects.

    Source: Security Hub S3.9, S3.17.
    """

    def __init__(self, scope: Construct, id: str, *, kept_days: int = KEPT_DAYS) -> None:
        super().__init__(scope, id)
        lifecycle = Lifecycle(glacier_after_days=None, expire_after_days=kept_days)
        self.key = SecureKey(self, "Key", description="Reports of what was done in every account")
        logs = SecureBucket(self, "AccessLogs", access_log_target=True, lifecycle=lifecycle)
        self.bucket: s3.Bucket = SecureBucket(
            self,
            "Reports",
            key=self.key.key,
            access_logs=logs.bucket,
            access_log_prefix="reports/",
            lifecycle=lifecycle,
        ).bucket
