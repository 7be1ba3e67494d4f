"""Alarms reach people through an encrypted topic that only alarms of the account publish to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk.assertions import Template

from baseline.errors import BaselineError
from baseline.primitives.alarm_topic import AlarmTopic

ALARMS = "arn:aws:cloudwatch:eu-west-1:333333333333:alarm:*"


def one(template: Mapping[str, Any], kind: str) -> dict[str, Any]:
    (found,) = (each for each in template["Resources"].values() if each["Type"] == kind)
    return dict(found["Properties"])


def test_only_alarms_of_the_account_publish(stack: cdk.Stack) -> None:
    AlarmTopic(stack, "Alarms", addresses=["soc@example.com"], display_name="Network alarms")
    template = Template.from_stack(stack).to_json()
    statements = one(template, "AWS::SNS::TopicPolicy")["PolicyDocument"]["Statement"]
    (publish,) = (each for each in statements if each["Effect"] == "Allow")
    assert publish["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert publish["Condition"] == {
        "ArnLike": {"aws:SourceArn": ALARMS},
        "StringEquals": {"aws:SourceAccount": "333333333333"},
    }


@pytest.mark.parametrize("control", ["SNS.1"])
def test_the_topic_is_encrypted_with_a_key_that_alarms_may_use(
    stack: cdk.Stack, control: str
) -> None:
    AlarmTopic(stack, "Alarms", addresses=["soc@example.com"], display_name="Network alarms")
    template = Template.from_stack(stack).to_json()
    assert "Fn::GetAtt" in one(template, "AWS::SNS::Topic")["KmsMasterKeyId"], control
    statements = one(template, "AWS::KMS::Key")["KeyPolicy"]["Statement"]
    (use,) = (each for each in statements if each.get("Sid") == "PublishAlarms")
    assert use["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert use["Condition"] == {"StringEquals": {"aws:SourceAccount": "333333333333"}}


def test_an_address_named_twice_is_subscribed_once(stack: cdk.Stack) -> None:
    AlarmTopic(stack, "Alarms", addresses=["a@example.com", "a@example.com"], display_name="Alarms")
    Template.from_stack(stack).resource_count_is("AWS::SNS::Subscription", 1)


def test_alarms_that_nobody_reads_are_refused(stack: cdk.Stack) -> None:
    with pytest.raises(BaselineError, match="addresses is empty"):
        AlarmTopic(stack, "Alarms", addresses=[], display_name="Alarms")


def test_no_finding_is_left(
    app: cdk.App, stack: cdk.Stack, findings: Callable[[cdk.App], list[str]]
) -> None:
    topic = AlarmTopic(stack, "Alarms", addresses=["soc@example.com"], display_name="Alarms").topic
    metric = cloudwatch.Metric(namespace="AWS/VPN", metric_name="TunnelState")
    alarm = cloudwatch.Alarm(stack, "Alarm", metric=metric, threshold=1, evaluation_periods=1)
    alarm.add_alarm_action(actions.SnsAction(topic))
    assert findings(app) == []
