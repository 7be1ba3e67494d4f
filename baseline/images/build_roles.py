"""The roles of Image Builder: for builds, and for the end of old images."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.secure_key import SecureKey

SERVICE = "imagebuilder.amazonaws.com"
EXECUTION = "EC2ImageBuilderExecutionPolicy"
LIFECYCLE = "service-role/EC2ImageBuilderLifecycleExecutionPolicy"


def execution_role(
    scope: Construct,
    *,
    machine_role: iam.Role,
    topic: str,
    topic_key: SecureKey,
    role_name: str | None,
) -> iam.Role:
    """Create the role with which Image Builder runs workflows.

    Args:
        scope: gets ``ExecutionRole`` and ``ExecutionPolicy``.
        machine_role: the only role that it gives to machines by its own policy.
        topic: ARN of the topic that hears of builds.
        topic_key: its key.
        role_name: physical name; only where a policy has to name the role.

    Source: EC2 Image Builder User Guide, "Manage build and test workflows for Image Builder
    images" (Service access).
    """
    role = _service_role(scope, "ExecutionRole", EXECUTION, "Builds images", role_name)
    iam.ManagedPolicy(
        scope,
        "ExecutionPolicy",
        description="What Image Builder needs here besides its managed policy",
        statements=[
            iam.PolicyStatement(
                sid="PassMachineRole",
                actions=["iam:PassRole"],
                resources=[machine_role.role_arn],
                conditions={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
            ),
            iam.PolicyStatement(sid="Tell", actions=["sns:Publish"], resources=[topic]),
            iam.PolicyStatement(
                sid="EncryptMessages",
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=[topic_key.key.key_arn],
            ),
        ],
        roles=[role],
    )
    return role


def lifecycle_role(scope: Construct) -> iam.Role:
    """Create the role with which Image Builder ends old images.

    Args:
        scope: gets ``LifecycleRole``.
    """
    return _service_role(scope, "LifecycleRole", LIFECYCLE, "Ends old images", None)


def _service_role(
    scope: Construct, id: str, policy: str, description: str, role_name: str | None
) -> iam.Role:
    role = iam.Role(
        scope,
        id,
        role_name=role_name,
        description=description,
        assumed_by=iam.ServicePrincipal(
            SERVICE,
            conditions={"StringEquals": {"aws:SourceAccount": cdk.Stack.of(scope).account}},
        ),
        managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(policy)],
    )
    acknowledge(
        role,
        {
            f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{policy}]": (
                "AWS keeps this policy for Image Builder, limits it to what bears its tag, and "
                "recommends a role of one's own with it; guardrails hold for the role"
            )
        },
    )
    return role
