"""NetworkTier: the subnets of one tier, each with its route table, behind one network ACL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from baseline.network.acl_rules import AclRule, Peer, ipv6_number
from baseline.network.cidr_plan import PlannedSubnet
from baseline.primitives.acknowledge import acknowledge

PROTOCOL_NUMBERS = {"tcp": 6, "udp": 17}
"""Source: IANA, "Assigned Internet Protocol Numbers"."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ipv6:
    """What a tier needs for IPv6.

    Attributes:
        peers: IPv6 range that each peer of the rows stands for; rows of others have no twin.
        subnet: gives the /64 of a planned subnet.
        block: the VPC's IPv6 block, which has to be there first.
    """

    peers: Mapping[Peer, str]
    subnet: Callable[[PlannedSubnet], str]
    block: cdk.CfnResource


class NetworkTier(Construct):
    """Subnets that give out no public addresses and pass only the traffic of a table.

    Every subnet has a route table of its own, so that a route can later lead to something in the
    subnet's own zone (an inspection endpoint) without touching the others.

    Args:
        scope: parent construct.
        id: construct ID.
        vpc_id: the VPC.
        subnets: planned subnets of the tier.
        rules: rows of the network ACL; everything else is dropped.
        peers: range that each peer of the rows stands for.
        ipv6: what IPv6 needs; None for IPv4 only.

    Attributes:
        subnets: the ``CfnSubnet`` of each zone.
        route_tables: the ``CfnRouteTable`` of each zone.
        network_acl: the ``CfnNetworkAcl``.

    Source: Security Hub EC2.15, EC2.21; CIS AWS Foundations Benchmark 5.0.0 5.2.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc_id: str,
        subnets: Sequence[PlannedSubnet],
        rules: Sequence[AclRule],
        peers: Mapping[Peer, str],
        ipv6: Ipv6 | None = None,
    ) -> None:
        super().__init__(scope, id)
        self._vpc_id = vpc_id
        self._ipv6 = ipv6
        self.network_acl = ec2.CfnNetworkAcl(self, "NetworkAcl", vpc_id=vpc_id)
        for rule in rules:
            self._create_entry(rule, peers[rule.peer])
            if ipv6 is not None and rule.peer in ipv6.peers:
                self._create_ipv6_entry(rule, ipv6)
        acknowledge(
            self,
            {
                "AwsSolutions-VPC3": (
                    "security groups decide between instances; the ACL is a second, coarse fence "
                    "per tier, from one table of rows with a reason each (acl_rules.py)"
                )
            },
        )
        self.subnets: list[ec2.CfnSubnet] = []
        self.route_tables: list[ec2.CfnRouteTable] = []
        for subnet in subnets:
            self._create_subnet(subnet)

    def _create_entry(self, rule: AclRule, cidr: str) -> None:
        first, last = rule.ports
        ec2.CfnNetworkAclEntry(
            self,
            f"{rule.direction.capitalize()}{rule.name}",
            network_acl_id=self.network_acl.ref,
            egress=rule.direction == "outbound",
            rule_number=rule.number,
            rule_action="allow",
            protocol=PROTOCOL_NUMBERS[rule.protocol],
            cidr_block=cidr,
            port_range=ec2.CfnNetworkAclEntry.PortRangeProperty(from_=first, to=last),
        )

    def _create_ipv6_entry(self, rule: AclRule, ipv6: Ipv6) -> None:
        first, last = rule.ports
        entry = ec2.CfnNetworkAclEntry(
            self,
            f"{rule.direction.capitalize()}{rule.name}Ipv6",
            network_acl_id=self.network_acl.ref,
            egress=rule.direction == "outbound",
            rule_number=ipv6_number(rule),
            rule_action="allow",
            protocol=PROTOCOL_NUMBERS[rule.protocol],
            ipv6_cidr_block=ipv6.peers[rule.peer],
            port_range=ec2.CfnNetworkAclEntry.PortRangeProperty(from_=first, to=last),
        )
        entry.add_resource_dependency(ipv6.block)

    def _create_subnet(self, planned: PlannedSubnet) -> None:
        zone = Construct(self, f"Zone{planned.zone}")
        name = [cdk.CfnTag(key="Name", value=f"{planned.tier}-{planned.zone}")]
        subnet = ec2.CfnSubnet(
            zone,
            "Subnet",
            vpc_id=self._vpc_id,
            availability_zone=cdk.Fn.select(planned.zone - 1, cdk.Fn.get_azs()),
            cidr_block=planned.cidr,
            map_public_ip_on_launch=False,
            ipv6_cidr_block=self._ipv6.subnet(planned) if self._ipv6 else None,
            # An interface gets an IPv6 address when it asks for one, as with public addresses.
            assign_ipv6_address_on_creation=False if self._ipv6 else None,
            tags=name,
        )
        if self._ipv6:
            subnet.add_resource_dependency(self._ipv6.block)
        route_table = ec2.CfnRouteTable(zone, "RouteTable", vpc_id=self._vpc_id, tags=name)
        ec2.CfnSubnetRouteTableAssociation(
            zone,
            "RouteTableAssociation",
            route_table_id=route_table.ref,
            subnet_id=subnet.ref,
        )
        ec2.CfnSubnetNetworkAclAssociation(
            zone,
            "NetworkAclAssociation",
            network_acl_id=self.network_acl.ref,
            subnet_id=subnet.ref,
        )
        self.subnets.append(subnet)
        self.route_tables.append(route_table)
