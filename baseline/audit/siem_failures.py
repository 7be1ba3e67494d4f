"""SiemFailures: nothing that the SIEM refused is lost."""

from __future__ import annotations

from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from baseline.audit.siem_alarms import SiemAlarms, metric_period
from baseline.controls.registry import implements
from baseline.primitives.secure_bucket import Lifecycle, SecureBucket
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_queue import SecureQueue

EVENTS = "events.amazonaws.com"


class SiemFailures(Construct):
    """A bucket for data that the SIEM did not take, and a queue for events that reached no stream.

    Args:
        scope: parent construct.
        id: construct ID.
        key: key of the bucket.
        alarms: who hears of a waiting event.
        kept_days: days that the bucket keeps data; 90 by default.

    Attributes:
        bucket: the ``aws_s3.Bucket``, encrypted, its access logged.
        queue: the ``aws_sqs.Queue`` that keeps undelivered events for 14 days.

    Source: Security Hub S3.9, S3.13, S3.17, SQS.1.
    """

    def __init__(
        self, scope: Construct, id: str, *, key: SecureKey, alarms: SiemAlarms, kept_days: int = 90
    ) -> None:
        super().__init__(scope, id)
        lifecycle = Lifecycle(glacier_after_days=None, expire_after_days=kept_days)
        logs = SecureBucket(self, "AccessLogs", access_log_target=True, lifecycle=lifecycle)
        self.bucket: s3.Bucket = SecureBucket(
            self,
            "Data",
            key=key.key,
            access_logs=logs.bucket,
            access_log_prefix="siem/",
            lifecycle=lifecycle,
        ).bucket
        self.queue = self._create_queue(alarms)
        implements(self, capability="siem-push", controls=["S3.9", "S3.13", "S3.17", "SQS.1"])

    def _create_queue(self, alarms: SiemAlarms) -> sqs.Queue:
        # EventBridge uses it without a source condition, so it encrypts nothing else.
        key = SecureKey(self, "QueueKey", description="Events that reached no stream to the SIEM")
        key.allow_service(
            EVENTS,
            sid="KeepUndelivered",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            conditions={},
        )
        queue: sqs.Queue = SecureQueue(self, "Events", key=key.key, dead_letter=False).queue
        alarms.watch(
            self,
            "Undelivered",
            metric=queue.metric_approximate_number_of_messages_visible(
                period=metric_period(), statistic="Maximum"
            ),
            at_least=1,
            description="Events reached no stream to the SIEM; they wait in the queue: docs/siem.md",
        )
        return queue
