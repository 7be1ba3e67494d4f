"""DefaultSecurityGroup: takes every rule out of a VPC's default security group."""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.controls.registry import implements
from baseline.primitives.handler_function import HandlerFunction

HANDLER = Path(__file__).parent / "handlers" / "default_security_group"
SERVICE_TIMEOUT_SECONDS = 300


class DefaultSecurityGroup(Construct):
    """A default security group without rules: what names no group of its own reaches nothing.

    AWS makes the group with every VPC and nobody can delete it. CloudFormation has no type for a
    group that exists already, so a custom resource revokes its rules. The function may change
    this one group. Deleting the stack leaves the group as it is.

    Args:
        scope: parent construct.
        id: construct ID.
        security_group_id: the default group (``DefaultSecurityGroup`` of ``AWS::EC2::VPC``).

    Attributes:
        resource: the ``CustomResource``.

    Source: Security Hub EC2.2; CIS AWS Foundations Benchmark 5.0.0 5.5.
    """

    def __init__(self, scope: Construct, id: str, *, security_group_id: str) -> None:
        super().__init__(scope, id)
        arn = cdk.Stack.of(self).format_arn(
            service="ec2", resource="security-group", resource_name=security_group_id
        )
        handler = HandlerFunction(
            self,
            "Handler",
            handler=HANDLER,
            description="Takes every rule out of the default security group of a VPC",
            statements=[
                iam.PolicyStatement(
                    sid="ReadSecurityGroups",
                    # EC2 names no resource for its Describe actions.
                    actions=["ec2:DescribeSecurityGroups"],
                    resources=["*"],
                ),
                iam.PolicyStatement(
                    sid="EmptyDefaultSecurityGroup",
                    actions=["ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress"],
                    resources=[arn],
                ),
            ],
        )
        self.resource = cdk.CustomResource(
            self,
            "Resource",
            service_token=handler.function.function_arn,
            resource_type="Custom::DefaultSecurityGroup",
            service_timeout=cdk.Duration.seconds(SERVICE_TIMEOUT_SECONDS),
            properties={"SecurityGroupId": security_group_id},
        )
        implements(self, capability="default-security-group", controls=["EC2.2"])
