"""NatGateways: a way out for connections that private subnets open, one per zone."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct


class NatGateways(Construct):
    """A NAT gateway with an address of its own in each public subnet.

    One per zone: a zone that fails takes no other with it, and no packet changes zones.

    Args:
        scope: parent construct.
        id: construct ID.
        subnets: public subnets, one per zone.
        attachment: attachment of the internet gateway, which has to be there first.

    Attributes:
        gateways: the ``CfnNatGateway`` of each zone.

    Source: Amazon VPC User Guide, "NAT gateways".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        subnets: Sequence[ec2.CfnSubnet],
        attachment: cdk.CfnResource,
    ) -> None:
        super().__init__(scope, id)
        self.gateways = [
            self._create(zone, subnet, attachment) for zone, subnet in enumerate(subnets, start=1)
        ]

    def _create(
        self, zone: int, subnet: ec2.CfnSubnet, attachment: cdk.CfnResource
    ) -> ec2.CfnNatGateway:
        address = ec2.CfnEIP(self, f"Address{zone}", domain="vpc")
        address.add_resource_dependency(attachment)
        gateway = ec2.CfnNatGateway(
            self,
            f"Zone{zone}",
            subnet_id=subnet.ref,
            allocation_id=address.attr_allocation_id,
            tags=[cdk.CfnTag(key="Name", value=f"nat-{zone}")],
        )
        gateway.add_resource_dependency(attachment)
        return gateway
