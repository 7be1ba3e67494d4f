"""Decides as AWS does whether a flow passes the network ACLs of a synthesized template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv6Network, ip_address, ip_network
from typing import Any

TCP = 6
UDP = 17

IPV6_BLOCK = IPv6Network("2001:db8:1:ff00::/56")
"""What the simulation takes for the block that Amazon gives."""


@dataclass(frozen=True)
class Flow:
    """A connection: who opens it, to whom, from and to which port."""

    source: str
    target: str
    port: int
    protocol: int = TCP
    source_port: int = 49152


def entries(resources: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        resource["Properties"]
        for resource in resources.values()
        if resource["Type"] == "AWS::EC2::NetworkAclEntry"
    ]


def acl_of(resources: Mapping[str, Any], address: str) -> str | None:
    """Give the ACL of the subnet that an address is in, or None outside the VPC."""
    for name, resource in resources.items():
        if resource["Type"] != "AWS::EC2::Subnet":
            continue
        if lies_in(address, resource["Properties"], "CidrBlock"):
            return next(
                str(association["Properties"]["NetworkAclId"]["Ref"])
                for association in resources.values()
                if association["Type"] == "AWS::EC2::SubnetNetworkAclAssociation"
                and association["Properties"]["SubnetId"]["Ref"] == name
            )
    return None


def lies_in(address: str, properties: Mapping[str, Any], key: str) -> bool:
    """Tell whether an address lies in the range of its own IP version, where there is one."""
    parsed = ip_address(address)
    value = properties.get(key if parsed.version == 4 else f"Ipv6{key}")
    return value is not None and parsed in ip_network(resolved(value))


def resolved(value: Any) -> str:
    """Give the range that a reference to the VPC's IPv6 block stands for, as CloudFormation would."""
    if isinstance(value, str):
        return value
    number, parts = value["Fn::Select"]
    if "Fn::Cidr" not in parts:
        return str(IPV6_BLOCK)
    _, count, bits = parts["Fn::Cidr"]
    assert int(number) < int(count)
    size = 2 ** int(bits)
    return str(IPv6Network((int(IPV6_BLOCK.network_address) + int(number) * size, 128 - int(bits))))


def lets_through(rows: Iterable[Mapping[str, Any]], *, peer: str, port: int, protocol: int) -> bool:
    """Give the verdict of the first row that matches, denial where none does."""
    for row in sorted(rows, key=lambda row: int(row["RuleNumber"])):
        ports = row.get("PortRange", {"From": 0, "To": 65535})
        if (
            row["Protocol"] in (-1, protocol)
            and ports["From"] <= port <= ports["To"]
            and lies_in(peer, row, "CidrBlock")
        ):
            return bool(row["RuleAction"] == "allow")
    return False


def connects(resources: Mapping[str, Any], flow: Flow) -> bool:
    """Tell whether request and answer pass every ACL on their way (ACLs keep no state)."""
    return _passes(resources, flow.source, flow.target, flow.port, flow.protocol) and _passes(
        resources, flow.target, flow.source, flow.source_port, flow.protocol
    )


def _passes(
    resources: Mapping[str, Any], source: str, target: str, port: int, protocol: int
) -> bool:
    leaving = acl_of(resources, source)
    entering = acl_of(resources, target)
    return all(
        lets_through(
            [
                row
                for row in entries(resources)
                if row["NetworkAclId"]["Ref"] == acl and row["Egress"] is egress
            ],
            peer=peer,
            port=port,
            protocol=protocol,
        )
        for acl, egress, peer in ((leaving, True, target), (entering, False, source))
        if acl is not None
    )


def passes_on(resources: Mapping[str, Any], flow: Flow, hop: str) -> bool:
    """Tell whether the ACL of a subnet on the way lets request and answer in and out again.

    The addresses stay those of the two ends, as they do at a firewall endpoint.
    """
    acl = acl_of(resources, hop)
    request = (flow.source, flow.target, flow.port)
    answer = (flow.target, flow.source, flow.source_port)
    return all(
        lets_through(
            [
                row
                for row in entries(resources)
                if row["NetworkAclId"]["Ref"] == acl and row["Egress"] is egress
            ],
            peer=target if egress else source,
            port=port,
            protocol=flow.protocol,
        )
        for source, target, port in (request, answer)
        for egress in (False, True)
    )
