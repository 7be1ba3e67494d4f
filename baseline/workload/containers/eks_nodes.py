"""HardenedEksNodes: nodes that pods cannot borrow the identity of, and the cluster's add-ons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks as eks
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.controls.registry import implements
from baseline.primitives.acknowledge import acknowledge
from baseline.workload import machines
from baseline.workload.containers.eks_access import pod_role
from baseline.workload.containers.eks_checks import check_nodes
from baseline.workload.containers.eks_cluster import HardenedEksCluster

NODE_POLICIES = (
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonEKSWorkerNodePolicy",
    machines.MANAGED_INSTANCE,
)
"""Source: Amazon EKS User Guide, "Amazon EKS node IAM role"."""

NETWORK_POLICY = "AmazonEKS_CNI_Policy"
BEFORE_NODES: Mapping[str, str | None] = MappingProxyType(
    {"eks-pod-identity-agent": None, "kube-proxy": None, "vpc-cni": "aws-node"}
)
"""Add-ons that nodes need to become ready, with the service account that calls AWS."""

AFTER_NODES = ("coredns",)
"""Add-ons that need nodes."""


class HardenedEksNodes(Construct):
    """A managed node group in private subnets: IMDSv2 with one hop, encrypted disks, no key pair.

    One hop keeps pods from the metadata service, and so from the node's role: a pod has an identity
    of its own, by :meth:`add_pod_identity`. Network plug-in, proxy, DNS and the agent of Pod Identity
    come as add-ons that EKS keeps current; the network plug-in too has a role of its own. Nodes that
    fail are replaced; people come in through Session Manager.

    Args:
        scope: parent construct.
        id: construct ID.
        cluster: the cluster; one group of nodes brings its add-ons.
        subnets: private subnets in at least two zones.
        instance_types: of the Arm architecture; ``m7g.large`` and ``m6g.large`` by default.
        minimum: nodes at least; 2 by default, one per zone.
        maximum: nodes at most; 6 by default.
        root_gib: size of the root volume; 50 by default.

    Attributes:
        nodes: the ``CfnNodegroup``.
        role: the nodes' role.

    Raises:
        BaselineError: for a public subnet or a number out of its range.

    Source: Security Hub EC2.8, EC2.170; Amazon EKS User Guide, "Learn how EKS Pod Identity grants
    pods access to AWS services", "Customize managed nodes with launch templates".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cluster: HardenedEksCluster,
        subnets: Sequence[ec2.ISubnet],
        instance_types: Sequence[str] = ("m7g.large", "m6g.large"),
        minimum: int = 2,
        maximum: int = 6,
        root_gib: int = 50,
    ) -> None:
        super().__init__(scope, id)
        machines.check_subnets(cluster.vpc, subnets)
        check_nodes(minimum, maximum)
        self._cluster = cluster
        self.role = self._create_role()
        before = [self._add_on(name, account) for name, account in BEFORE_NODES.items()]
        template = self._create_template(root_gib)
        self.nodes = eks.CfnNodegroup(
            self,
            "Nodes",
            cluster_name=cluster.cluster.ref,
            node_role=self.role.role_arn,
            subnets=[subnet.subnet_id for subnet in subnets],
            ami_type="AL2023_ARM_64_STANDARD",
            instance_types=list(instance_types),
            scaling_config=eks.CfnNodegroup.ScalingConfigProperty(
                desired_size=minimum, min_size=minimum, max_size=maximum
            ),
            update_config=eks.CfnNodegroup.UpdateConfigProperty(max_unavailable=1),
            node_repair_config=eks.CfnNodegroup.NodeRepairConfigProperty(enabled=True),
            launch_template=eks.CfnNodegroup.LaunchTemplateSpecificationProperty(
                id=template.ref, version=template.attr_latest_version_number
            ),
        )
        for add_on in before:
            self.nodes.add_resource_dependency(add_on)
        for name in AFTER_NODES:
            self._add_on(name, None).add_resource_dependency(self.nodes)
        implements(self, capability="hardened-eks-nodes", controls=["EC2.8", "EC2.170"])

    def add_pod_identity(
        self,
        id: str,
        *,
        namespace: str,
        service_account: str,
        statements: Sequence[iam.PolicyStatement],
    ) -> iam.Role:
        """Give the pods of one service account a role of their own.

        Args:
            id: construct ID.
            namespace: of the service account.
            service_account: its name.
            statements: what the pods may do.
        """
        role = pod_role(self, id, cluster=self._cluster.name, statements=statements)
        eks.CfnPodIdentityAssociation(
            self,
            f"{id}Association",
            cluster_name=self._cluster.cluster.ref,
            namespace=namespace,
            service_account=service_account,
            role_arn=role.role_arn,
        )
        return role

    def _create_role(self) -> iam.Role:
        role = iam.Role(
            self,
            "Role",
            description=f"Nodes of {self._cluster.name}",
            assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
            managed_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name(name) for name in NODE_POLICIES
            ],
        )
        _accept(role, NODE_POLICIES)
        return role

    def _add_on(self, name: str, service_account: str | None) -> eks.CfnAddon:
        types = eks.CfnAddon
        associations = None
        if service_account is not None:
            role = pod_role(self, "Network", cluster=self._cluster.name, statements=())
            role.add_managed_policy(iam.ManagedPolicy.from_aws_managed_policy_name(NETWORK_POLICY))
            _accept(role, [NETWORK_POLICY])
            associations = [
                types.PodIdentityAssociationProperty(
                    role_arn=role.role_arn, service_account=service_account
                )
            ]
        return types(
            self,
            "".join(part.title() for part in name.split("-")),
            addon_name=name,
            cluster_name=self._cluster.cluster.ref,
            pod_identity_associations=associations,
            resolve_conflicts="OVERWRITE",
        )

    def _create_template(self, root_gib: int) -> ec2.CfnLaunchTemplate:
        volume = machines.root_volume(root_gib, None)
        types = ec2.CfnLaunchTemplate
        return types(
            self,
            "Template",
            launch_template_data=types.LaunchTemplateDataProperty(
                metadata_options=types.MetadataOptionsProperty(
                    http_tokens="required", http_put_response_hop_limit=machines.HOP_LIMIT
                ),
                monitoring=types.MonitoringProperty(enabled=True),
                block_device_mappings=[
                    types.BlockDeviceMappingProperty(
                        device_name=volume.device_name,
                        ebs=types.EbsProperty(
                            volume_size=root_gib,
                            volume_type="gp3",
                            encrypted=True,
                            delete_on_termination=True,
                        ),
                    )
                ],
            ),
        )


def _accept(role: iam.Role, policies: Sequence[str]) -> None:
    acknowledge(
        role,
        {
            f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{name}]": (
                "AWS keeps this policy for this role and changes it with what EKS needs"
            )
            for name in policies
        },
    )
