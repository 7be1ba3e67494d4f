"""A hardened VPC as other constructs of the CDK see it: an ``IVpc`` with its subnets by kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from baseline.network.cidr_plan import PlannedSubnet, Tier
from baseline.network.network_tier import NetworkTier


def view_of(
    scope: Construct,
    id: str,
    *,
    vpc: ec2.CfnVPC,
    cidr: str | None,
    availability_zones: int,
    tiers: Mapping[Tier, NetworkTier],
    subnets: Sequence[PlannedSubnet],
) -> ec2.IVpc:
    """Give the VPC for other constructs; the private tier is "private with egress".

    Args:
        scope: the VPC's construct.
        id: construct ID.
        vpc: the VPC.
        cidr: its range; None where it is known at deployment only.
        availability_zones: zones in use.
        tiers: tiers of the VPC.
        subnets: the planned subnets.
    """

    def ids(tier: Tier) -> list[str] | None:
        found = tiers.get(tier)
        return [subnet.ref for subnet in found.subnets] if found else None

    def tables(tier: Tier) -> list[str] | None:
        found = tiers.get(tier)
        return [table.ref for table in found.route_tables] if found else None

    def ranges(tier: Tier) -> list[str] | None:
        return [subnet.cidr for subnet in subnets if subnet.tier == tier] or None

    return ec2.Vpc.from_vpc_attributes(
        scope,
        id,
        vpc_id=vpc.ref,
        vpc_cidr_block=cidr or vpc.attr_cidr_block,
        availability_zones=[
            cdk.Fn.select(zone, cdk.Fn.get_azs()) for zone in range(availability_zones)
        ],
        private_subnet_ids=ids("private"),
        private_subnet_route_table_ids=tables("private"),
        private_subnet_ipv4_cidr_blocks=ranges("private"),
        isolated_subnet_ids=ids("isolated"),
        isolated_subnet_route_table_ids=tables("isolated"),
        isolated_subnet_ipv4_cidr_blocks=ranges("isolated"),
        public_subnet_ids=ids("public"),
        public_subnet_route_table_ids=tables("public"),
        public_subnet_ipv4_cidr_blocks=ranges("public"),
    )
