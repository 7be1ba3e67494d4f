"""Routes that a hardened VPC has only by name: to the internet, through a firewall, to networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from baseline.network.addresses import ANYWHERE, ANYWHERE_IPV6
from baseline.network.cidr_plan import PlannedSubnet, Tier
from baseline.network.inspection_firewall import InspectionFirewall
from baseline.network.nat_gateways import NatGateways
from baseline.network.network_tier import NetworkTier
from baseline.network.routes import route


def let_private_out(
    private: NetworkTier, nat: NatGateways, firewall: InspectionFirewall | None
) -> None:
    """Lead the private tier to the NAT gateway of its zone, or to the firewall before it."""
    for zone, (table, gateway) in enumerate(
        zip(private.route_tables, nat.gateways, strict=True), start=1
    ):
        name = f"InternetRoute{zone}"
        if firewall is None:
            route(private, name, table=table, destination=ANYWHERE, nat_gateway_id=gateway.ref)
        else:
            endpoint = firewall.endpoint_ids[zone - 1]
            route(private, name, table=table, destination=ANYWHERE, vpc_endpoint_id=endpoint)


def let_ipv6_out(scope: Construct, private: NetworkTier, *, vpc_id: str) -> None:
    """Give the private tier a way out over IPv6 that lets nobody in."""
    gateway = ec2.CfnEgressOnlyInternetGateway(scope, "EgressOnlyGateway", vpc_id=vpc_id)
    for zone, table in enumerate(private.route_tables, start=1):
        route(
            private,
            f"InternetRoute{zone}Ipv6",
            table=table,
            destination=ANYWHERE_IPV6,
            ipv6=True,
            egress_only_internet_gateway_id=gateway.ref,
        )


def lead_through(
    firewall: InspectionFirewall,
    nat: NatGateways,
    *,
    tiers: Mapping[Tier, NetworkTier],
    subnets: Sequence[PlannedSubnet],
) -> None:
    """Lead traffic between public and private tier through the endpoint of the public zone.

    The zone of the public side decides in both directions, so a load balancer may use targets of
    every zone, and the firewall still sees both halves of a connection.
    """
    inspection = tiers["inspection"]
    for zone, gateway in enumerate(nat.gateways, start=1):
        route(
            inspection,
            f"InternetRoute{zone}",
            table=inspection.route_tables[zone - 1],
            destination=ANYWHERE,
            nat_gateway_id=gateway.ref,
        )
    public = [subnet for subnet in subnets if subnet.tier == "public"]
    private = [subnet for subnet in subnets if subnet.tier == "private"]
    for outer in public:
        for inner in private:
            endpoint = firewall.endpoint_ids[outer.zone - 1]
            for mine, theirs in ((outer, inner), (inner, outer)):
                route(
                    tiers[mine.tier],
                    f"{theirs.tier.capitalize()}{theirs.zone}Route{mine.zone}",
                    table=tiers[mine.tier].route_tables[mine.zone - 1],
                    destination=theirs.cidr,
                    vpc_endpoint_id=endpoint,
                )


def attach(
    scope: Construct,
    id: str,
    *,
    vpc_id: str,
    transit_gateway_id: str,
    tiers: Mapping[Tier, NetworkTier],
    connected: Sequence[str],
    default: bool,
    ipv6: bool,
) -> ec2.CfnTransitGatewayAttachment:
    """Attach the VPC to a transit gateway and lead the private tier there.

    Args:
        scope: parent construct.
        id: construct ID of the attachment.
        vpc_id: the VPC.
        transit_gateway_id: the gateway.
        tiers: tiers of the VPC, with ``transit``.
        connected: networks beyond the gateway.
        default: whether everything else lies there too.
        ipv6: whether the VPC has IPv6.
    """
    attachment = ec2.CfnTransitGatewayAttachment(
        scope,
        id,
        transit_gateway_id=transit_gateway_id,
        vpc_id=vpc_id,
        subnet_ids=[subnet.ref for subnet in tiers["transit"].subnets],
        # JSON, not a struct, in the CDK: keys as CloudFormation spells them.
        options={"DnsSupport": "enable", "Ipv6Support": "enable" if ipv6 else "disable"},
        tags=[cdk.CfnTag(key="Name", value=scope.node.path)],
    )
    destinations = {f"Connected{n}": text for n, text in enumerate(connected, start=1)}
    if default:
        destinations["Default"] = ANYWHERE
    for zone, table in enumerate(tiers["private"].route_tables, start=1):
        for name, destination in destinations.items():
            route(
                tiers["private"],
                f"Transit{name}Route{zone}",
                table=table,
                destination=destination,
                after=attachment,
                transit_gateway_id=transit_gateway_id,
            )
    return attachment
