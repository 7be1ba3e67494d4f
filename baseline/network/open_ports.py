"""The rule that no security group opens an administration port to everybody.

:func:`check_peer` refuses it where a range is an argument; :func:`open_rules` finds it in any
template. :class:`~baseline.network.admin_ports.AdminPortsClosed` refuses it at synthesis.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Any

from baseline.errors import BaselineError
from baseline.network.acl_rules import ADMIN_PORTS

RULE = "admin-ports-closed"
"""Name of the rule in every message; Security Hub EC2.13, EC2.14, EC2.18, EC2.19 and EC2.53, EC2.54."""

LARGEST_IPV4 = 8
LARGEST_IPV6 = 16
"""Longest prefixes that count as everybody: two halves of the internet are the internet. The
private 10.0.0.0/8 is not among them."""

PRIVATE_IPV4 = ip_network("10.0.0.0/8")
TCP = ("tcp", "6")
UDP = ("udp", "17")
TCP_ONLY = (22,)
"""SSH; Remote Desktop also answers on UDP."""

ALL = ("-1", "all")


def is_anywhere(cidr: object) -> bool:
    """Tell whether a range is the internet or a large part of it."""
    if not isinstance(cidr, str):
        return False  # a reference to a range of the template's own
    try:
        network = ip_network(cidr, strict=False)
    except ValueError:
        return False
    if network == PRIVATE_IPV4:
        return False
    return network.prefixlen <= (LARGEST_IPV4 if network.version == 4 else LARGEST_IPV6)  # noqa: PLR2004 - versions


def admin_ports_of(rule: Mapping[str, Any]) -> list[int]:
    """Give the administration ports that an inbound rule lets through.

    Args:
        rule: ``IpProtocol``, ``FromPort`` and ``ToPort`` as CloudFormation spells them.
    """
    protocol = str(rule.get("IpProtocol", "-1")).lower()
    if protocol in ALL:
        return list(ADMIN_PORTS)
    first, last = rule.get("FromPort"), rule.get("ToPort")
    if protocol not in (*TCP, *UDP):
        return []
    ports = [port for port in ADMIN_PORTS if protocol in TCP or port not in TCP_ONLY]
    if not _is_number(first) or not _is_number(last):
        # Without ports a protocol means all of them; a reference may mean any.
        return ports
    low, high = int(str(first)), int(str(last))
    if low == -1:
        return ports
    return [port for port in ports if low <= port <= high]


def _is_number(value: object) -> bool:
    return str(value).lstrip("-").isdigit() and not isinstance(value, bool)


def problems(rule: Mapping[str, Any]) -> list[str]:
    """Give what is wrong with one inbound rule: a port and the range it is open to."""
    open_to = [
        str(rule[key]) for key in ("CidrIp", "CidrIpv6") if key in rule and is_anywhere(rule[key])
    ]
    return [f"port {port} from {cidr}" for cidr in open_to for port in admin_ports_of(rule)]


def open_rules(template: Mapping[str, Any]) -> Iterator[str]:
    """Find every security group rule of a template that opens an administration port to everybody.

    Args:
        template: a CloudFormation template.

    Yields:
        Logical ID and what it opens.
    """
    for logical_id, resource in template.get("Resources", {}).items():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::EC2::SecurityGroupIngress":
            rules = [properties]
        elif resource["Type"] == "AWS::EC2::SecurityGroup":
            rules = properties.get("SecurityGroupIngress", [])
        else:
            continue
        for rule in rules:
            yield from (f"{logical_id}: {problem}" for problem in problems(rule))


def check_peer(name: str, cidr: str, port: int) -> None:
    """Refuse a range that would open an administration port to everybody.

    Args:
        name: the argument, for the message.
        cidr: the range.
        port: the port.

    Raises:
        BaselineError: names the rule, the argument and what to use instead.
    """
    if port in ADMIN_PORTS and is_anywhere(cidr):
        raise BaselineError(
            f"rule {RULE}: {name} holds {cidr!r}, which opens port {port} to the internet; name "
            "your own networks, or use Session Manager or InstanceConnectEndpoint, which need no "
            "open port"
        )
