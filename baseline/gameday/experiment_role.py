"""ExperimentRole: what AWS FIS may do to machines and subnets that bear a tag."""

from __future__ import annotations

from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.primitives.acknowledge import acknowledge, as_printed
from baseline.primitives.secure_key import SecureKey

ALLOWED = "allowed"
MANAGED = "managedByFIS"
"""Tag of the network ACLs that AWS FIS makes for an experiment and deletes after it."""

READ = (
    "ec2:DescribeInstances",
    "ec2:DescribeManagedPrefixLists",
    "ec2:DescribeNetworkAcls",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcs",
)
DELIVERY = (
    "logs:CreateLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:PutResourcePolicy",
)
REPORT_PREFIX = "reports/"


class ExperimentRole(Construct):
    """Stops and starts tagged machines, swaps the network ACL of tagged subnets, and nothing else.

    Only experiments of this account may use it. Its name is not the baseline's, so that every
    guardrail binds it.

    Args:
        scope: parent construct; once per stack.
        id: construct ID.
        tag: tag key of the targets; the value is ``allowed``.
        reports: bucket of the reports; none by default.
        key: its key.

    Attributes:
        role: the ``aws_iam.Role``.
        policy: its ``aws_iam.ManagedPolicy``.

    Source: AWS Managed Policy Reference, "AWSFaultInjectionSimulatorEC2Access" and
    "AWSFaultInjectionSimulatorNetworkAccess"; AWS Fault Injection Service User Guide, "IAM roles
    for AWS FIS experiments".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        tag: str,
        reports: s3.Bucket | None = None,
        key: SecureKey | None = None,
    ) -> None:
        super().__init__(scope, id)
        account, partition = cdk.Aws.ACCOUNT_ID, cdk.Aws.PARTITION
        self._ec2 = f"arn:{partition}:ec2:{cdk.Aws.REGION}:{account}"
        self._target = {"StringEquals": {f"aws:ResourceTag/{tag}": ALLOWED}}
        self.role = iam.Role(
            self,
            "Role",
            description="Injects the faults of game days into tagged machines and subnets",
            assumed_by=iam.ServicePrincipal(
                "fis.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": account},
                    "ArnLike": {
                        "aws:SourceArn": f"arn:{partition}:fis:{cdk.Aws.REGION}:{account}:experiment/*"
                    },
                },
            ),
        )
        statements = [*self._machines(), *self._subnets(), *_logging()]
        if reports is not None and key is not None:
            statements += _reporting(reports, key)
        self.policy = iam.ManagedPolicy(
            self,
            "Policy",
            description="Faults of game days",
            statements=statements,
            roles=[self.role],
        )
        acknowledge(self.policy, self._reasons(reports))

    def _machines(self) -> list[iam.PolicyStatement]:
        service = f"ec2.{cdk.Aws.REGION}.{cdk.Aws.URL_SUFFIX}"
        return [
            iam.PolicyStatement(
                sid="StopAndStartTargets",
                actions=["ec2:StartInstances", "ec2:StopInstances"],
                resources=[f"{self._ec2}:instance/*"],
                conditions=self._target,
            ),
            iam.PolicyStatement(
                sid="StartWithEncryptedVolumes",
                actions=["kms:CreateGrant"],
                resources=[self._keys()],
                conditions={
                    "Bool": {"kms:GrantIsForAWSResource": "true"},
                    "StringEquals": {"kms:ViaService": service},
                },
            ),
            iam.PolicyStatement(sid="FindTargets", actions=list(READ), resources=["*"]),
        ]

    def _subnets(self) -> list[iam.PolicyStatement]:
        acls = f"{self._ec2}:network-acl/*"
        return [
            iam.PolicyStatement(
                sid="MakeAcl",
                actions=["ec2:CreateNetworkAcl"],
                resources=[acls],
                conditions={"StringEquals": {f"aws:RequestTag/{MANAGED}": "true"}},
            ),
            iam.PolicyStatement(
                sid="MakeAclInVpc",
                actions=["ec2:CreateNetworkAcl"],
                resources=[f"{self._ec2}:vpc/*"],
            ),
            iam.PolicyStatement(
                sid="TagAcl",
                actions=["ec2:CreateTags"],
                resources=[acls],
                conditions={
                    "StringEquals": {
                        "ec2:CreateAction": "CreateNetworkAcl",
                        f"aws:RequestTag/{MANAGED}": "true",
                    }
                },
            ),
            iam.PolicyStatement(
                sid="FillAndDeleteOwnAcl",
                actions=["ec2:CreateNetworkAclEntry", "ec2:DeleteNetworkAcl"],
                resources=[acls],
                conditions={"StringEquals": {f"ec2:ResourceTag/{MANAGED}": "true"}},
            ),
            iam.PolicyStatement(
                sid="SwapAclOfTargets",
                actions=["ec2:ReplaceNetworkAclAssociation"],
                resources=[f"{self._ec2}:subnet/*"],
                conditions=self._target,
            ),
            iam.PolicyStatement(
                sid="SwapForAnyAcl",
                actions=["ec2:ReplaceNetworkAclAssociation"],
                resources=[acls],
            ),
        ]

    def _keys(self) -> str:
        place = f"{cdk.Aws.REGION}:{cdk.Aws.ACCOUNT_ID}"
        return f"arn:{cdk.Aws.PARTITION}:kms:{place}:key/*"

    def _reasons(self, reports: s3.Bucket | None) -> dict[str, str]:
        tagged = "a condition keeps it to what bears the tag of game days"
        own = "a condition keeps it to network ACLs that AWS FIS made and tagged"
        reasons = {
            f"{self._ec2}:instance/*": tagged,
            f"{self._ec2}:subnet/*": tagged,
            f"{self._ec2}:network-acl/*": own,
            f"{self._ec2}:vpc/*": "an ACL is made in the VPC of a target, which is not known here",
            self._keys(): "grants for EC2 alone, so that machines with encrypted volumes start",
        }
        found = {
            f"AwsSolutions-IAM5[Resource::{as_printed(arn)}]": reason
            for arn, reason in reasons.items()
        }
        found["AwsSolutions-IAM5[Resource::*]"] = (
            "reading, and the delivery of logs, take no resources"
        )
        if reports is not None:
            bucket = cast("cdk.CfnElement", reports.node.default_child)
            logical = cdk.Stack.of(reports).resolve(bucket.logical_id)
            found[f"AwsSolutions-IAM5[Resource::<{logical}.Arn>/{REPORT_PREFIX}*]"] = (
                "reports bear the ID of their experiment, which is new each time"
            )
        return found


def _logging() -> list[iam.PolicyStatement]:
    return [iam.PolicyStatement(sid="DeliverLog", actions=list(DELIVERY), resources=["*"])]


def _reporting(reports: s3.Bucket, key: SecureKey) -> list[iam.PolicyStatement]:
    return [
        iam.PolicyStatement(
            sid="WriteReports",
            actions=["s3:GetObject", "s3:PutObject"],
            resources=[reports.arn_for_objects(f"{REPORT_PREFIX}*")],
        ),
        iam.PolicyStatement(
            sid="EncryptReports",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[key.key.key_arn],
        ),
    ]
