"""The ranges of a VPC, its tiers and subnets, whether written down or allocated by IPAM.

A range from the configuration is cut at synthesis. One that IPAM allocates is known only at
deployment and is cut there by the same plan: ``Fn::Cidr`` gives equal parts, the plan says which.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2

from baseline.errors import BaselineError
from baseline.network.acl_rules import CONNECTED, Peer
from baseline.network.cidr_plan import (
    BLOCKS,
    PlannedSubnet,
    Share,
    Tier,
    block_share,
    plan,
    slot_share,
    tier_block,
)
from baseline.network.ranges import IpamPool

ANYWHERE = "0.0.0.0/0"
ANYWHERE_IPV6 = "::/0"

IPV4_BITS = 32
IPV6_SUBNET_BITS = 64
IPV6_TIER_BITS = 68
IPV6_TIER_SUBNETS = 16
"""A VPC has a /56 of Amazon's: 256 subnets of /64 (64 bits left), 16 tiers of /60 (68 bits left)."""


def planned(
    vpc: ec2.CfnVPC,
    *,
    cidr: str | None,
    pool: IpamPool | None,
    availability_zones: int,
    tiers: Iterable[Tier],
) -> tuple[PlannedSubnet, ...]:
    """Give the subnets of a VPC, tier by tier and zone by zone.

    Raises:
        BaselineError: as :func:`baseline.network.cidr_plan.plan`.
    """
    if cidr is not None:
        return plan(cidr, availability_zones=availability_zones, tiers=tiers)
    prefix = _prefix(pool)
    # Checks the number of zones and the room of every tier.
    example = plan(f"10.0.0.0/{prefix}", availability_zones=availability_zones, tiers=tiers)
    return tuple(
        PlannedSubnet(
            tier=each.tier,
            zone=each.zone,
            cidr=_part(vpc.attr_cidr_block, slot_share(prefix, each.tier, each.zone)),
        )
        for each in example
    )


def peers(
    vpc: ec2.CfnVPC, *, cidr: str | None, pool: IpamPool | None, connected: Sequence[str]
) -> dict[Peer, str]:
    """Give the IPv4 range that each peer of a network ACL's rows stands for."""

    def block(tier: Tier) -> str:
        if cidr is not None:
            return tier_block(cidr, tier)
        return _part(vpc.attr_cidr_block, block_share(_prefix(pool), tier))

    return {
        "vpc": cidr or vpc.attr_cidr_block,
        "private": block("private"),
        "isolated": block("isolated"),
        "anywhere": ANYWHERE,
        **dict(zip(CONNECTED, connected, strict=False)),
    }


def ipv6_peers(vpc: ec2.CfnVPC) -> dict[Peer, str]:
    """Give the IPv6 range that each peer stands for; connected networks have none."""

    def block(tier: Tier) -> str:
        return cdk.Fn.select(
            list(BLOCKS).index(tier),
            cdk.Fn.cidr(_ipv6(vpc), IPV6_TIER_SUBNETS, str(IPV6_TIER_BITS)),
        )

    return {
        "vpc": _ipv6(vpc),
        "private": block("private"),
        "isolated": block("isolated"),
        "anywhere": ANYWHERE_IPV6,
    }


def ipv6_subnet(vpc: ec2.CfnVPC, subnet: PlannedSubnet) -> str:
    """Give the /64 of a subnet: fixed by its tier and zone, as its IPv4 range is."""
    number = list(BLOCKS).index(subnet.tier) * IPV6_TIER_SUBNETS + subnet.zone - 1
    return cdk.Fn.select(number, cdk.Fn.cidr(_ipv6(vpc), number + 1, str(IPV6_SUBNET_BITS)))


def _ipv6(vpc: ec2.CfnVPC) -> str:
    return cdk.Fn.select(0, vpc.attr_ipv6_cidr_blocks)


def _prefix(pool: IpamPool | None) -> int:
    if pool is None:
        raise BaselineError("a VPC needs a cidr or an ipam_pool")
    return pool.netmask_length


def _part(range_: str, share: Share) -> str:
    # CloudFormation counts the bits that are left for addresses, not those of the prefix.
    return cdk.Fn.select(
        share.number, cdk.Fn.cidr(range_, share.parts, str(IPV4_BITS - share.prefix))
    )
