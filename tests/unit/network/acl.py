"""Decides as AWS does whether a flow passes the network ACLs of a synthesized template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any

TCP = 6
UDP = 17


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
        if IPv4Address(address) in IPv4Network(resource["Properties"]["CidrBlock"]):
            return next(
                str(association["Properties"]["NetworkAclId"]["Ref"])
                for association in resources.values()
                if association["Type"] == "AWS::EC2::SubnetNetworkAclAssociation"
                and association["Properties"]["SubnetId"]["Ref"] == name
            )
    return None


def lets_through(rows: Iterable[Mapping[str, Any]], *, peer: str, port: int, protocol: int) -> bool:
    """Give the verdict of the first row that matches, denial where none does."""
    for row in sorted(rows, key=lambda row: int(row["RuleNumber"])):
        ports = row.get("PortRange", {"From": 0, "To": 65535})
        if "CidrBlock" not in row:
            continue  # a row of IPv6
        if (
            row["Protocol"] in (-1, protocol)
            and ports["From"] <= port <= ports["To"]
            and IPv4Address(peer) in IPv4Network(row["CidrBlock"])
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
