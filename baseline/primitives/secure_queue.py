"""SecureQueue: an encrypted queue, TLS only, with a dead-letter queue."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from baseline.errors import BaselineError
from baseline.primitives.acknowledge import acknowledge

RETENTION_DAYS = (1, 14)


class SecureQueue(Construct):
    """A queue encrypted with a customer managed key that loses no message.

    Messages that fail five times wait in a dead-letter queue, encrypted alike, for 14 days.

    Args:
        scope: parent construct.
        id: construct ID.
        key: key of both queues.
        retention_days: days that an unread message is kept, 1 to 14; 14 by default.
        visibility_timeout_seconds: seconds that a message in work is hidden; 300 by default.
        dead_letter: False only for a queue that is itself a dead-letter target.

    Attributes:
        queue: the ``aws_sqs.Queue``.
        dead_letter_queue: the queue for failed messages, or None.

    Raises:
        BaselineError: when ``retention_days`` is out of its range.

    Source: Security Hub SQS.1, SQS.3.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        key: kms.IKey,
        retention_days: int = 14,
        visibility_timeout_seconds: int = 300,
        dead_letter: bool = True,
    ) -> None:
        super().__init__(scope, id)
        low, high = RETENTION_DAYS
        if not low <= retention_days <= high:
            raise BaselineError(
                f"retention_days must be between {low} and {high} days, got {retention_days}"
            )
        self.dead_letter_queue = self._create_dead_letter_queue(key) if dead_letter else None
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            enforce_ssl=True,
            retention_period=cdk.Duration.days(retention_days),
            visibility_timeout=cdk.Duration.seconds(visibility_timeout_seconds),
            dead_letter_queue=_redrive(self.dead_letter_queue),
        )
        if not dead_letter:
            _acknowledge_dead_letter_target(self.queue)

    def _create_dead_letter_queue(self, key: kms.IKey) -> sqs.Queue:
        queue = sqs.Queue(
            self,
            "DeadLetterQueue",
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            enforce_ssl=True,
            retention_period=cdk.Duration.days(RETENTION_DAYS[1]),
        )
        _acknowledge_dead_letter_target(queue)
        return queue


def _redrive(queue: sqs.Queue | None) -> sqs.DeadLetterQueue | None:
    return None if queue is None else sqs.DeadLetterQueue(max_receive_count=5, queue=queue)


def _acknowledge_dead_letter_target(queue: sqs.Queue) -> None:
    reason = "the queue is itself a dead-letter target; its messages wait there for a person"
    acknowledge(queue, {"AwsSolutions-SQS3": reason, "Serverless-SQSRedrivePolicy": reason})
