"""A group behind a load balancer grows with requests, and somebody hears before it is full."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_sns as sns
from aws_cdk.assertions import Template

from baseline.edge.edge_logs import EdgeLogs
from baseline.edge.load_balancer import ProtectedLoadBalancer
from baseline.edge.surge_capacity import SurgeCapacity
from baseline.errors import BaselineError
from baseline.primitives.alarm_topic import AlarmTopic
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic
from baseline.workload.auto_scaling import HardenedAutoScalingGroup
from tests.support import CONTEXT

CERTIFICATE = "arn:aws:acm:eu-west-1:333333333333:certificate/c"
TOPIC = "arn:aws:sns:eu-west-1:333333333333:alarms"
Resources = dict[str, dict[str, Any]]


def network(stack: cdk.Stack) -> ec2.IVpc:
    return ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-1",
        vpc_cidr_block="10.0.0.0/20",
        availability_zones=["eu-west-1a", "eu-west-1b"],
        private_subnet_ids=["subnet-1", "subnet-2"],
    )


def balancer(stack: cdk.Stack, vpc: ec2.IVpc) -> ProtectedLoadBalancer:
    return ProtectedLoadBalancer(
        stack,
        "Front",
        vpc=vpc,
        security_group=ec2.SecurityGroup(stack, "Group", vpc=vpc, allow_all_outbound=False),
        certificate=acm.Certificate.from_certificate_arn(stack, "Certificate", CERTIFICATE),
        log_bucket=EdgeLogs(stack, "Logs").bucket,
    )


def hardened(stack: cdk.Stack, vpc: ec2.IVpc, **settings: Any) -> autoscaling.AutoScalingGroup:
    key = SecureKey(stack, "TopicKey", description="Messages of the group")
    return HardenedAutoScalingGroup(
        stack,
        "Machines",
        vpc=vpc,
        subnets=vpc.private_subnets,
        image=ec2.MachineImage.generic_linux({"eu-west-1": "ami-1"}),
        topic=SecureTopic(stack, "MachineTopic", key=key, display_name="Machines"),
        **settings,
    ).group


def plain(stack: cdk.Stack, vpc: ec2.IVpc, *, metrics: bool = True) -> autoscaling.AutoScalingGroup:
    return autoscaling.AutoScalingGroup(
        stack,
        "Plain",
        vpc=vpc,
        min_capacity=2,
        max_capacity=10,
        launch_template=ec2.LaunchTemplate(
            stack,
            "Template",
            instance_type=ec2.InstanceType("m7g.large"),
            machine_image=ec2.MachineImage.generic_linux({"eu-west-1": "ami-1"}),
            security_group=ec2.SecurityGroup(stack, "PlainGroup", vpc=vpc),
        ),
        group_metrics=[autoscaling.GroupMetrics.all()] if metrics else None,
    )


Maker = Callable[[cdk.Stack, ec2.IVpc], autoscaling.AutoScalingGroup]


def make(stack: cdk.Stack, maker: Maker = hardened, **settings: Any) -> SurgeCapacity:
    vpc = network(stack)
    topic = sns.Topic.from_topic_arn(stack, "Topic", TOPIC)
    values: dict[str, Any] = {"topic": topic, "hosts": ["app.example.com"], **settings}
    return SurgeCapacity(
        stack, "Surge", front=balancer(stack, vpc), group=maker(stack, vpc), **values
    )


@pytest.fixture(scope="module")
def resources() -> Resources:
    """The resources of a hardened group without optional arguments."""
    app = cdk.App(context=CONTEXT, analytics_reporting=False)
    environment = cdk.Environment(account="333333333333", region="eu-west-1")
    stack = cdk.Stack(app, "S", env=environment)
    make(stack)
    return dict(Template.from_stack(stack).to_json()["Resources"])


def of_type(resources: Resources, kind: str) -> list[dict[str, Any]]:
    return [row["Properties"] for row in resources.values() if row["Type"] == kind]


def test_the_group_grows_with_the_requests_of_each_machine(resources: Resources) -> None:
    tracked = {
        row["TargetTrackingConfiguration"]["PredefinedMetricSpecification"][
            "PredefinedMetricType"
        ]: row["TargetTrackingConfiguration"]
        for row in of_type(resources, "AWS::AutoScaling::ScalingPolicy")
    }
    assert set(tracked) == {"ASGAverageCPUUtilization", "ALBRequestCountPerTarget"}
    assert tracked["ALBRequestCountPerTarget"]["TargetValue"] == 1_000


@pytest.mark.parametrize("control", ["AutoScaling.1"])
def test_machines_are_asked_over_https_and_replaced_when_they_fail(
    resources: Resources, control: str
) -> None:
    (targets,) = of_type(resources, "AWS::ElasticLoadBalancingV2::TargetGroup")
    assert (targets["Protocol"], targets["Port"]) == ("HTTPS", 443), control
    assert (targets["HealthCheckProtocol"], targets["HealthCheckPath"]) == ("HTTPS", "/health")
    attributes = {row["Key"]: row["Value"] for row in targets["TargetGroupAttributes"]}
    assert attributes["load_balancing.algorithm.type"] == "least_outstanding_requests"
    assert attributes["deregistration_delay.timeout_seconds"] == "30"
    (group,) = of_type(resources, "AWS::AutoScaling::AutoScalingGroup")
    assert group["HealthCheckType"] == "ELB"
    assert "Ref" in group["TargetGroupARNs"][0]


def test_only_its_hosts_are_answered(resources: Resources) -> None:
    (rule,) = of_type(resources, "AWS::ElasticLoadBalancingV2::ListenerRule")
    (condition,) = rule["Conditions"]
    assert condition["HostHeaderConfig"] == {"Values": ["app.example.com"]}
    assert rule["Actions"][0]["Type"] == "forward"
    assert rule["Priority"] == 100


@pytest.mark.parametrize("control", ["CloudWatch.15"])
def test_somebody_hears_before_the_group_is_full(resources: Resources, control: str) -> None:
    (alarm,) = (
        row
        for row in of_type(resources, "AWS::CloudWatch::Alarm")
        if row.get("MetricName") == "GroupInServiceInstances"
    )
    assert alarm["AlarmActions"] == [TOPIC], control
    assert (alarm["Threshold"], alarm["Namespace"]) == (7, "AWS/AutoScaling")


def test_the_machines_let_the_load_balancer_in_and_nobody_else(resources: Resources) -> None:
    ingress = of_type(resources, "AWS::EC2::SecurityGroupIngress")
    assert ingress
    assert all("SourceSecurityGroupId" in row and "CidrIp" not in row for row in ingress)
    assert {row["FromPort"] for row in ingress} == {443}


def test_nothing_is_kept_warm_unless_it_is_asked_for(
    resources: Resources, stack: cdk.Stack
) -> None:
    assert of_type(resources, "AWS::AutoScaling::WarmPool") == []
    make(stack, plain, warm_machines=2)
    found = dict(Template.from_stack(stack).to_json()["Resources"])
    (pool,) = of_type(found, "AWS::AutoScaling::WarmPool")
    assert (pool["MinSize"], pool["PoolState"]) == (2, "Stopped")
    assert pool["InstanceReusePolicy"] == {"ReuseOnScaleIn": False}


REFUSED: dict[str, tuple[Maker, dict[str, Any], str]] = {
    "no host": (hardened, {"hosts": []}, "hosts is empty"),
    "a path without its slash": (hardened, {"health_path": "up"}, "must start with '/'"),
    "no request": (hardened, {"requests_per_minute": 0}, "must be at least 1, got 0"),
    "no room": (
        lambda stack, vpc: hardened(stack, vpc, minimum=4, maximum=6),
        {},
        r"has 4 to 6 machines; a surge needs room for at least 8",
    ),
    "no metrics": (
        lambda stack, vpc: plain(stack, vpc, metrics=False),
        {},
        "collects no group metrics",
    ),
    "warm machines of several types": (
        hardened,
        {"warm_machines": 1},
        "several instance types, and Auto Scaling takes no warm pool",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_group_that_cannot_absorb_is_refused(stack: cdk.Stack, case: str) -> None:
    maker, settings, words = REFUSED[case]
    with pytest.raises(BaselineError, match=words):
        make(stack, maker, **settings)


def test_no_finding_is_left(
    app: cdk.App, stack: cdk.Stack, findings: Callable[[cdk.App], list[str]]
) -> None:
    alarms = AlarmTopic(stack, "Alarms", addresses=["soc@example.com"], display_name="Surge")
    make(stack, topic=alarms.topic)
    assert findings(app) == []
