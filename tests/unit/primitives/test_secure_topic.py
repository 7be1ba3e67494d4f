"""Topics are encrypted with a key of ours, TLS only, and open topic and key together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest

from baseline.errors import BaselineError
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic
from tests.unit.primitives.conftest import Of

TOPIC, POLICY, SUBSCRIPTION = "AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "AWS::SNS::Subscription"
RULE = {"ArnEquals": {"aws:SourceArn": "arn:aws:events:eu-west-1:333333333333:rule/findings"}}


@pytest.fixture
def key(stack: cdk.Stack) -> SecureKey:
    return SecureKey(stack, "Key", description="Encrypts notifications")


@pytest.fixture
def topic(stack: cdk.Stack, key: SecureKey) -> SecureTopic:
    return SecureTopic(stack, "Findings", key=key)


def statements(of: Of) -> list[dict[str, Any]]:
    (policy,) = of(POLICY)
    found: list[dict[str, Any]] = policy["Properties"]["PolicyDocument"]["Statement"]
    return found


def test_sns_1_encrypted_with_the_key(
    stack: cdk.Stack, key: SecureKey, topic: SecureTopic, of: Of
) -> None:
    (resource,) = of(TOPIC)
    assert resource["Properties"] == {"KmsMasterKeyId": stack.resolve(key.key.key_arn)}
    assert topic.topic.topic_arn


def test_only_tls(stack: cdk.Stack, topic: SecureTopic, of: Of) -> None:
    (denial,) = statements(of)
    assert denial["Effect"] == "Deny"
    assert denial["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert denial["Resource"] == stack.resolve(topic.topic.topic_arn)
    assert denial["Principal"] in ("*", {"AWS": "*"})


def test_a_service_opens_topic_and_key_together(
    stack: cdk.Stack, topic: SecureTopic, of: Of
) -> None:
    topic.allow_service("events.amazonaws.com", sid="Rules", conditions=RULE, key_conditions={})
    publish = statements(of)[-1]
    assert publish["Action"] == "sns:Publish"
    assert publish["Principal"] == {"Service": "events.amazonaws.com"}
    assert publish["Resource"] == stack.resolve(topic.topic.topic_arn)
    assert publish["Condition"] == RULE
    (resource,) = of("AWS::KMS::Key")
    use = resource["Properties"]["KeyPolicy"]["Statement"][-1]
    assert use["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert use["Principal"] == {"Service": "events.amazonaws.com"}


def test_publishing_without_a_source_is_refused(topic: SecureTopic) -> None:
    with pytest.raises(BaselineError, match="without a source condition"):
        topic.allow_service("events.amazonaws.com", sid="Any", conditions={}, key_conditions={})


def test_a_key_without_a_source_is_refused_but_for_documented_services(topic: SecureTopic) -> None:
    with pytest.raises(BaselineError, match="without a source condition"):
        topic.allow_service(
            "cloudwatch.amazonaws.com", sid="Alarms", conditions=RULE, key_conditions={}
        )


def test_addresses_are_subscribed_once_each(topic: SecureTopic, of: Of) -> None:
    topic.subscribe_email(["a@example.com", "b@example.com"])
    found = [row["Properties"] for row in of(SUBSCRIPTION)]
    assert [(row["Protocol"], row["Endpoint"]) for row in found] == [
        ("email", "a@example.com"),
        ("email", "b@example.com"),
    ]


def test_no_rule_pack_finds_anything(
    app: cdk.App, topic: SecureTopic, findings: Callable[[cdk.App], list[str]]
) -> None:
    topic.subscribe_email(["a@example.com"])
    assert findings(app) == []
