"""Queues are encrypted, TLS only, and lose no message."""

from __future__ import annotations

from collections.abc import Callable

import aws_cdk as cdk
import pytest

from baseline.errors import BaselineError
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_queue import RETENTION_DAYS, SecureQueue
from tests.unit.primitives.conftest import Of

QUEUE, POLICY = "AWS::SQS::Queue", "AWS::SQS::QueuePolicy"
DAY = 86_400


@pytest.fixture
def key(stack: cdk.Stack) -> SecureKey:
    return SecureKey(stack, "Key", description="Encrypts messages")


def test_sqs_1_both_queues_are_encrypted_with_the_key(
    stack: cdk.Stack, key: SecureKey, of: Of
) -> None:
    SecureQueue(stack, "Work", key=key.key)
    queues = of(QUEUE)
    assert len(queues) == 2
    for queue in queues:
        assert queue["Properties"]["KmsMasterKeyId"] == stack.resolve(key.key.key_arn)
        assert queue["Properties"]["MessageRetentionPeriod"] == 14 * DAY


def test_sqs_3_only_tls_and_nobody_else(stack: cdk.Stack, key: SecureKey, of: Of) -> None:
    SecureQueue(stack, "Work", key=key.key)
    policies = of(POLICY)
    assert len(policies) == 2
    for policy in policies:
        (denial,) = policy["Properties"]["PolicyDocument"]["Statement"]
        assert denial["Effect"] == "Deny"
        assert denial["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_failing_messages_wait_for_a_person(stack: cdk.Stack, key: SecureKey, of: Of) -> None:
    queue = SecureQueue(stack, "Work", key=key.key)
    assert queue.dead_letter_queue is not None
    (redrive,) = (
        row["Properties"]["RedrivePolicy"]
        for row in of(QUEUE)
        if "RedrivePolicy" in row["Properties"]
    )
    assert redrive == {
        "deadLetterTargetArn": stack.resolve(queue.dead_letter_queue.queue_arn),
        "maxReceiveCount": 5,
    }


def test_a_queue_without_dead_letters_is_a_named_choice(
    stack: cdk.Stack, key: SecureKey, of: Of
) -> None:
    queue = SecureQueue(stack, "Failures", key=key.key, dead_letter=False)
    assert queue.dead_letter_queue is None
    (resource,) = of(QUEUE)
    assert "RedrivePolicy" not in resource["Properties"]


def test_retention_out_of_range_is_refused(stack: cdk.Stack, key: SecureKey, of: Of) -> None:
    low, high = RETENTION_DAYS
    for days in (low - 1, high + 1):
        with pytest.raises(BaselineError, match=f"between {low} and {high} days, got {days}"):
            SecureQueue(stack, f"Bad{days}", key=key.key, retention_days=days)
    SecureQueue(stack, "Short", key=key.key, retention_days=low, dead_letter=False)
    assert any(row["Properties"]["MessageRetentionPeriod"] == low * DAY for row in of(QUEUE))


def test_no_rule_pack_finds_anything(
    app: cdk.App, stack: cdk.Stack, key: SecureKey, findings: Callable[[cdk.App], list[str]]
) -> None:
    SecureQueue(stack, "Work", key=key.key)
    SecureQueue(stack, "Failures", key=key.key, dead_letter=False)
    assert findings(app) == []
