"""Who may do what in a cluster of EKS: people by access entries, pods by Pod Identity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_eks as eks
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.primitives.acknowledge import acknowledge
from baseline.workload.containers.eks_checks import check_role

ADMINISTRATOR = "AmazonEKSClusterAdminPolicy"
VIEWER = "AmazonEKSAdminViewPolicy"
PODS = "pods.eks.amazonaws.com"


def grant_access(
    scope: Construct,
    cluster: eks.CfnCluster,
    *,
    administrators: Mapping[str, str],
    viewers: Mapping[str, str],
) -> None:
    """Give roles access to the whole cluster, by AWS's access policies and no group of Kubernetes.

    Args:
        scope: gets an access entry per role.
        cluster: the cluster.
        administrators: what somebody is to the ARN of the role that may do everything.
        viewers: what somebody is to the ARN of the role that may look.

    Source: Amazon EKS User Guide, "Review access policy permissions".
    """
    policies = {ADMINISTRATOR: administrators, VIEWER: viewers}
    types = eks.CfnAccessEntry
    for policy, roles in policies.items():
        for name, role in roles.items():
            check_role(name, role)
            entry = types(
                scope,
                f"Access{''.join(part.title() for part in name.split())}",
                cluster_name=cluster.ref,
                principal_arn=role,
                type="STANDARD",
                access_policies=[
                    types.AccessPolicyProperty(
                        access_scope=types.AccessScopeProperty(type="cluster"),
                        policy_arn=f"arn:{cdk.Aws.PARTITION}:eks::aws:cluster-access-policy/{policy}",
                    )
                ],
            )
            entry.add_resource_dependency(cluster)


def pod_role(
    scope: Construct, id: str, *, cluster: str, statements: Sequence[iam.PolicyStatement]
) -> iam.Role:
    """Create a role that Pod Identity of one cluster alone assumes.

    Args:
        scope: gets the role and its policy.
        id: construct ID.
        cluster: name of the cluster.
        statements: what the pods may do.

    Source: Amazon EKS User Guide, "Create IAM role with trust policy required by EKS Pod Identity".
    """
    stack = cdk.Stack.of(scope)
    role = iam.Role(
        scope,
        id,
        description=f"Pods of {cluster}: {id}",
        assumed_by=iam.ServicePrincipal(
            PODS,
            conditions={
                "StringEquals": {"aws:SourceAccount": stack.account},
                "ArnLike": {
                    "aws:SourceArn": stack.format_arn(
                        service="eks", resource="cluster", resource_name=cluster
                    )
                },
            },
        ).with_session_tags(),
    )
    if statements:
        policy = iam.ManagedPolicy(
            scope,
            f"{id}Policy",
            description=f"What pods of {cluster} may do: {id}",
            statements=list(statements),
            roles=[role],
        )
        acknowledge(
            policy,
            {
                "AwsSolutions-IAM5[Resource::*]": (
                    "a wildcard stands in the caller's own statements only"
                )
            },
        )
    return role
