"""SurgeCapacity: machines behind a load balancer that grow with its requests, and who hears first."""

from __future__ import annotations

import math
from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_sns as sns
from constructs import Construct

from baseline.controls.registry import implements
from baseline.edge.load_balancer import ProtectedLoadBalancer
from baseline.errors import BaselineError

ROOM = 2
"""Least ratio of the largest to the smallest group: what a surge needs before people act."""

FULL = 0.8
"""Part of the largest group at which people hear: there is still time to raise it."""

DRAIN_SECONDS = 30


class SurgeCapacity(Construct):
    """A group of machines as the target of a load balancer, that absorbs a surge of requests.

    Machines are added when each gets more requests a minute than it answers well, before their
    processors are busy; a request goes to the machine with the fewest open ones. Requests for
    other hosts are answered by nobody. The way to the machines is HTTPS. An alarm tells when four
    fifths of the largest group are in use.

    Args:
        scope: parent construct.
        id: construct ID.
        front: the load balancer.
        group: the machines, such as ``HardenedAutoScalingGroup.group``; at most twice as large as
            at least, with group metrics.
        topic: told by the alarm, such as ``AlarmTopic.topic``.
        hosts: names that the application answers under.
        requests_per_minute: requests that one machine answers well; 1,000 by default. Measure it.
        health_path: path that answers 200 while a machine works; ``/health`` by default.
        port: port of the machines, HTTPS; 443 by default.
        priority: of the load balancer's rule, unique on its listener; 100 by default.
        warm_machines: stopped machines that are ready to start, for applications that start
            slowly; none by default. Not with several instance types: Auto Scaling takes no such
            pool.

    Attributes:
        target_group: the ``aws_elasticloadbalancingv2.ApplicationTargetGroup``.
        alarm: the alarm.

    Raises:
        BaselineError: no host is named, the group has no room, collects no metrics, or takes no
            warm machines.

    Source: AWS Best Practices for DDoS Resiliency, "Elastic Load Balancing" and "Amazon EC2 with
    Auto Scaling"; Amazon EC2 Auto Scaling User Guide, "Limitations" of warm pools; Security Hub
    AutoScaling.1, CloudWatch.15.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        front: ProtectedLoadBalancer,
        group: autoscaling.AutoScalingGroup,
        topic: sns.ITopic,
        hosts: Sequence[str],
        requests_per_minute: int = 1_000,
        health_path: str = "/health",
        port: int = 443,
        priority: int = 100,
        warm_machines: int = 0,
    ) -> None:
        super().__init__(scope, id)
        largest = _check(group, hosts, health_path, requests_per_minute, warm_machines)
        self.target_group = self._targets(front.load_balancer.vpc, group, port, health_path)
        front.listener.add_target_groups(
            "Surge",
            target_groups=[self.target_group],
            conditions=[elb.ListenerCondition.host_headers(list(hosts))],
            priority=priority,
        )
        group.scale_on_request_count("Surge", target_requests_per_minute=requests_per_minute)
        if warm_machines:
            # A machine that has answered requests does not come back: each one is new.
            group.add_warm_pool(
                min_size=warm_machines,
                pool_state=autoscaling.PoolState.STOPPED,
                reuse_on_scale_in=False,
            )
        self.alarm = self._alarm(group, topic, threshold=math.ceil(FULL * largest))
        implements(self, capability="surge-capacity", controls=["AutoScaling.1", "CloudWatch.15"])

    def _targets(
        self,
        vpc: ec2.IVpc | None,
        group: autoscaling.AutoScalingGroup,
        port: int,
        health_path: str,
    ) -> elb.ApplicationTargetGroup:
        return elb.ApplicationTargetGroup(
            self,
            "Targets",
            vpc=vpc,
            port=port,
            protocol=elb.ApplicationProtocol.HTTPS,
            targets=[group],
            health_check=elb.HealthCheck(
                path=health_path, protocol=elb.Protocol.HTTPS, healthy_http_codes="200"
            ),
            deregistration_delay=cdk.Duration.seconds(DRAIN_SECONDS),
            load_balancing_algorithm_type=(
                elb.TargetGroupLoadBalancingAlgorithmType.LEAST_OUTSTANDING_REQUESTS
            ),
        )

    def _alarm(
        self, group: autoscaling.AutoScalingGroup, topic: sns.ITopic, *, threshold: int
    ) -> cloudwatch.Alarm:
        alarm = cloudwatch.Alarm(
            self,
            "Full",
            alarm_description=f"{group.node.path} grows towards its maximum; raise it, or block more",
            metric=cloudwatch.Metric(
                namespace="AWS/AutoScaling",
                metric_name="GroupInServiceInstances",
                dimensions_map={"AutoScalingGroupName": group.auto_scaling_group_name},
                statistic="Maximum",
                period=cdk.Duration.minutes(1),
            ),
            threshold=threshold,
            evaluation_periods=2,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(topic))
        return alarm


def _check(
    group: autoscaling.AutoScalingGroup,
    hosts: Sequence[str],
    health_path: str,
    requests_per_minute: int,
    warm_machines: int,
) -> int:
    """Give the size of the largest group.

    Raises:
        BaselineError: the group or an argument cannot be.
    """
    path = group.node.path
    resource = group.node.default_child
    if not isinstance(resource, autoscaling.CfnAutoScalingGroup):
        raise BaselineError(f"group {path} is not made in this app; pass one that is")
    if not hosts:
        raise BaselineError("hosts is empty; name the hosts that the application answers under")
    if not health_path.startswith("/"):
        raise BaselineError(f"health_path {health_path!r} must start with '/'")
    if requests_per_minute < 1:
        raise BaselineError(f"requests_per_minute must be at least 1, got {requests_per_minute}")
    smallest, largest = int(resource.min_size), int(resource.max_size)
    if largest < ROOM * smallest:
        raise BaselineError(
            f"group {path} has {smallest} to {largest} machines; a surge needs room for at least "
            f"{ROOM * smallest}, raise its maximum"
        )
    # The CDK decides about it late.
    if not cdk.Stack.of(group).resolve(resource.metrics_collection):
        raise BaselineError(f"group {path} collects no group metrics; switch them on for the alarm")
    if warm_machines and resource.mixed_instances_policy is not None:
        raise BaselineError(
            f"group {path} has several instance types, and Auto Scaling takes no warm pool with "
            "them; leave warm_machines out and raise its minimum instead"
        )
    return largest
