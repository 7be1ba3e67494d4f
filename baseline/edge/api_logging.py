"""ApiLogging: the role with which API Gateway writes logs, once per account and Region."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_apigateway as rest
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.primitives.acknowledge import acknowledge, as_printed

ACTIONS = (
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:DescribeLogGroups",
    "logs:DescribeLogStreams",
    "logs:FilterLogEvents",
    "logs:GetLogEvents",
    "logs:PutLogEvents",
)
"""Source: Amazon API Gateway Developer Guide, "Set up CloudWatch logging for REST APIs in API
Gateway"."""


class ApiLogging(Construct):
    """The account's setting that lets REST APIs write access and execution logs.

    There is one per account and Region: deploy it once, before the first :class:`ProtectedApi`.
    Only API Gateway acting for this account may use the role. It stays when its stack is deleted,
    because every API of the account needs it.

    Args:
        scope: parent construct, once per account and Region.
        id: construct ID.

    Attributes:
        role: the ``aws_iam.Role``.
    """

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        stack = cdk.Stack.of(self)
        self.role = iam.Role(
            self,
            "Role",
            description="API Gateway writes the logs of this account's APIs with it",
            assumed_by=iam.ServicePrincipal(
                "apigateway.amazonaws.com",
                conditions={"StringEquals": {"aws:SourceAccount": stack.account}},
            ),
        )
        groups = stack.format_arn(
            service="logs",
            resource="log-group",
            resource_name="*",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        policy = iam.ManagedPolicy(
            self,
            "Policy",
            description="What API Gateway may do with log groups of this account and Region",
            statements=[
                iam.PolicyStatement(sid="WriteLogs", actions=list(ACTIONS), resources=[groups])
            ],
            roles=[self.role],
        )
        account = rest.CfnAccount(self, "Account", cloud_watch_role_arn=self.role.role_arn)
        account.node.add_dependency(policy)
        for kept in (self.role, policy, account):
            _keep(kept)
        text = stack.resolve(groups)
        printed = text if isinstance(text, str) else as_printed(groups)
        acknowledge(
            policy,
            {
                f"AwsSolutions-IAM5[Resource::{printed}]": (
                    "API Gateway names the groups of execution logs after each API; the role is "
                    "bound to this account and Region"
                )
            },
        )


def _keep(construct: Construct) -> None:
    resource = construct.node.default_child or construct
    if isinstance(resource, cdk.CfnResource):
        resource.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
