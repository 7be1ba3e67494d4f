"""Each kind of attack on availability shows up in a metric that somebody hears of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigateway as rest
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_sns as sns
from aws_cdk.assertions import Template

from baseline.edge.dos_alarms import DosAlarms
from baseline.edge.http_api import ProtectedHttpApi
from baseline.edge.rest_api import ProtectedApi
from baseline.edge.web_acl import WebAcl
from baseline.errors import BaselineError
from baseline.primitives.alarm_topic import AlarmTopic
from tests.support import CONTEXT

TOPIC = "arn:aws:sns:eu-west-1:333333333333:alarms"
ARN = "arn:aws:elasticloadbalancing:eu-west-1:333333333333:loadbalancer/app/front/1"
Resources = dict[str, Any]
Alarms = dict[str, dict[str, Any]]


def watch(stack: cdk.Stack, topic: sns.ITopic) -> DosAlarms:
    """Watch one resource of each kind that is regional."""
    alarms = DosAlarms(stack, "Dos", topic=topic)
    vpc = ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-1",
        availability_zones=["eu-west-1a", "eu-west-1b"],
        private_subnet_ids=["subnet-1", "subnet-2"],
    )
    balancer = elb.ApplicationLoadBalancer(
        stack,
        "Front",
        vpc=vpc,
        security_group=ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-1"),
    )
    acl = WebAcl(stack, "Acl")
    api = ProtectedApi(stack, "Api", web_acl=acl)
    api.api.root.add_method("GET", rest.HttpIntegration("https://app.example.com"))
    gateway = ec2.CfnNatGateway(stack, "Nat", subnet_id="subnet-3", allocation_id="eipalloc-1")
    alarms.watch_web_acl("Acl", acl)
    alarms.watch_load_balancer("Front", balancer)
    alarms.watch_api("Api", api.api)
    alarms.watch_nat_gateways("Nat", [gateway])
    alarms.watch_attacks("Front", ARN)
    return alarms


@pytest.fixture(scope="module")
def resources() -> Resources:
    environment = cdk.Environment(account="333333333333", region="eu-west-1")
    stack = cdk.Stack(cdk.App(context=CONTEXT, analytics_reporting=False), "S", env=environment)
    watch(stack, sns.Topic.from_topic_arn(stack, "Topic", TOPIC))
    return dict(Template.from_stack(stack).to_json()["Resources"])


def alarms_of(resources: Resources) -> Alarms:
    """Give the alarms by metric, those on what is unusual by the metric that they compare."""
    found: Alarms = {}
    for each in resources.values():
        if each["Type"] != "AWS::CloudWatch::Alarm":
            continue
        alarm = each["Properties"]
        for query in alarm.get("Metrics", []):
            if "MetricStat" in query:
                found[query["MetricStat"]["Metric"]["MetricName"]] = alarm
        if "MetricName" in alarm:
            found[alarm["MetricName"]] = alarm
    return found


def dimensions(metric: dict[str, Any]) -> dict[str, Any]:
    return {each["Name"]: each["Value"] for each in metric["Dimensions"]}


@pytest.mark.parametrize("control", ["CloudWatch.15", "CloudWatch.17"])
def test_every_alarm_tells_the_topic(resources: Resources, control: str) -> None:
    found = alarms_of(resources)
    assert set(found) == {
        "5XXError",
        "BlockedRequests",
        "Count",
        "DDoSDetected",
        "ErrorPortAllocation",
        "HTTPCode_ELB_5XX_Count",
        "HTTPCode_Target_5XX_Count",
        "RejectedConnectionCount",
        "RequestCount",
    }
    for alarm in found.values():
        assert alarm["AlarmActions"] == [TOPIC], control
        assert alarm.get("ActionsEnabled", True) is True
        assert alarm["TreatMissingData"] == "notBreaching"


def test_an_http_api_is_watched_by_its_id_and_stage(stack: cdk.Stack) -> None:
    api = ProtectedHttpApi(stack, "Orders")
    topic = sns.Topic.from_topic_arn(stack, "Topic", TOPIC)
    DosAlarms(stack, "Dos", topic=topic).watch_http_api("Orders", api.stage, errors=3)
    resources = dict(Template.from_stack(stack).to_json()["Resources"])
    found = alarms_of(resources)
    (name,) = (key for key, row in resources.items() if row["Type"] == "AWS::ApiGatewayV2::Api")
    assert set(found) == {"5xx", "Count"}
    assert found["5xx"]["Threshold"] == 3
    assert dimensions(found["5xx"]) == {"ApiId": {"Ref": name}, "Stage": "live"}
    assert found["5xx"]["Namespace"] == "AWS/ApiGateway"


@pytest.mark.parametrize(
    ("metric", "namespace", "statistic", "threshold"),
    [
        ("BlockedRequests", "AWS/WAFV2", "Sum", 1000),
        ("HTTPCode_ELB_5XX_Count", "AWS/ApplicationELB", "Sum", 25),
        ("HTTPCode_Target_5XX_Count", "AWS/ApplicationELB", "Sum", 25),
        ("RejectedConnectionCount", "AWS/ApplicationELB", "Sum", 1),
        ("5XXError", "AWS/ApiGateway", "Sum", 25),
        ("ErrorPortAllocation", "AWS/NATGateway", "Sum", 1),
        ("DDoSDetected", "AWS/DDoSProtection", "Maximum", 1),
    ],
)
def test_a_limit_is_reached_within_five_minutes(
    resources: Resources, metric: str, namespace: str, statistic: str, threshold: int
) -> None:
    alarm = alarms_of(resources)[metric]
    assert (alarm["Namespace"], alarm["Statistic"]) == (namespace, statistic)
    assert (alarm["Threshold"], alarm["Period"]) == (threshold, 300)
    assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"


@pytest.mark.parametrize("metric", ["RequestCount", "Count"])
def test_requests_are_compared_with_what_is_usual(resources: Resources, metric: str) -> None:
    alarm = alarms_of(resources)[metric]
    (band,) = (query for query in alarm["Metrics"] if "Expression" in query)
    assert band["Expression"].startswith("ANOMALY_DETECTION_BAND(")
    assert band["Expression"].endswith(", 3)")
    assert alarm["ThresholdMetricId"] == band["Id"]
    # Few requests are no attack.
    assert alarm["ComparisonOperator"] == "GreaterThanUpperThreshold"


def test_metrics_are_those_of_the_resource(resources: Resources) -> None:
    found = alarms_of(resources)
    (acl,) = (each for each in resources.values() if each["Type"] == "AWS::WAFv2::WebACL")
    assert dimensions(found["BlockedRequests"]) == {
        "Region": "eu-west-1",
        "Rule": "ALL",
        "WebACL": acl["Properties"]["VisibilityConfig"]["MetricName"],
    }
    balancer = dimensions(found["RejectedConnectionCount"])["LoadBalancer"]
    assert balancer["Fn::GetAtt"][1] == "LoadBalancerFullName"
    (api,) = (each for each in resources.values() if each["Type"] == "AWS::ApiGateway::RestApi")
    assert dimensions(found["5XXError"])["ApiName"] == api["Properties"]["Name"]
    assert set(dimensions(found["ErrorPortAllocation"])) == {"NatGatewayId"}
    assert dimensions(found["DDoSDetected"]) == {"ResourceArn": ARN}


def distribution(stack: cdk.Stack) -> cloudfront.IDistribution:
    return cloudfront.Distribution.from_distribution_attributes(
        stack, "Site", distribution_id="E1", domain_name="d1.cloudfront.net"
    )


def test_a_distribution_is_watched_where_its_metrics_are(global_stack: cdk.Stack) -> None:
    topic = sns.Topic.from_topic_arn(global_stack, "Topic", TOPIC.replace("eu-west-1", "us-east-1"))
    alarms = DosAlarms(global_stack, "Dos", topic=topic)
    alarms.watch_distribution("Site", distribution(global_stack))
    acl = WebAcl(global_stack, "Acl", web_acl_scope="CLOUDFRONT")
    alarms.watch_web_acl("Acl", acl, blocked=50)
    found = alarms_of(Template.from_stack(global_stack).to_json()["Resources"])
    assert dimensions(found["5xxErrorRate"]) == {"DistributionId": "E1", "Region": "Global"}
    assert (found["5xxErrorRate"]["Statistic"], found["5xxErrorRate"]["Threshold"]) == (
        "Average",
        5,
    )
    assert set(dimensions(found["BlockedRequests"])) == {"Rule", "WebACL"}
    assert found["BlockedRequests"]["Threshold"] == 50


def test_a_distribution_elsewhere_is_one_clear_error(stack: cdk.Stack) -> None:
    alarms = DosAlarms(stack, "Dos", topic=sns.Topic.from_topic_arn(stack, "Topic", TOPIC))
    with pytest.raises(BaselineError, match=r"is in 'eu-west-1'; metrics .* are in 'us-east-1'"):
        alarms.watch_distribution("Site", distribution(stack))


def test_no_finding_is_left(
    app: cdk.App, global_stack: cdk.Stack, findings: Callable[[cdk.App], list[str]]
) -> None:
    topic = AlarmTopic(global_stack, "Topic", addresses=["soc@example.com"], display_name="Edge")
    alarms = DosAlarms(global_stack, "Dos", topic=topic.topic)
    alarms.watch_web_acl("Acl", WebAcl(global_stack, "Acl", web_acl_scope="CLOUDFRONT"))
    alarms.watch_distribution("Site", distribution(global_stack))
    alarms.watch_attacks("Site", ARN)
    assert findings(app) == []
    assert set(alarms.alarms) == {"AclBlocked", "SiteErrors", "SiteRequests", "SiteAttack"}
