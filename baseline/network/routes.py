"""Routes of a zone's table: where the traffic for a range goes next."""

from __future__ import annotations

from aws_cdk import CfnResource
from aws_cdk import aws_ec2 as ec2
from constructs import Construct


def route(
    scope: Construct,
    id: str,
    *,
    table: ec2.CfnRouteTable,
    destination: str,
    after: CfnResource | None = None,
    ipv6: bool = False,
    **target: str,
) -> ec2.CfnRoute:
    """Add a route.

    Args:
        scope: parent construct.
        id: construct ID.
        table: the route table.
        destination: range that the route is for.
        after: what has to exist first.
        ipv6: True when the range is IPv6.
        **target: where to, as ``CfnRoute`` calls it: ``nat_gateway_id``, ``vpc_endpoint_id``.
    """
    made = ec2.CfnRoute(
        scope,
        id,
        route_table_id=table.ref,
        destination_cidr_block=None if ipv6 else destination,
        destination_ipv6_cidr_block=destination if ipv6 else None,
        **target,
    )
    if after is not None:
        made.add_resource_dependency(after)
    return made
