"""HardenedEcsCluster: where containers run, watched, with recorded and encrypted sessions."""

from __future__ import annotations

from typing import Literal, get_args

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from constructs import Construct

from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.primitives.secure_key import SecureKey

Insights = Literal["enabled", "enhanced"]


class HardenedEcsCluster(Construct):
    """An ECS cluster for Fargate with Container Insights and a log of every session.

    Sessions of ECS Exec are encrypted with the cluster's key and written to a log group that is
    kept for a year; a :class:`~baseline.workload.containers.fargate_service.HardenedFargateService`
    allows none.

    Args:
        scope: parent construct.
        id: construct ID.
        vpc: the VPC of the services.
        insights: ``enabled`` by default; ``enhanced`` adds metrics of every task and container,
            which cost more.

    Attributes:
        cluster: the ``aws_ecs.Cluster``.
        key: the :class:`SecureKey` of sessions and logs.
        sessions: the log group of sessions.
        vpc: the VPC.

    Raises:
        BaselineError: for an unknown kind of insights.

    Source: Security Hub ECS.12; Amazon ECS Developer Guide, "Monitor Amazon ECS containers with ECS
    Exec".
    """

    def __init__(
        self, scope: Construct, id: str, *, vpc: ec2.IVpc, insights: Insights = "enabled"
    ) -> None:
        super().__init__(scope, id)
        if insights not in get_args(Insights):
            raise BaselineError(
                f"insights is {insights!r}; it is one of {', '.join(get_args(Insights))}"
            )
        self.vpc = vpc
        self.key = SecureKey(self, "Key", description=f"Containers of {self.node.path}")
        self.key.allow_log_groups()
        self.sessions = self.create_log_group(self, "Sessions")
        self.cluster = ecs.Cluster(
            self,
            "Cluster",
            vpc=vpc,
            container_insights_v2=ecs.ContainerInsights[insights.upper()],
            enable_fargate_capacity_providers=True,
            execute_command_configuration=ecs.ExecuteCommandConfiguration(
                kms_key=self.key.key,
                logging=ecs.ExecuteCommandLogging.OVERRIDE,
                log_configuration=ecs.ExecuteCommandLogConfiguration(
                    cloud_watch_log_group=self.sessions, cloud_watch_encryption_enabled=True
                ),
            ),
        )
        implements(self, capability="hardened-ecs-cluster", controls=["ECS.12"])

    def create_log_group(self, scope: Construct, id: str) -> logs.LogGroup:
        """Create a log group with the cluster's key that is kept for a year and outlives its stack.

        Args:
            scope: parent construct.
            id: construct ID.
        """
        return logs.LogGroup(
            scope,
            id,
            encryption_key=self.key.key,
            retention=logs.RetentionDays.ONE_YEAR,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
