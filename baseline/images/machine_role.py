"""The role of the machines that build and test images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.primitives.acknowledge import acknowledge, as_printed
from baseline.primitives.secure_key import SecureKey
from baseline.workload.machines import MANAGED_INSTANCE

LOG_GROUPS = "/aws/imagebuilder/"
NUMBERED = (
    "components and log streams have versions that nobody knows beforehand; the patterns name the "
    "environment's own, and folders of AWS for Image Builder"
)


def build_machine_role(
    scope: Construct, *, logs: s3.Bucket, log_key: SecureKey, name: str
) -> tuple[iam.Role, iam.ManagedPolicy]:
    """Create the role of the machines that build and test.

    It reads the components of its builds and what AWS keeps for Image Builder, and writes logs.

    Args:
        scope: gets ``MachineRole`` and ``MachinePolicy``.
        logs: the log bucket.
        log_key: its key.
        name: start of the names of components.

    Source: EC2 Image Builder User Guide, "Use AWS managed policies for EC2 Image Builder"
    (EC2InstanceProfileForImageBuilder).
    """
    role = iam.Role(
        scope,
        "MachineRole",
        description=f"Machines that build images of {scope.node.path}",
        assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
        managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(MANAGED_INSTANCE)],
    )
    patterns = _patterns(cdk.Stack.of(scope), name)
    policy = iam.ManagedPolicy(
        scope,
        "MachinePolicy",
        description="What machines that build images may do",
        statements=_machine_statements(patterns, logs.bucket_arn, log_key),
        roles=[role],
    )
    acknowledge(
        role,
        {
            f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{MANAGED_INSTANCE}]": (
                "AWS keeps this policy for the agent of Systems Manager, through which Image "
                "Builder works on the machine"
            )
        },
    )
    acknowledge_patterns(policy, [each for group in patterns.values() for each in group], NUMBERED)
    acknowledge(
        policy,
        {
            f"AwsSolutions-IAM5[Resource::<{_logical_id(logs)}.Arn>/*]": (
                "logs of builds are only added; nothing there can be read"
            )
        },
    )
    return role, policy


def acknowledge_patterns(construct: Construct, arns: Sequence[str], reason: str) -> None:
    """Acknowledge that policies name what has a number or version by a pattern.

    Args:
        construct: what has the policies.
        arns: the patterns, as in the policies.
        reason: the compensating control.
    """
    stack = cdk.Stack.of(construct)
    findings = {}
    for given in arns:
        arn = given
        for token, name in ((stack.region, cdk.Aws.REGION), (stack.account, cdk.Aws.ACCOUNT_ID)):
            if cdk.Token.is_unresolved(token):
                arn = arn.replace(token, name)
        findings[f"AwsSolutions-IAM5[Resource::{as_printed(arn)}]"] = reason
    acknowledge(construct, findings)


def _patterns(stack: cdk.Stack, name: str) -> dict[str, list[str]]:
    partition, region, account = stack.partition, stack.region, stack.account
    builder = f"arn:{partition}:imagebuilder:{region}"
    return {
        "components": [
            f"{builder}:{account}:component/{name}-*/*",
            f"{builder}:aws:component/*",
        ],
        "tools": [
            f"arn:{partition}:s3:::ec2imagebuilder-toe-{region}-prod/*",
            f"arn:{partition}:s3:::ec2imagebuilder-managed-resources-{region}-prod/*",
        ],
        "log_groups": [f"arn:{partition}:logs:{region}:{account}:log-group:{LOG_GROUPS}*"],
    }


def _machine_statements(
    patterns: Mapping[str, list[str]], logs: str, log_key: SecureKey
) -> list[iam.PolicyStatement]:
    return [
        iam.PolicyStatement(
            sid="ReadComponents",
            actions=["imagebuilder:GetComponent"],
            resources=patterns["components"],
        ),
        iam.PolicyStatement(
            sid="ReadToolsOfImageBuilder", actions=["s3:GetObject"], resources=patterns["tools"]
        ),
        iam.PolicyStatement(
            sid="WriteBuildLogs",
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=patterns["log_groups"],
        ),
        iam.PolicyStatement(sid="KeepLogs", actions=["s3:PutObject"], resources=[f"{logs}/*"]),
        iam.PolicyStatement(
            sid="EncryptLogs",
            actions=["kms:GenerateDataKey"],
            resources=[log_key.key.key_arn],
        ),
    ]


def _logical_id(bucket: s3.Bucket) -> str:
    resource = cast("cdk.CfnElement", bucket.node.default_child)
    return str(cdk.Stack.of(bucket).resolve(resource.logical_id))
