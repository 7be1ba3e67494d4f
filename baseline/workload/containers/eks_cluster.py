"""HardenedEksCluster: Kubernetes whose endpoint is private and whose secrets have a key of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks as eks
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from baseline.controls.registry import implements
from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.secure_key import SecureKey
from baseline.workload.containers.eks_access import grant_access
from baseline.workload.containers.eks_checks import KubernetesVersion, check_cluster

LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")
CLUSTER_POLICY = "AmazonEKSClusterPolicy"
HTTPS = 443


class HardenedEksCluster(Construct):
    """A cluster that is reached from inside the VPC only, with all logs of its control plane.

    Kubernetes secrets are encrypted with a key of the cluster; access is by access entries, so that
    IAM and CloudTrail say who may do what: whoever deploys gets none, and nobody is in
    ``system:masters``. The version is one in standard support; extended support, which costs six
    times as much, is not slipped into. The cluster outlives its stack and cannot be deleted before
    its protection is lifted.

    No kubectl and no function is part of it: what runs in the cluster is deployed by something that
    reaches the private endpoint. Nodes come with
    :class:`~baseline.workload.containers.eks_nodes.HardenedEksNodes`.

    Args:
        scope: parent construct.
        id: construct ID.
        name: of the cluster, which its log group bears.
        vpc: the VPC.
        subnets: private subnets in at least two zones.
        administrators: what somebody is to the ARN of the role that may do everything in the
            cluster; at least one.
        viewers: what somebody is to the ARN of the role that may look; none by default.
        clients: what a client is to its security group; they reach the endpoint, beside the nodes.
        version: of Kubernetes; ``1.35`` by default, one in standard support.

    Attributes:
        cluster: the ``CfnCluster``.
        key: the :class:`SecureKey` of secrets and logs.
        security_group: of the endpoint; admits HTTPS from the clients.
        log_group: of the control plane, kept for a year.
        name: of the cluster.

    Raises:
        BaselineError: for a public subnet, a single zone, a version out of support, or nobody who
            may get in.

    Source: Security Hub EKS.1, EKS.2, EKS.3, EKS.8; Amazon EKS User Guide, "Cluster API server
    endpoint", "Encrypt Kubernetes secrets with KMS", "Grant IAM users access to Kubernetes with EKS
    access entries".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        vpc: ec2.IVpc,
        subnets: Sequence[ec2.ISubnet],
        administrators: Mapping[str, str],
        viewers: Mapping[str, str] | None = None,
        clients: Mapping[str, ec2.ISecurityGroup] | None = None,
        version: KubernetesVersion = "1.35",
    ) -> None:
        super().__init__(scope, id)
        check_cluster(
            name=name, version=version, vpc=vpc, subnets=subnets, administrators=administrators
        )
        self.name, self.vpc = name, vpc
        self.key = SecureKey(self, "Key", description=f"Cluster {name}")
        self.log_group = self._create_log_group()
        self.security_group = self._admit(clients or {})
        role, policy = self._create_role()
        self.cluster = self._create_cluster(role, subnets, version)
        # EKS would make a missing group itself, without key and retention.
        self.cluster.node.add_dependency(self.log_group, policy)
        grant_access(self, self.cluster, administrators=administrators, viewers=viewers or {})
        implements(
            self,
            capability="hardened-eks-cluster",
            controls=["EKS.1", "EKS.2", "EKS.3", "EKS.8"],
        )

    def _create_log_group(self) -> logs.LogGroup:
        name = f"/aws/eks/{self.name}/cluster"
        self.key.allow_log_groups(name_pattern=name)
        return logs.LogGroup(
            self,
            "Logs",
            log_group_name=name,
            encryption_key=self.key.key,
            retention=logs.RetentionDays.ONE_YEAR,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )

    def _admit(self, clients: Mapping[str, ec2.ISecurityGroup]) -> ec2.SecurityGroup:
        group = ec2.SecurityGroup(
            self,
            "SecurityGroup",
            vpc=self.vpc,
            description="Endpoint of the cluster: named clients in, nothing out",
            allow_all_outbound=False,
        )
        for name, client in clients.items():
            group.add_ingress_rule(client, ec2.Port.tcp(HTTPS), f"Kubernetes from {name}")
        return group

    def _create_role(self) -> tuple[iam.Role, iam.ManagedPolicy]:
        role = iam.Role(
            self,
            "Role",
            description=f"Control plane of {self.name}",
            assumed_by=iam.ServicePrincipal("eks.amazonaws.com"),
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(CLUSTER_POLICY)],
        )
        acknowledge(
            role,
            {
                f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{CLUSTER_POLICY}]": (
                    "AWS keeps this policy for this role; the control plane works with no other"
                )
            },
        )
        policy = iam.ManagedPolicy(
            self,
            "Policy",
            description=f"Secrets of {self.name}",
            statements=[
                iam.PolicyStatement(
                    sid="EncryptSecrets",
                    actions=["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ListGrants"],
                    resources=[self.key.key.key_arn],
                ),
                iam.PolicyStatement(
                    sid="LetServiceEncrypt",
                    actions=["kms:CreateGrant"],
                    resources=[self.key.key.key_arn],
                    conditions={"Bool": {"kms:GrantIsForAWSResource": "true"}},
                ),
            ],
            roles=[role],
        )
        return role, policy

    def _create_cluster(
        self, role: iam.Role, subnets: Sequence[ec2.ISubnet], version: str
    ) -> eks.CfnCluster:
        types = eks.CfnCluster
        cluster = types(
            self,
            "Cluster",
            name=self.name,
            version=version,
            role_arn=role.role_arn,
            resources_vpc_config=types.ResourcesVpcConfigProperty(
                subnet_ids=[subnet.subnet_id for subnet in subnets],
                security_group_ids=[self.security_group.security_group_id],
                endpoint_private_access=True,
                endpoint_public_access=False,
            ),
            encryption_config=[
                types.EncryptionConfigProperty(
                    provider=types.ProviderProperty(key_arn=self.key.key.key_arn),
                    resources=["secrets"],
                )
            ],
            logging=types.LoggingProperty(
                cluster_logging=types.ClusterLoggingProperty(
                    enabled_types=[types.LoggingTypeConfigProperty(type=kind) for kind in LOGS]
                )
            ),
            access_config=types.AccessConfigProperty(
                authentication_mode="API", bootstrap_cluster_creator_admin_permissions=False
            ),
            # Networking comes as add-ons, which are kept current.
            bootstrap_self_managed_addons=False,
            upgrade_policy=types.UpgradePolicyProperty(support_type="STANDARD"),
            deletion_protection=True,
        )
        cluster.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        return cluster
