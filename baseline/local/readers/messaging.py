"""SNS topics and subscriptions, SQS queues, and their policies."""

from collections.abc import Iterator
from typing import Any

from baseline.local.readers.table import Check, Place, Properties, reader
from baseline.local.readers.values import ABSENT, policy, same, subset, tail


@reader(
    "AWS::SNS::Topic",
    capability="Topics",
    covers="TopicName DisplayName KmsMasterKeyId TracingConfig SignatureVersion",
)
def topic(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read a topic's key and name."""
    found = place("sns").get_topic_attributes(TopicArn=physical_id)["Attributes"]
    if "TopicName" in expected:
        yield Check(
            setting="TopicName", expected=expected["TopicName"], found=tail(found["TopicArn"])
        )
    if "KmsMasterKeyId" in expected:
        yield Check(
            setting="KmsMasterKeyId",
            expected=tail(expected["KmsMasterKeyId"]),
            found=tail(found.get("KmsMasterKeyId", ABSENT)),
        )
    for name in ("DisplayName", "TracingConfig", "SignatureVersion"):
        if name in expected:
            yield Check(setting=name, expected=expected[name], found=found.get(name, ABSENT))


@reader("AWS::SNS::TopicPolicy", capability="Topics", covers="Topics PolicyDocument")
def topic_policy(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read the policy of each topic that the template names."""
    for arn in expected["Topics"]:
        found = place("sns").get_topic_attributes(TopicArn=arn)["Attributes"].get("Policy")
        yield Check(
            setting=f"PolicyDocument of {tail(arn)}",
            expected=policy(expected["PolicyDocument"]),
            found=policy(found),
        )


@reader(
    "AWS::SNS::Subscription",
    capability="Topics",
    covers="TopicArn Protocol Endpoint RawMessageDelivery FilterPolicy",
)
def subscription(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read whether the endpoint stands in the topic's subscriptions."""
    pages = place("sns").get_paginator("list_subscriptions_by_topic")
    found = [
        {"Protocol": each["Protocol"], "Endpoint": each["Endpoint"]}
        for page in pages.paginate(TopicArn=expected["TopicArn"])
        for each in page["Subscriptions"]
    ]
    wanted = {name: expected.get(name) for name in ("Protocol", "Endpoint")}
    there = any(same(wanted, each) for each in found)
    yield Check(
        setting=f"subscription to {tail(expected['TopicArn'])}",
        expected=wanted,
        found=wanted if there else ABSENT,
    )


_QUEUE = (
    "KmsMasterKeyId",
    "SqsManagedSseEnabled",
    "MessageRetentionPeriod",
    "VisibilityTimeout",
    "RedrivePolicy",
    "RedriveAllowPolicy",
)


@reader(
    "AWS::SQS::Queue",
    capability="Queues",
    covers=f"QueueName KmsDataKeyReusePeriodSeconds {' '.join(_QUEUE)}",
)
def queue(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read a queue's encryption, retention and dead-letter queue."""
    found = _queue_attributes(place, physical_id)
    for name in (*_QUEUE, "KmsDataKeyReusePeriodSeconds"):
        if name not in expected:
            continue
        wanted, value = expected[name], found.get(name, ABSENT)
        if name == "KmsMasterKeyId":
            wanted, value = tail(wanted), tail(value)
        elif name.startswith("Redrive"):
            value = subset(policy(value), wanted)
        yield Check(setting=name, expected=wanted, found=value)
    if "QueueName" in expected:
        yield Check(
            setting="QueueName", expected=expected["QueueName"], found=tail(found["QueueArn"])
        )


@reader("AWS::SQS::QueuePolicy", capability="Queues", covers="Queues PolicyDocument")
def queue_policy(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read the policy of each queue that the template names."""
    for url in expected["Queues"]:
        yield Check(
            setting=f"PolicyDocument of {tail(url)}",
            expected=policy(expected["PolicyDocument"]),
            found=policy(_queue_attributes(place, url).get("Policy")),
        )


def _queue_attributes(place: Place, url: str) -> dict[str, Any]:
    answer = place("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    attributes: dict[str, Any] = answer["Attributes"]
    return attributes
