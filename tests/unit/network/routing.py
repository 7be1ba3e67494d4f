"""Walks the route tables of a synthesized template as a packet does, across transit gateways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any

MOST_HOPS = 12


@dataclass(frozen=True)
class Subnet:
    """A subnet of a template: logical ID, VPC, range and zone (its index among the zones)."""

    id: str
    vpc: str
    network: IPv4Network
    zone: int


class Network:
    """All VPCs, transit gateways and firewalls of a template."""

    def __init__(self, resources: Mapping[str, Any]) -> None:
        self.resources = resources
        self.subnets = {name: self._subnet(name, p) for name, p in self._of("AWS::EC2::Subnet")}
        self.vpcs = {
            name: IPv4Network(properties["CidrBlock"])
            for name, properties in self._of("AWS::EC2::VPC")
        }

    def _of(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, resource in self.resources.items():
            if resource["Type"] == kind:
                yield name, resource.get("Properties", {})

    @staticmethod
    def _subnet(name: str, properties: dict[str, Any]) -> Subnet:
        return Subnet(
            name,
            properties["VpcId"]["Ref"],
            IPv4Network(properties["CidrBlock"]),
            int(properties["AvailabilityZone"]["Fn::Select"][0]),
        )

    def subnet_of(self, address: str) -> Subnet | None:
        """Give the subnet that an address lies in, or None outside all VPCs."""
        for subnet in self.subnets.values():
            if IPv4Address(address) in subnet.network:
                return subnet
        return None

    def trace(self, source: str, destination: str, *, start: str | None = None) -> list[str]:
        """Give the stations of a packet, ending in ``delivered``, ``internet`` or ``dropped``.

        Args:
            source: address that it comes from.
            destination: address that it goes to.
            start: subnet that it starts in, where that is not the one of the source: what the
                internet answers to starts in the subnet of the NAT gateway.
        """
        subnet = self.subnets[start] if start else self.subnet_of(source)
        assert subnet is not None, f"{source} lies in no subnet"
        stations: list[str] = []
        for _ in range(MOST_HOPS):
            station, subnet = self._hop(subnet, destination)
            stations.append(station)
            if subnet is None:
                return stations
        raise AssertionError(f"the packet goes round: {stations}")

    def _hop(self, subnet: Subnet, destination: str) -> tuple[str, Subnet | None]:
        route = self._route(subnet, destination)
        if route is None:
            return "dropped", None
        if "local" in route:
            return "delivered", None
        if "GatewayId" in route:
            return "internet", None
        if "NatGatewayId" in route:
            nat = self.resources[route["NatGatewayId"]["Ref"]]["Properties"]
            there = self.subnets[nat["SubnetId"]["Ref"]]
            return f"nat {there.zone}", there
        if "VpcEndpointId" in route:
            there = self._endpoint(route["VpcEndpointId"])
            return f"firewall {there.zone}", there
        return self._transit(subnet, destination)

    def _route(self, subnet: Subnet, destination: str) -> dict[str, Any] | None:
        """Give the most specific route; a route as specific as the local one loses to it."""
        (table,) = (
            properties["RouteTableId"]["Ref"]
            for _, properties in self._of("AWS::EC2::SubnetRouteTableAssociation")
            if properties["SubnetId"]["Ref"] == subnet.id
        )
        own = self.vpcs[subnet.vpc]
        candidates: list[tuple[int, bool, dict[str, Any]]] = []
        if IPv4Address(destination) in own:
            candidates.append((own.prefixlen, True, {"local": True}))
        for _, properties in self._of("AWS::EC2::Route"):
            network = IPv4Network(properties["DestinationCidrBlock"])
            if properties["RouteTableId"]["Ref"] != table:
                continue
            if network.subnet_of(own):
                # AWS takes a route inside the VPC for a whole subnet only.
                assert network in {each.network for each in self.subnets.values()}
            if IPv4Address(destination) in network:
                candidates.append((network.prefixlen, False, properties))
        return max(candidates, key=lambda c: (c[0], c[1]))[2] if candidates else None

    def _endpoint(self, reference: dict[str, Any]) -> Subnet:
        lookup, attribute = reference["Fn::GetAtt"]
        subnets = self.resources[lookup]["Properties"]["SubnetIds"]
        return self.subnets[subnets[int(attribute.removeprefix("Endpoint")) - 1]["Ref"]]

    def _attachment_of(self, vpc: str) -> str:
        (found,) = (
            name
            for name, properties in self._of("AWS::EC2::TransitGatewayAttachment")
            if properties["VpcId"]["Ref"] == vpc
        )
        return found

    def _transit(self, subnet: Subnet, destination: str) -> tuple[str, Subnet | None]:
        own = self._attachment_of(subnet.vpc)
        tables = [
            properties["TransitGatewayRouteTableId"]["Ref"]
            for _, properties in self._of("AWS::EC2::TransitGatewayRouteTableAssociation")
            if properties["TransitGatewayAttachmentId"]["Fn::GetAtt"][0] == own
        ]
        if not tables:
            return "dropped", None
        candidates = list(self._transit_routes(tables[0], destination))
        if not candidates:
            return "dropped", None
        target = max(candidates)[1]
        properties = self.resources[target]["Properties"]
        vpc = properties["VpcId"]["Ref"]
        there = [self.subnets[each["Ref"]] for each in properties["SubnetIds"]]
        (entry,) = (each for each in there if each.zone == subnet.zone)
        return f"transit {vpc}", entry

    def _transit_routes(self, table: str, destination: str) -> Iterator[tuple[int, str]]:
        for _, properties in self._of("AWS::EC2::TransitGatewayRoute"):
            network = IPv4Network(properties["DestinationCidrBlock"])
            if (
                properties["TransitGatewayRouteTableId"]["Ref"] == table
                and IPv4Address(destination) in network
            ):
                attachment = properties["TransitGatewayAttachmentId"]["Fn::GetAtt"][0]
                yield network.prefixlen, attachment
        for _, properties in self._of("AWS::EC2::TransitGatewayRouteTablePropagation"):
            if properties["TransitGatewayRouteTableId"]["Ref"] != table:
                continue
            attachment = properties["TransitGatewayAttachmentId"]["Fn::GetAtt"][0]
            network = self.vpcs[self.resources[attachment]["Properties"]["VpcId"]["Ref"]]
            if IPv4Address(destination) in network:
                yield network.prefixlen, attachment
