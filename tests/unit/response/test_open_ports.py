from __future__ import annotations

import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_events as events
from aws_cdk import aws_sns as sns
from aws_cdk.assertions import Match, Template

from baseline.errors import BaselineError
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic
from baseline.response.evidence import EvidenceStore
from baseline.response.open_ports import OpenPortCloser

ENV = cdk.Environment(account="333333333333", region="eu-west-1")


def stack(**settings: Any) -> cdk.Stack:
    made = cdk.Stack(cdk.App(), "response", env=ENV)
    key = SecureKey(made, "Key", description="Messages")
    OpenPortCloser(
        made,
        "OpenPorts",
        bus=events.CfnEventBus(made, "Bus", name="secbase-security"),
        responder_role="secbase-responder",
        role_name="secbase-open-port-closer",
        organization_id="o-exampleorgid",
        evidence=EvidenceStore(made, "Evidence"),
        topic=SecureTopic(made, "Topic", key=key),
        topic_key=key,
        schedule_group="secbase-open-ports",
        **settings,
    )
    return made


@pytest.fixture(scope="module")
def template() -> Template:
    return Template.from_stack(stack())


def environment(found: Template) -> dict[str, Any]:
    functions = found.find_resources("AWS::Lambda::Function").values()
    variables: dict[str, Any] = next(iter(functions))["Properties"]["Environment"]["Variables"]
    return variables


def test_ec2_13_ec2_14_ports_are_closed_unless_named_otherwise(template: Template) -> None:
    variables = environment(template)
    assert variables["MODE"] == "close"
    assert variables["PORTS"] == "22,3389"
    assert variables["EXEMPTION_DAYS"] == "7"
    weaker = environment(Template.from_stack(stack(mode="report", exemption_days=30)))
    assert weaker["MODE"] == "report"
    assert weaker["EXEMPTION_DAYS"] == "30"


def test_it_hears_of_changes_and_of_configs_verdict(template: Template) -> None:
    template.has_resource_properties(
        "AWS::Events::Rule",
        {
            "State": "ENABLED",
            "EventBusName": {"Ref": "Bus"},
            "EventPattern": {
                "source": ["aws.config", "aws.ec2"],
                "$or": Match.array_with(
                    [
                        Match.object_like(
                            {
                                "detail": Match.object_like(
                                    {
                                        "eventName": Match.array_with(
                                            ["AuthorizeSecurityGroupIngress"]
                                        )
                                    }
                                )
                            }
                        )
                    ]
                ),
            },
        },
    )
    template.has_resource_properties(
        "AWS::Lambda::Permission",
        {
            "Principal": "events.amazonaws.com",
            "SourceAccount": "333333333333",
            "SourceArn": Match.any_value(),
        },
    )


def test_its_role_can_become_responder_of_the_organization_only(template: Template) -> None:
    template.has_resource_properties(
        "AWS::IAM::ManagedPolicy",
        {
            "PolicyDocument": {
                "Statement": Match.array_with(
                    [
                        {
                            "Sid": "AssumeResponders",
                            "Action": "sts:AssumeRole",
                            "Effect": "Allow",
                            "Resource": {
                                "Fn::Join": [
                                    "",
                                    [
                                        "arn:",
                                        {"Ref": "AWS::Partition"},
                                        ":iam::*:role/secbase-responder",
                                    ],
                                ]
                            },
                            "Condition": {"StringEquals": {"aws:ResourceOrgID": "o-exampleorgid"}},
                        }
                    ]
                ),
                "Version": "2012-10-17",
            }
        },
    )
    template.has_resource_properties("AWS::IAM::Role", {"RoleName": "secbase-open-port-closer"})


def test_the_schedule_role_is_bound_to_the_schedule_group(template: Template) -> None:
    [trust] = [
        statement
        for role in template.find_resources("AWS::IAM::Role").values()
        for statement in role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        if statement["Principal"] == {"Service": "scheduler.amazonaws.com"}
    ]
    condition = trust["Condition"]["StringEquals"]
    assert condition["aws:SourceAccount"] == "333333333333"
    assert "schedule-group/secbase-open-ports" in json.dumps(condition["aws:SourceArn"])


def test_evidence_cannot_be_read_or_removed_by_the_closer(template: Template) -> None:
    actions = {
        action
        for policy in template.find_resources("AWS::IAM::ManagedPolicy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        for action in (
            [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        )
    }
    assert {action for action in actions if action.startswith("s3:")} == {"s3:PutObject"}


@pytest.mark.parametrize("control", ["S3.9", "S3.15", "S3.17"])
def test_evidence_is_locked_encrypted_and_its_reads_are_logged(
    control: str, template: Template
) -> None:
    [evidence] = [
        bucket["Properties"]
        for bucket in template.find_resources("AWS::S3::Bucket").values()
        if bucket["Properties"].get("ObjectLockEnabled")
    ]
    holds = {
        "S3.9": evidence["LoggingConfiguration"]["LogFilePrefix"] == "evidence/",
        "S3.15": evidence["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
        == {"Mode": "COMPLIANCE", "Days": 365},
        "S3.17": evidence["BucketEncryption"]["ServerSideEncryptionConfiguration"][0][
            "ServerSideEncryptionByDefault"
        ]["SSEAlgorithm"]
        == "aws:kms",
    }
    assert holds[control]


@pytest.mark.parametrize(("ports", "message"), [([], "ports is empty"), ([0], "ports has 0")])
def test_wrong_ports_are_refused(ports: list[int], message: str) -> None:
    with pytest.raises(BaselineError, match=message):
        stack(ports=ports)


def test_what_it_fails_at_raises_an_alarm() -> None:
    arn = "arn:aws:sns:eu-west-1:333333333333:secbase-findings-critical"
    topic = sns.Topic.from_topic_arn(cdk.Stack(cdk.App(), "topics"), "Critical", arn)
    template = Template.from_stack(stack(alarm_topic=topic))
    [alarm] = template.find_resources("AWS::CloudWatch::Alarm").values()
    properties = alarm["Properties"]
    assert properties["AlarmName"] == "secbase-open-port-closer-failed"
    assert properties["AlarmActions"] == [arn]
    assert (properties["ComparisonOperator"], properties["Threshold"]) == (
        "GreaterThanThreshold",
        0,
    )
    stats = [each["MetricStat"] for each in properties["Metrics"] if "MetricStat" in each]
    assert {each["Metric"]["MetricName"] for each in stats} == {
        "Errors",
        "AsyncEventsDropped",
        "DeadLetterErrors",
    }
    for each in stats:
        assert each["Metric"]["Namespace"] == "AWS/Lambda"
        [dimension] = each["Metric"]["Dimensions"]
        assert dimension["Name"] == "FunctionName"


def test_without_a_topic_there_is_no_alarm(template: Template) -> None:
    template.resource_count_is("AWS::CloudWatch::Alarm", 0)
