from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_events as events

from baseline.config.notifications import Notifications
from baseline.detection.delivery_alarm import DeliveryAlarm
from baseline.detection.event_patterns import SEVERITIES
from baseline.detection.finding_formatter import FindingFormatter
from baseline.detection.notifications import FindingNotification, NotificationKeys
from tests.unit.detection import sample_events
from tests.unit.detection.matching import matches

OfType = Callable[[cdk.Stack, str], list[dict[str, Any]]]


def formatter_of(stack: cdk.Stack, shared: NotificationKeys) -> FindingFormatter:
    return FindingFormatter(
        stack,
        "Formatter",
        notifications=Notifications(critical=("a@example.com",), high=("a@example.com",)),
        account_ids={},
        topic_prefix="secbase-findings-",
        topics=["critical", "high"],
        key=shared.key,
        role_name="secbase-finding-formatter",
        organization_id="o-exampleorgid",
        management_account="111111111111",
    )


@pytest.fixture
def notification(stack: cdk.Stack) -> FindingNotification:
    shared = NotificationKeys(stack, "Shared")
    found = FindingNotification(
        stack,
        "Critical",
        severity=SEVERITIES["critical"],
        addresses=["security@example.com", "cloud@example.com", "security@example.com"],
        shared=shared,
        topic_name="secbase-findings-critical",
        bus=events.CfnEventBus(stack, "Bus", name="secbase-security"),
        formatter=formatter_of(stack, shared),
        activity=True,
        further={"Keys": {"source": ["aws.kms"]}},
    )
    DeliveryAlarm(stack, "Alarm", failures=shared.failures, topic=found.topic)
    return found


def allowed(policy: dict[str, Any], service: str) -> list[dict[str, Any]]:
    return [
        statement
        for statement in policy["Statement"]
        if statement["Effect"] == "Allow" and statement["Principal"] == {"Service": service}
    ]


@pytest.mark.usefixtures("notification")
def test_sns_1_the_topic_has_a_customer_managed_key(stack: cdk.Stack, of_type: OfType) -> None:
    (topic,) = of_type(stack, "AWS::SNS::Topic")
    assert topic["Properties"]["KmsMasterKeyId"]["Fn::GetAtt"][0].startswith("SharedKey")
    assert topic["Properties"]["TopicName"] == "secbase-findings-critical"


@pytest.mark.usefixtures("notification")
def test_sns_4_nobody_outside_the_account_may_publish_and_the_alarm_only_as_itself(
    stack: cdk.Stack, of_type: OfType
) -> None:
    (policy,) = of_type(stack, "AWS::SNS::TopicPolicy")
    document = policy["Properties"]["PolicyDocument"]
    (alarm,) = (statement for statement in document["Statement"] if statement["Effect"] == "Allow")
    assert alarm["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert alarm["Condition"]["StringEquals"] == {"aws:SourceAccount": "333333333333"}
    assert alarm["Condition"]["ArnEquals"]["aws:SourceArn"]["Fn::GetAtt"][0].startswith("Alarm")


@pytest.mark.usefixtures("notification")
def test_only_the_rules_of_the_account_may_invoke_the_formatter(
    stack: cdk.Stack, of_type: OfType
) -> None:
    permissions = of_type(stack, "AWS::Lambda::Permission")
    rules = of_type(stack, "AWS::Events::Rule")
    assert len(permissions) == len(rules) == 4
    for permission in permissions:
        properties = permission["Properties"]
        assert properties["Action"] == "lambda:InvokeFunction"
        assert properties["Principal"] == "events.amazonaws.com"
        assert properties["SourceAccount"] == "333333333333"
        assert properties["SourceArn"]["Fn::GetAtt"][1] == "Arn"
    for rule in rules:
        (target,) = rule["Properties"]["Targets"]
        assert target["Arn"]["Fn::GetAtt"][0].startswith("FormatterFunction")
        assert any(name.startswith("CriticalTopic") for name in rule["DependsOn"])


@pytest.mark.usefixtures("notification")
def test_addresses_are_subscribed_once_each(stack: cdk.Stack, of_type: OfType) -> None:
    subscriptions = of_type(stack, "AWS::SNS::Subscription")
    assert [s["Properties"]["Endpoint"] for s in subscriptions] == [
        "security@example.com",
        "cloud@example.com",
    ]
    assert {s["Properties"]["Protocol"] for s in subscriptions} == {"email"}


@pytest.mark.parametrize(
    ("event", "heard"),
    [
        (sample_events.security_hub(Severity={"Label": "CRITICAL"}), 1),
        (sample_events.security_hub(), 0),
        (sample_events.guardduty(9), 1),
        (sample_events.guardduty(8.9), 0),
        (sample_events.sign_in("Root"), 1),
        (sample_events.api_call("guardduty", "DeleteDetector"), 1),
    ],
    ids=["critical", "high", "guardduty 9", "guardduty 8.9", "root", "tampering"],
)
@pytest.mark.usefixtures("notification")
def test_what_is_heard_is_heard_once(
    stack: cdk.Stack, of_type: OfType, event: dict[str, Any], heard: int
) -> None:
    rules = of_type(stack, "AWS::Events::Rule")
    assert sum(matches(rule["Properties"]["EventPattern"], event) for rule in rules) == heard


@pytest.mark.usefixtures("notification")
def test_security_hub_is_heard_on_the_default_bus_and_the_rest_on_the_own_one(
    stack: cdk.Stack, of_type: OfType
) -> None:
    buses = {
        rule["Properties"]["Description"]: rule["Properties"].get("EventBusName")
        for rule in of_type(stack, "AWS::Events::Rule")
    }
    assert buses == {
        "Critical messages from SecurityHub": None,
        "Critical messages from GuardDuty": {"Ref": "Bus"},
        "Critical messages from Activity": {"Ref": "Bus"},
        "Critical messages from Keys": {"Ref": "Bus"},
    }


@pytest.mark.usefixtures("notification")
def test_messages_that_cannot_be_delivered_are_kept_and_told(
    stack: cdk.Stack, of_type: OfType
) -> None:
    for rule in of_type(stack, "AWS::Events::Rule"):
        (target,) = rule["Properties"]["Targets"]
        assert target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0].startswith("SharedFailures")
        assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] == 14_400
        assert '"severity": "critical"' in target["InputTransformer"]["InputTemplate"]
    (keep,) = (
        statement
        for policy in of_type(stack, "AWS::SQS::QueuePolicy")
        for statement in allowed(policy["Properties"]["PolicyDocument"], "events.amazonaws.com")
    )
    assert len(keep["Condition"]["ArnEquals"]["aws:SourceArn"]) == 4
    (alarm,) = of_type(stack, "AWS::CloudWatch::Alarm")
    assert alarm["Properties"]["Threshold"] == 1
    assert alarm["Properties"]["Namespace"] == "AWS/SQS"
    assert alarm["Properties"]["AlarmActions"][0]["Ref"].startswith("CriticalTopic")


@pytest.mark.usefixtures("notification")
def test_only_eventbridge_uses_the_key_without_a_source_for_the_queue(
    stack: cdk.Stack, of_type: OfType
) -> None:
    key = next(
        key
        for key in of_type(stack, "AWS::KMS::Key")
        if key["Properties"]["Description"] == "Messages of findings"
    )
    unbound = [
        statement["Principal"]
        for statement in key["Properties"]["KeyPolicy"]["Statement"]
        if "Service" in statement["Principal"] and "Condition" not in statement
    ]
    assert unbound == [{"Service": "events.amazonaws.com"}]


def test_activity_is_heard_only_where_asked_for(stack: cdk.Stack) -> None:
    shared = NotificationKeys(stack, "Shared")
    quiet = FindingNotification(
        stack,
        "High",
        severity=SEVERITIES["high"],
        addresses=["security@example.com"],
        shared=shared,
        topic_name="secbase-findings-high",
        bus=events.CfnEventBus(stack, "Bus", name="secbase-security"),
        formatter=formatter_of(stack, shared),
    )
    assert set(quiet.rules) == {"SecurityHub", "GuardDuty"}
