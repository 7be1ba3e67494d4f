"""Which rules of a security group let anybody reach a port for administrators."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Mapping
from typing import Any

Rule = Mapping[str, Any]

# A network as large as these is the internet in parts: 0.0.0.0/1 and 128.0.0.0/1, 2000::/3. It is
# the rule of baseline/network/open_ports.py, which a handler cannot import; a test compares both.
LARGEST_IPV4 = 8
LARGEST_IPV6 = 16
PRIVATE_IPV4 = ipaddress.ip_network("10.0.0.0/8")

ALL_TRAFFIC = "-1"
TCP = frozenset({"tcp", "6"})
UDP = frozenset({"udp", "17"})
# SSH; Remote Desktop, among others, also answers on UDP.
TCP_ONLY = frozenset({22})


def is_anywhere(cidr: str) -> bool:
    """Tell whether a network is the internet, or a part of it nobody could own."""
    network = ipaddress.ip_network(cidr, strict=False)
    largest = LARGEST_IPV4 if network.version == 4 else LARGEST_IPV6  # noqa: PLR2004 - the version
    return network != PRIVATE_IPV4 and network.prefixlen <= largest


def open_ports(rule: Rule, ports: Collection[int]) -> list[int]:
    """Give the ports of ``ports`` that the rule's protocol and range contain, sorted."""
    protocol = str(rule["IpProtocol"]).lower()
    if protocol == ALL_TRAFFIC:
        return sorted(ports)
    if protocol not in TCP | UDP:
        return []
    ports = [port for port in ports if protocol in TCP or port not in TCP_ONLY]
    first, last = rule.get("FromPort", -1), rule.get("ToPort", -1)
    if first == -1:
        return sorted(ports)
    return sorted(port for port in ports if first <= port <= last)


def source(rule: Rule) -> str:
    """Give the rule's source as AWS writes it: a network, a prefix list or a security group."""
    return str(
        rule.get("CidrIpv4")
        or rule.get("CidrIpv6")
        or rule.get("PrefixListId")
        or rule.get("ReferencedGroupInfo", {}).get("GroupId", "")
    )


def permission(rule: Rule) -> dict[str, Any]:
    """Give the rule as RevokeSecurityGroupIngress takes it.

    Revoking by content leaves a rule alone that somebody has narrowed in the meantime; its ID
    would revoke the narrowed one.
    """
    found: dict[str, Any] = {"IpProtocol": rule["IpProtocol"]}
    if str(rule["IpProtocol"]) != ALL_TRAFFIC:
        found |= {"FromPort": rule["FromPort"], "ToPort": rule["ToPort"]}
    if cidr := rule.get("CidrIpv4"):
        return found | {"IpRanges": [{"CidrIp": cidr}]}
    if cidr := rule.get("CidrIpv6"):
        return found | {"Ipv6Ranges": [{"CidrIpv6": cidr}]}
    return found | {"PrefixListIds": [{"PrefixListId": rule["PrefixListId"]}]}
