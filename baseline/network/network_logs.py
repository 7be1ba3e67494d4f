"""NetworkLogGroup and DetectionFlowLog: network records in CloudWatch, where alarms can read them."""

from __future__ import annotations

from typing import Literal

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from baseline.network.flow_log import AGGREGATION_SECONDS, FIELDS
from baseline.primitives.secure_key import SecureKey

Traffic = Literal["REJECT", "ALL"]
KEY_ID = "NetworkLogKey"


class NetworkLogGroup(Construct):
    """A log group for records of the network, encrypted with one key per stack, and retained.

    Args:
        scope: parent construct.
        id: construct ID.
        retention: how long records are kept; three months by default, because the archive keeps
            them for years.
        name: physical name; none by default.

    Attributes:
        log_group: the ``aws_logs.LogGroup``.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        retention: logs.RetentionDays = logs.RetentionDays.THREE_MONTHS,
        name: str | None = None,
    ) -> None:
        super().__init__(scope, id)
        self.log_group = logs.LogGroup(
            self,
            "Resource",
            log_group_name=name,
            encryption_key=_key(self).key,
            retention=retention,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )


class DetectionFlowLog(Construct):
    """Flow log of a VPC to CloudWatch Logs, for metric filters, alarms and queries in minutes.

    The archive holds the complete record; this one is for detection. Rejected traffic is what a
    scan, a wrong route or a planted program shows up as, and a small part of all traffic, which
    CloudWatch charges for by volume.

    Args:
        scope: parent construct.
        id: construct ID.
        vpc_id: the VPC.
        traffic: what is recorded: ``REJECT`` (default) or ``ALL``.

    Attributes:
        log_group: the ``aws_logs.LogGroup``.
        resource: the ``CfnFlowLog``.

    Source: Amazon VPC User Guide, "IAM role for publishing flow logs to CloudWatch Logs".
    """

    def __init__(
        self, scope: Construct, id: str, *, vpc_id: str, traffic: Traffic = "REJECT"
    ) -> None:
        super().__init__(scope, id)
        self.log_group = NetworkLogGroup(self, "Logs").log_group
        role = self._create_role()
        self.resource = ec2.CfnFlowLog(
            self,
            "Resource",
            resource_id=vpc_id,
            resource_type="VPC",
            traffic_type=traffic,
            log_destination_type="cloud-watch-logs",
            log_group_name=self.log_group.log_group_name,
            deliver_logs_permission_arn=role.role_arn,
            log_format=" ".join(f"${{{field}}}" for field in FIELDS),
            max_aggregation_interval=AGGREGATION_SECONDS,
        )
        self.resource.node.add_dependency(role)

    def _create_role(self) -> iam.Role:
        stack = cdk.Stack.of(self)
        source = stack.format_arn(service="ec2", resource="vpc-flow-log", resource_name="*")
        role = iam.Role(
            self,
            "Role",
            description=f"Writes the flow log {self.node.path}",
            assumed_by=iam.ServicePrincipal(
                "vpc-flow-logs.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": stack.account},
                    "ArnLike": {"aws:SourceArn": source},
                },
            ),
        )
        iam.ManagedPolicy(
            self,
            "Policy",
            description=f"What {self.node.path} may write",
            statements=[
                iam.PolicyStatement(
                    sid="WriteFlowLog",
                    actions=[
                        "logs:CreateLogStream",
                        "logs:DescribeLogStreams",
                        "logs:PutLogEvents",
                    ],
                    resources=[self.log_group.log_group_arn],
                )
            ],
            roles=[role],
        )
        return role


def allow_log_delivery(group: logs.LogGroup) -> None:
    """Let the log delivery service of this account write to a log group.

    The service would write this policy itself, with the rights of whoever deploys; written here
    it is in the template, bound to the account.

    Source: Amazon CloudWatch Logs User Guide, "Enable logging from AWS services", logs sent to
    CloudWatch Logs.
    """
    stack = cdk.Stack.of(group)
    group.add_to_resource_policy(
        iam.PolicyStatement(
            sid="LogDelivery",
            principals=[iam.ServicePrincipal("delivery.logs.amazonaws.com")],
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[group.log_group_arn],
            conditions={
                "StringEquals": {"aws:SourceAccount": stack.account},
                "ArnLike": {
                    "aws:SourceArn": stack.format_arn(
                        service="logs", resource="*", arn_format=cdk.ArnFormat.NO_RESOURCE_NAME
                    )
                },
            },
        )
    )


def _key(scope: Construct) -> SecureKey:
    stack = cdk.Stack.of(scope)
    existing = stack.node.try_find_child(KEY_ID)
    if isinstance(existing, SecureKey):
        return existing
    key = SecureKey(stack, KEY_ID, description=f"Network records of {stack.node.id} in CloudWatch")
    key.allow_log_groups()
    return key
