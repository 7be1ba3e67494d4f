"""What the responder of machines may do in an account, and why each wildcard is one.

Machines, groups and volumes have IDs that nobody knows before. So the statements name kinds of
resources of the own account, and tags where EC2 lets them decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from baseline.primitives.acknowledge import as_printed
from baseline.primitives.protection_tag import TAG_KEY
from baseline.response.playbooks.function import INCIDENT_TAG

SOURCE_TAG = f"{INCIDENT_TAG}Source"
OF_AN_INCIDENT = {"Null": {f"aws:ResourceTag/{INCIDENT_TAG}": "false"}}
"""Only what an incident made or is about."""

READING = (
    "autoscaling:DescribeAutoScalingInstances",
    "cloudtrail:LookupEvents",
    "ec2:DescribeFlowLogs",
    "ec2:DescribeIamInstanceProfileAssociations",
    "ec2:DescribeInstanceAttribute",
    "ec2:DescribeInstanceTypes",
    "ec2:DescribeInstances",
    "ec2:DescribeNetworkAcls",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeRegions",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSnapshotAttribute",
    "ec2:DescribeSnapshots",
    "ec2:DescribeVolumes",
    "ec2:GetConsoleOutput",
    "ec2:GetConsoleScreenshot",
    "ecs:DescribeContainerInstances",
    "ecs:ListClusters",
    "ecs:ListContainerInstances",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
    "kms:DescribeKey",
    "lambda:GetFunctionConcurrency",
    "lambda:GetFunctionConfiguration",
    "route53resolver:ListFirewallDomainLists",
    "route53resolver:ListFirewallDomains",
    "route53resolver:ListFirewallRuleGroupAssociations",
    "route53resolver:ListFirewallRules",
    "servicequotas:GetServiceQuota",
    "ssm:DescribeInstanceInformation",
    "ssm:ListInventoryEntries",
)
WHY_READING = "these actions only read, most take no resources, and evidence is of any machine"


@dataclass(frozen=True, kw_only=True, slots=True)
class Permission:
    """A statement, and why its resources have wildcards.

    Attributes:
        sid: name of the statement.
        actions: what is allowed.
        kinds: kinds of resources of the own account, as in ``ec2:instance``, or whole ARNs.
        why: the compensating control.
        conditions: conditions of the statement.
    """

    sid: str
    actions: tuple[str, ...]
    kinds: tuple[str, ...]
    why: str
    conditions: Mapping[str, Any] = field(default_factory=dict)

    def arns(self) -> list[str]:
        """Give the ARNs of the resources."""
        return [
            each if each.startswith("arn:") or each == "*" else _arn(each) for each in self.kinds
        ]

    def statement(self) -> iam.PolicyStatement:
        """Give the statement."""
        return iam.PolicyStatement(
            sid=self.sid,
            actions=list(self.actions),
            resources=self.arns(),
            conditions=dict(self.conditions),
        )

    def reasons(self) -> Iterator[tuple[str, str]]:
        """Give the cdk-nag finding of each wildcard with the reason."""
        for arn in self.arns():
            yield f"AwsSolutions-IAM5[Resource::{as_printed(arn)}]", self.why


PERMISSIONS = (
    Permission(sid="ReadMachines", actions=READING, kinds=("*",), why=WHY_READING),
    Permission(
        sid="TagEvidence",
        actions=("ec2:CreateTags",),
        kinds=("ec2:instance", "ec2:volume"),
        why="any machine can be compromised; the incident's tag is the only one that may be set",
        conditions={"ForAllValues:StringEquals": {"aws:TagKeys": [INCIDENT_TAG]}},
    ),
    Permission(
        sid="TagWhatIsMade",
        actions=("ec2:CreateTags",),
        kinds=("ec2:network-acl", "ec2:security-group", "ec2:snapshot"),
        why="tags are set in the calls that make these things, and in no others",
        conditions={
            "StringEquals": {
                "ec2:CreateAction": [
                    "CopySnapshot",
                    "CreateNetworkAcl",
                    "CreateSecurityGroup",
                    "CreateSnapshot",
                    "CreateSnapshots",
                ]
            }
        },
    ),
    Permission(
        sid="PreserveMachines",
        actions=("ec2:ModifyInstanceAttribute",),
        kinds=("ec2:instance",),
        why="attributes are changed of machines that an incident has tagged, and of no others",
        conditions=OF_AN_INCIDENT,
    ),
    Permission(
        sid="DisarmAndStop",
        actions=("ec2:DisassociateIamInstanceProfile", "ec2:StopInstances"),
        kinds=("ec2:instance",),
        why="any machine can be compromised; it can be stopped, never terminated",
    ),
    Permission(
        sid="TakeSnapshots",
        actions=("ec2:CreateSnapshot", "ec2:CreateSnapshots"),
        kinds=("ec2:instance", "ec2:snapshot", "ec2:volume"),
        why="any machine can be compromised; a snapshot takes nothing from it",
    ),
    Permission(
        sid="LeaveLoadBalancers",
        actions=(
            "elasticloadbalancing:DeregisterInstancesFromLoadBalancer",
            "elasticloadbalancing:DeregisterTargets",
        ),
        kinds=(
            "elasticloadbalancing:loadbalancer",
            "elasticloadbalancing:targetgroup",
        ),
        why="any load balancer may serve a compromised machine; targets are only taken out",
    ),
    Permission(
        sid="LeaveScaling",
        actions=("autoscaling:DetachInstances",),
        kinds=(
            f"arn:{cdk.Aws.PARTITION}:autoscaling:*:{cdk.Aws.ACCOUNT_ID}:autoScalingGroup:*:autoScalingGroupName/*",
        ),
        why="any group may have a compromised machine; the machine leaves it, the group stays",
    ),
    Permission(
        sid="DrainContainers",
        actions=("ecs:UpdateContainerInstancesState",),
        kinds=("ecs:container-instance",),
        why="any machine of ECS can be compromised; draining moves its services elsewhere",
    ),
    Permission(
        sid="MakeIsolation",
        actions=("ec2:CreateNetworkAcl", "ec2:CreateSecurityGroup"),
        kinds=("ec2:network-acl", "ec2:security-group", "ec2:vpc"),
        why="groups and network ACLs are made where the machine is; both let nothing through",
    ),
    Permission(
        sid="KeepIsolationClosed",
        actions=(
            "ec2:AuthorizeSecurityGroupEgress",
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:DeleteSecurityGroup",
            "ec2:RevokeSecurityGroupEgress",
            "ec2:RevokeSecurityGroupIngress",
        ),
        kinds=("ec2:security-group",),
        why="only groups that an incident made bear the tag that the condition asks for",
        conditions=OF_AN_INCIDENT,
    ),
    Permission(
        sid="Isolate",
        actions=("ec2:ModifyNetworkInterfaceAttribute",),
        kinds=("ec2:instance", "ec2:network-interface", "ec2:security-group"),
        why="any machine can be compromised; its interfaces get another group",
    ),
    Permission(
        sid="DenyInNetworkAcls",
        actions=("ec2:CreateNetworkAclEntry", "ec2:ReplaceNetworkAclAssociation"),
        kinds=("ec2:network-acl", "ec2:subnet"),
        why="a machine stands in any subnet; rules are added, none is replaced or deleted",
    ),
    Permission(
        sid="StopFunctions",
        actions=("lambda:PutFunctionConcurrency",),
        kinds=(f"arn:{cdk.Aws.PARTITION}:lambda:*:{cdk.Aws.ACCOUNT_ID}:function:*",),
        why="any function can mine; its concurrency is all that may be changed, none of ours",
        conditions={"Null": {f"aws:ResourceTag/{TAG_KEY}": "true"}},
    ),
    Permission(
        sid="BlockDomains",
        actions=("route53resolver:UpdateFirewallDomains",),
        kinds=("route53resolver:firewall-domain-list",),
        why="the list that guards a VPC has an ID of its own; domains of lists are all that may change",
    ),
)

MEMORY = (
    Permission(
        sid="RunCapture",
        actions=("ssm:SendCommand",),
        kinds=(f"arn:{cdk.Aws.PARTITION}:ssm:*::document/AWS-RunShellScript",),
        why="the document of AWS has no account and is in every Region",
    ),
    Permission(
        sid="CaptureOnEvidence",
        actions=("ssm:SendCommand",),
        kinds=("ec2:instance",),
        why="commands run only on machines that an incident has tagged",
        conditions=OF_AN_INCIDENT,
    ),
    Permission(
        sid="ReadCapture",
        actions=("ssm:GetCommandInvocation", "ssm:ListCommands"),
        kinds=("*",),
        why=WHY_READING,
    ),
)


def handing_over(account: str) -> tuple[Permission, ...]:
    """Give what copies snapshots under the forensic account's key and shares them with it."""
    return (
        Permission(
            sid="CopyEvidence",
            actions=("ec2:CopySnapshot",),
            kinds=(f"arn:{cdk.Aws.PARTITION}:ec2:*::snapshot/*", "ec2:snapshot"),
            why="a snapshot's ID is known when it is taken; copies take nothing from it",
        ),
        Permission(
            sid="ShareCopies",
            actions=("ec2:ModifySnapshotAttribute",),
            kinds=(f"arn:{cdk.Aws.PARTITION}:ec2:*::snapshot/*", "ec2:snapshot"),
            why="only copies of an incident, and with the forensic account alone",
            conditions={
                "Null": {f"aws:ResourceTag/{SOURCE_TAG}": "false"},
                "StringEquals": {"ec2:Add/userId": account},
            },
        ),
        *encrypting(account),
    )


def encrypting(account: str) -> tuple[Permission, ...]:
    """Give what EC2 needs of the keys of volumes and of the forensic account, in its caller's name.

    Source: Amazon EBS User Guide, "Requirements for Amazon EBS encryption".
    """
    keys = (
        f"arn:{cdk.Aws.PARTITION}:kms:*:{cdk.Aws.ACCOUNT_ID}:key/*",
        f"arn:{cdk.Aws.PARTITION}:kms:*:{account}:key/*",
    )
    through_ec2 = {"StringLike": {"kms:ViaService": "ec2.*.amazonaws.com"}}
    why = "volumes have keys of their own; keys are used through EC2 alone"
    return (
        Permission(
            sid="EncryptCopies",
            actions=(
                "kms:Decrypt",
                "kms:Encrypt",
                "kms:GenerateDataKeyWithoutPlaintext",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo",
            ),
            kinds=keys,
            why=why,
            conditions=through_ec2,
        ),
        Permission(
            sid="LetEc2UseKeys",
            actions=("kms:CreateGrant",),
            kinds=keys,
            why=why,
            conditions={**through_ec2, "Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    )


def _arn(kind: str) -> str:
    service, _, resource = kind.partition(":")
    # EC2 knows snapshots without an account.
    account = "" if kind == "ec2:snapshot" else cdk.Aws.ACCOUNT_ID
    return f"arn:{cdk.Aws.PARTITION}:{service}:*:{account}:{resource}/*"
