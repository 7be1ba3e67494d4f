"""ResponderRole: what a response may do in an account."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.identity.trust import one_role
from baseline.primitives.acknowledge import acknowledge, as_printed


class ResponderRole(Construct):
    """Closes open ports of an account, for one role of the security account, and nothing else.

    Args:
        scope: parent construct; once per account.
        id: construct ID.
        role_name: physical name, which guardrails exempt.
        trusted_account: the security account.
        trusted_role: name of the open-port closer's role there.
        organization_id: organization that the caller must belong to.

    Attributes:
        role: the ``aws_iam.Role``.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        role_name: str,
        trusted_account: str,
        trusted_role: str,
        organization_id: str,
    ) -> None:
        super().__init__(scope, id)
        self.role = iam.Role(
            self,
            "Role",
            role_name=role_name,
            description="Closes ports that are open to the internet",
            assumed_by=one_role(trusted_account, trusted_role, organization_id),
            max_session_duration=cdk.Duration.hours(1),
        )
        groups = f"arn:{cdk.Aws.PARTITION}:ec2:*:{cdk.Aws.ACCOUNT_ID}:security-group/*"
        # A list may be another account's, shared, or one of AWS.
        lists = f"arn:{cdk.Aws.PARTITION}:ec2:*:*:prefix-list/*"
        policy = iam.ManagedPolicy(
            self,
            "Policy",
            description="Read and close open ports",
            statements=[
                iam.PolicyStatement(
                    sid="ReadSecurityGroups",
                    actions=["ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups"],
                    resources=["*"],
                ),
                iam.PolicyStatement(
                    sid="ReadPrefixLists",
                    actions=["ec2:GetManagedPrefixListEntries"],
                    resources=[lists],
                ),
                iam.PolicyStatement(
                    sid="CloseOpenPorts",
                    actions=["ec2:RevokeSecurityGroupIngress"],
                    resources=[groups],
                ),
            ],
            roles=[self.role],
        )
        acknowledge(
            policy,
            {
                "AwsSolutions-IAM5[Resource::*]": "the two read actions take no resources",
                f"AwsSolutions-IAM5[Resource::{as_printed(groups)}]": (
                    "any security group of this account can be opened; revoking an ingress rule is "
                    "all that may be done to it"
                ),
                f"AwsSolutions-IAM5[Resource::{as_printed(lists)}]": (
                    "rules name lists of other accounts too; the action only reads them"
                ),
            },
        )
