"""Where CloudFront comes in: the tier and the security group of the load balancer."""

from __future__ import annotations

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from baseline.network.hardened_vpc import HardenedVpc


def entry_network(scope: Construct, network: HardenedVpc) -> ec2.IVpc:
    """Give the VPC as an internal load balancer sees it that stands in the outer tier.

    CloudFront keeps its own addresses on the way through a VPC origin, and the network ACL of the
    private tier lets in addresses of the VPC only. The outer tier admits HTTPS from outside, and
    its subnets give out no public address.

    Args:
        scope: gets ``Entry``.
        network: a VPC with a public tier.
    """
    subnets = network.public_subnets
    return ec2.Vpc.from_vpc_attributes(
        scope,
        "Entry",
        vpc_id=network.vpc_id,
        vpc_cidr_block=network.vpc.vpc_cidr_block,
        availability_zones=[subnet.availability_zone for subnet in subnets],
        private_subnet_ids=[subnet.subnet_id for subnet in subnets],
        private_subnet_route_table_ids=[subnet.route_table.route_table_id for subnet in subnets],
    )


def entry_group(scope: Construct, vpc: ec2.IVpc, prefix_list: str) -> ec2.SecurityGroup:
    """Create the load balancer's security group: HTTPS from CloudFront, nothing else.

    Args:
        scope: gets ``EntryGroup``.
        vpc: the VPC.
        prefix_list: ID of CloudFront's prefix list in the Region.
    """
    group = ec2.SecurityGroup(
        scope,
        "EntryGroup",
        vpc=vpc,
        description="Load balancer: HTTPS from CloudFront, out to the machines only",
        allow_all_outbound=False,
    )
    group.add_ingress_rule(
        ec2.Peer.prefix_list(prefix_list), ec2.Port.tcp(443), "HTTPS from CloudFront"
    )
    return group
