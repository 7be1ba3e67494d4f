"""The internet gateway of a public tier, and its routes: only where a VPC was asked for one."""

from __future__ import annotations

from functools import partial

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from baseline.network.addresses import ANYWHERE, ANYWHERE_IPV6
from baseline.network.network_tier import NetworkTier
from baseline.network.routes import route
from baseline.primitives.acknowledge import acknowledge_rule


def connect_to_internet(
    scope: Construct, tier: NetworkTier, *, vpc_id: str, ipv6: bool
) -> ec2.CfnVPCGatewayAttachment:
    """Lead a public tier to an internet gateway.

    Args:
        scope: the VPC's construct.
        tier: the public tier.
        vpc_id: the VPC.
        ipv6: whether the VPC has IPv6.

    Returns:
        The attachment, which has to be there before a NAT gateway is.
    """
    gateway = ec2.CfnInternetGateway(scope, "InternetGateway")
    attachment = ec2.CfnVPCGatewayAttachment(
        scope, "InternetGatewayAttachment", vpc_id=vpc_id, internet_gateway_id=gateway.ref
    )
    to_internet = partial(route, tier, after=attachment, gateway_id=gateway.ref)
    for zone, table in enumerate(tier.route_tables, start=1):
        name = f"InternetRoute{zone}"
        routes = [to_internet(name, table=table, destination=ANYWHERE)]
        if ipv6:
            routes.append(
                to_internet(f"{name}Ipv6", table=table, destination=ANYWHERE_IPV6, ipv6=True)
            )
        for made in routes:
            acknowledge_rule(
                made,
                "VPCNoUnrestrictedRouteToIGW",
                "public_subnets=True asked for a public tier by name; its network ACL lets "
                "in HTTPS only, and no subnet gives out public addresses",
            )
    return attachment
