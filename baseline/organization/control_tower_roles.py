"""ControlTowerRoles: the four roles that Control Tower works with, under the names it demands."""

from __future__ import annotations

from typing import Final

from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.config import Names
from baseline.primitives.acknowledge import acknowledge, acknowledge_rule

PATH: Final = "/service-role/"
ADMIN: Final = "AWSControlTowerAdmin"
CLOUDTRAIL: Final = "AWSControlTowerCloudTrailRole"
STACK_SETS: Final = "AWSControlTowerStackSetRole"
AGGREGATOR: Final = "AWSControlTowerConfigAggregatorRoleForOrganizations"
EXECUTION: Final = "AWSControlTowerExecution"
TRAIL: Final = "aws-controltower-BaselineCloudTrail"
LOG_GROUP: Final = "aws-controltower/CloudTrailLogs"

MANAGED = (
    "Control Tower checks for this AWS managed policy and AWS extends it with the service; only the "
    "service may assume the role, for this account"
)
DEMANDED = (
    "the action has no resources, and Control Tower looks for this inline policy; only the service "
    "may assume the role, for this account"
)
ANY_ACCOUNT = (
    "one role name in every account that Control Tower governs; each account's role decides for "
    "itself whom it trusts"
)


class ControlTowerRoles(Construct):
    """The service roles that have to exist before a landing zone, in the management account.

    Names, path and permissions are Control Tower's. Each trusts its service for this account only.

    Args:
        scope: parent construct, in a stack of the management account and home Region.
        id: construct ID.
        names: account IDs and home Region.

    Attributes:
        roles: the ``aws_iam.Role`` by name.

    Source: AWS Control Tower User Guide, "Using identity-based policies (IAM policies)", "Optional
    conditions for your role trust relationships"; AWS CloudTrail User Guide, "Role policy document
    for CloudTrail to use CloudWatch Logs for monitoring"; AWS CloudFormation User Guide, "Grant
    self-managed permissions"; AWS Config Developer Guide, "Cross-service confused deputy
    prevention".
    """

    def __init__(self, scope: Construct, id: str, *, names: Names) -> None:
        super().__init__(scope, id)
        arn, account, home = f"arn:{names.partition}", names.management, names.home_region
        self.roles = {
            ADMIN: self._role(
                "Admin",
                ADMIN,
                service="controltower",
                account=account,
                source=f"{arn}:controltower:{home}:{account}:*",
                managed="AWSControlTowerServiceRolePolicy",
                inline=_allow("ReadZones", "ec2:DescribeAvailabilityZones", "*"),
            ),
            CLOUDTRAIL: self._role(
                "CloudTrail",
                CLOUDTRAIL,
                service="cloudtrail",
                account=account,
                source=f"{arn}:cloudtrail:{home}:{account}:trail/{TRAIL}",
                managed="AWSControlTowerCloudTrailRolePolicy",
            ),
            STACK_SETS: self._role(
                "StackSets",
                STACK_SETS,
                service="cloudformation",
                account=account,
                source=f"{arn}:cloudformation:*:{account}:stackset/*",
                inline=_allow(
                    "AssumeExecution", "sts:AssumeRole", f"{arn}:iam::*:role/{EXECUTION}"
                ),
            ),
            AGGREGATOR: self._role(
                "ConfigAggregator",
                AGGREGATOR,
                service="config",
                account=account,
                source=f"{arn}:config:*:{account}:*",
                managed="AWSConfigRoleForOrganizations",
            ),
        }
        acknowledge(self.roles[ADMIN], {"AwsSolutions-IAM5[Resource::*]": DEMANDED})
        acknowledge(
            self.roles[STACK_SETS],
            {f"AwsSolutions-IAM5[Resource::{arn}:iam::*:role/{EXECUTION}]": ANY_ACCOUNT},
        )
        for role in (ADMIN, STACK_SETS):
            acknowledge_rule(self.roles[role], "IAMNoInlinePolicy", DEMANDED)

    def _role(
        self,
        id: str,
        name: str,
        *,
        service: str,
        account: str,
        source: str,
        managed: str | None = None,
        inline: iam.PolicyDocument | None = None,
    ) -> iam.Role:
        role = iam.Role(
            self,
            id,
            role_name=name,
            path=PATH,
            description="Made for AWS Control Tower, which looks for a role of this name",
            assumed_by=iam.ServicePrincipal(
                f"{service}.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": account},
                    "ArnLike": {"aws:SourceArn": source},
                },
            ),
            inline_policies={f"{name}Policy": inline} if inline else None,
        )
        if managed:
            role.add_managed_policy(
                iam.ManagedPolicy.from_aws_managed_policy_name(f"service-role/{managed}")
            )
            policy = f"arn:<AWS::Partition>:iam::aws:policy/service-role/{managed}"
            acknowledge(role, {f"AwsSolutions-IAM4[Policy::{policy}]": MANAGED})
        return role


def _allow(sid: str, action: str, resource: str) -> iam.PolicyDocument:
    statement = iam.PolicyStatement(sid=sid, actions=[action], resources=[resource])
    return iam.PolicyDocument(statements=[statement])
