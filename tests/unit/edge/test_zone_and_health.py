"""Queries of a zone are on record, and somebody hears when an application does not answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_sns as sns
from aws_cdk.assertions import Template

from baseline.edge.health_check import EndpointHealth
from baseline.edge.shield import ShieldAdvanced
from baseline.edge.shield_choices import COMMITMENT, ProtectedResource
from baseline.edge.zone import ProtectedZone
from baseline.errors import BaselineError
from baseline.primitives.alarm_topic import AlarmTopic

OfType = Callable[[cdk.Stack, str], list[dict[str, Any]]]
TOPIC = "arn:aws:sns:us-east-1:333333333333:alarms"


@pytest.mark.parametrize("control", ["Route53.2"])
def test_queries_are_logged_to_an_encrypted_group(
    global_stack: cdk.Stack, of_type: OfType, control: str
) -> None:
    ProtectedZone(global_stack, "Zone", name="example.com")
    (zone,) = of_type(global_stack, "AWS::Route53::HostedZone")
    (group,) = of_type(global_stack, "AWS::Logs::LogGroup")
    (policy,) = of_type(global_stack, "AWS::Logs::ResourcePolicy")
    target = str(zone["QueryLoggingConfig"]["CloudWatchLogsLogGroupArn"])
    assert ":log-group:" in target, control
    assert not target.endswith(":*")
    assert group["LogGroupName"] == "/aws/route53/example.com"
    assert "Fn::GetAtt" in group["KmsKeyId"]
    assert group["RetentionInDays"] == 365
    text = str(policy["PolicyDocument"])
    assert "route53.amazonaws.com" in text
    assert '"aws:SourceAccount":"333333333333"' in text
    assert ":route53:::hostedzone/*" in text


def test_the_zone_stays_and_comes_after_its_policy(global_stack: cdk.Stack) -> None:
    ProtectedZone(global_stack, "Zone", name="example.com")
    resources = Template.from_stack(global_stack).to_json()["Resources"]
    (zone,) = (each for each in resources.values() if each["Type"] == "AWS::Route53::HostedZone")
    (policy,) = (
        name for name, each in resources.items() if each["Type"] == "AWS::Logs::ResourcePolicy"
    )
    assert zone["DeletionPolicy"] == "Retain"
    assert policy in zone["DependsOn"]


@pytest.mark.parametrize("fast", [False, True])
def test_the_application_is_asked_over_https(
    global_stack: cdk.Stack, of_type: OfType, fast: bool
) -> None:
    topic = sns.Topic.from_topic_arn(global_stack, "Topic", TOPIC)
    EndpointHealth(
        global_stack,
        "Health",
        domain_name="www.example.com",
        topic=topic,
        path="/health",
        fast=fast,
    )
    (check,) = of_type(global_stack, "AWS::Route53::HealthCheck")
    assert check["HealthCheckConfig"] == {
        "Type": "HTTPS",
        "FullyQualifiedDomainName": "www.example.com",
        "Port": 443,
        "ResourcePath": "/health",
        "EnableSNI": True,
        "FailureThreshold": 3,
        "RequestInterval": 10 if fast else 30,
        "MeasureLatency": False,
    }


@pytest.mark.parametrize("control", ["CloudWatch.15", "CloudWatch.17"])
def test_somebody_hears_when_it_does_not_answer(
    global_stack: cdk.Stack, of_type: OfType, control: str
) -> None:
    topic = sns.Topic.from_topic_arn(global_stack, "Topic", TOPIC)
    EndpointHealth(global_stack, "Health", domain_name="www.example.com", topic=topic)
    (alarm,) = of_type(global_stack, "AWS::CloudWatch::Alarm")
    assert alarm["AlarmActions"] == [TOPIC], control
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Route53", "HealthCheckStatus")
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
    assert alarm["TreatMissingData"] == "breaching"
    (dimension,) = alarm["Dimensions"]
    assert dimension["Name"] == "HealthCheckId"


def test_shield_takes_its_arn(global_stack: cdk.Stack, of_type: OfType) -> None:
    topic = sns.Topic.from_topic_arn(global_stack, "Topic", TOPIC)
    health = EndpointHealth(global_stack, "Health", domain_name="www.example.com", topic=topic)
    site = ProtectedResource(
        arn="arn:aws:cloudfront::333333333333:distribution/E1", health_check_arn=health.arn
    )
    ShieldAdvanced(
        global_stack, "Shield", acknowledge_commitment=COMMITMENT, protections={"Site": site}
    )
    (protection,) = of_type(global_stack, "AWS::Shield::Protection")
    (arn,) = protection["HealthCheckArns"]
    assert ":route53:::healthcheck/" in str(arn)


def test_a_zone_elsewhere_is_one_clear_error(stack: cdk.Stack) -> None:
    with pytest.raises(BaselineError, match="is in 'eu-west-1'; query logs of Route 53 are in"):
        ProtectedZone(stack, "Zone", name="example.com")
    assert "Resources" not in Template.from_stack(stack).to_json()


@pytest.mark.parametrize("region", ["eu-west-1", None])
def test_a_health_check_elsewhere_is_one_clear_error(app: cdk.App, region: str | None) -> None:
    environment = cdk.Environment(account="333333333333", region=region) if region else None
    stack = cdk.Stack(app, "Elsewhere", env=environment)
    topic = sns.Topic.from_topic_arn(stack, "Topic", TOPIC)
    with pytest.raises(BaselineError, match="metrics of health checks are in 'us-east-1'"):
        EndpointHealth(stack, "Health", domain_name="www.example.com", topic=topic)


def test_a_path_without_its_slash_is_refused(global_stack: cdk.Stack) -> None:
    topic = sns.Topic.from_topic_arn(global_stack, "Topic", TOPIC)
    with pytest.raises(BaselineError, match="path 'health' must start with '/'"):
        EndpointHealth(
            global_stack, "Health", domain_name="www.example.com", topic=topic, path="health"
        )


def test_no_finding_is_left(
    app: cdk.App, global_stack: cdk.Stack, findings: Callable[[cdk.App], list[str]]
) -> None:
    alarms = AlarmTopic(global_stack, "Alarms", addresses=["soc@example.com"], display_name="Edge")
    ProtectedZone(global_stack, "Zone", name="example.com")
    EndpointHealth(global_stack, "Health", domain_name="www.example.com", topic=alarms.topic)
    assert findings(app) == []
