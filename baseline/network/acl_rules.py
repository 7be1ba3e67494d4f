"""What the network ACL of each tier lets through, in both directions, each row with its reason.

Network ACLs are stateless: an answer needs a row of its own, on the ports that clients open
connections from (1024 to 65535). They do not filter the Amazon DNS server, the time service or
instance metadata, so no row is needed for those.

Source: Amazon VPC User Guide, "Network ACL rules" and "Control subnet traffic with network access
control lists", for ephemeral ports.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from baseline.errors import BaselineError

Peer = Literal[
    "vpc",
    "private",
    "isolated",
    "anywhere",
    "connected-1",
    "connected-2",
    "connected-3",
    "connected-4",
]
CONNECTED: tuple[Peer, ...] = ("connected-1", "connected-2", "connected-3", "connected-4")
"""Networks that are reached through a transit gateway or VPN, in the order they are given."""

Direction = Literal["inbound", "outbound"]
Ports = tuple[int, int]

HTTP: Ports = (80, 80)
HTTPS: Ports = (443, 443)
DNS: Ports = (53, 53)
SSH: Ports = (22, 22)
EPHEMERAL: Ports = (1024, 65535)
# Answers from addresses outside the VPC, in two rows around 3389: no row admits RDP from anywhere.
EPHEMERAL_BELOW_RDP: Ports = (1024, 3388)
EPHEMERAL_ABOVE_RDP: Ports = (3390, 65535)

ADMIN_PORTS = (22, 3389)
"""SSH and RDP: administration goes through Session Manager, which opens no inbound port."""

DATABASE_PORTS = (3306, 5432)
"""MySQL and PostgreSQL, what most isolated tiers serve."""

FIRST_PORT_NUMBER = 500
PORT_NUMBERS = 32_000
"""Rows for ports are numbered from the port, so that a port added later renumbers none: the number
of a row cannot change in place, and AWS numbers rows from 1 to 32766."""

IPV6_PORT_NUMBERS = (32_501, 257)
"""First number and how many there are for the IPv6 twins of port rows; 32,501 + 257 < 32,767."""

MOST_PORTS = 10
"""With these, a tier stays under the quota of 20 rules per direction of a network ACL."""


@dataclass(frozen=True, slots=True)
class AclRule:
    """One row: traffic in one direction that a tier lets through.

    Attributes:
        direction: seen from the tier's subnets.
        number: order of evaluation; AWS takes the first row that matches.
        name: construct ID of the entry, unique per tier and direction; never change one.
        protocol: ``tcp`` or ``udp``.
        ports: first and last destination port.
        peer: the other side.
        reason: why the tier cannot work without it.
    """

    direction: Direction
    number: int
    name: str
    protocol: Literal["tcp", "udp"]
    ports: Ports
    peer: Peer
    reason: str


# One row per line reads as a table; the formatter would spread each over nine lines.
# fmt: off
PRIVATE = (
    AclRule("inbound", 100, "Https", "tcp", HTTPS, "vpc", "interface endpoints and services of the tier answer on HTTPS"),
    AclRule("inbound", 110, "DnsTcp", "tcp", DNS, "vpc", "directory servers and resolver endpoints in the tier answer long queries"),
    AclRule("inbound", 120, "DnsUdp", "udp", DNS, "vpc", "directory servers and resolver endpoints in the tier answer queries"),
    AclRule("inbound", 130, "Answers", "tcp", EPHEMERAL, "vpc", "answers to connections that the tier opened; targets of load balancers"),
    AclRule("inbound", 140, "DnsAnswers", "udp", EPHEMERAL, "vpc", "answers to DNS queries that the tier sent inside the VPC"),
    AclRule("inbound", 150, "GatewayAnswersLow", "tcp", EPHEMERAL_BELOW_RDP, "anywhere", "answers of S3 and DynamoDB through the gateway endpoints, the only way in from outside the VPC"),
    AclRule("inbound", 160, "GatewayAnswersHigh", "tcp", EPHEMERAL_ABOVE_RDP, "anywhere", "as the row before, above the RDP port"),
    AclRule("outbound", 100, "Https", "tcp", HTTPS, "anywhere", "AWS through interface and gateway endpoints; the route tables know no other way out"),
    AclRule("outbound", 110, "DnsTcp", "tcp", DNS, "vpc", "long queries to directory servers and resolver endpoints"),
    AclRule("outbound", 120, "DnsUdp", "udp", DNS, "vpc", "queries to directory servers and resolver endpoints"),
    AclRule("outbound", 130, "Answers", "tcp", EPHEMERAL, "vpc", "answers to clients in the VPC; databases, which listen above 1023"),
    AclRule("outbound", 140, "DnsAnswers", "udp", EPHEMERAL, "vpc", "answers to DNS queries from the VPC"),
)
ISOLATED = (
    AclRule("outbound", 100, "Answers", "tcp", EPHEMERAL, "private", "answers to the private tier, the only client"),
)
ISOLATED_ENDPOINTS = (
    AclRule("inbound", 110, "EndpointAnswersLow", "tcp", EPHEMERAL_BELOW_RDP, "anywhere", "answers of AWS through the endpoints, asked for by isolated_reaches_endpoints"),
    AclRule("inbound", 120, "EndpointAnswersHigh", "tcp", EPHEMERAL_ABOVE_RDP, "anywhere", "as the row before, above the RDP port"),
    AclRule("outbound", 110, "Https", "tcp", HTTPS, "anywhere", "AWS through the endpoints, asked for by isolated_reaches_endpoints"),
)
PUBLIC = (
    AclRule("inbound", 100, "Https", "tcp", HTTPS, "anywhere", "clients of the load balancers"),
    AclRule("inbound", 110, "TargetAnswers", "tcp", EPHEMERAL, "vpc", "answers of the load balancers' targets"),
    AclRule("outbound", 100, "Https", "tcp", HTTPS, "vpc", "targets that listen on HTTPS"),
    AclRule("outbound", 110, "Answers", "tcp", EPHEMERAL, "anywhere", "answers to clients; targets that listen above 1023"),
)
INSTANCE_CONNECT = (
    AclRule("inbound", 170, "InstanceConnectSsh", "tcp", SSH, "private", "SSH from the Instance Connect Endpoint in another subnet of the tier"),
    AclRule("outbound", 170, "InstanceConnectSsh", "tcp", SSH, "private", "SSH of the Instance Connect Endpoint to another subnet of the tier"),
)
NAT = (
    AclRule("inbound", 120, "InternetAnswersLow", "tcp", EPHEMERAL_BELOW_RDP, "anywhere", "answers of the internet to what the NAT gateways opened"),
    AclRule("inbound", 130, "InternetAnswersHigh", "tcp", EPHEMERAL_ABOVE_RDP, "anywhere", "as the row before, above the RDP port"),
    AclRule("outbound", 120, "InternetHttps", "tcp", HTTPS, "anywhere", "HTTPS of the private tier through the NAT gateways, asked for by nat_gateways"),
)
TRANSIT = (
    AclRule("inbound", 100, "Https", "tcp", HTTPS, "vpc", "HTTPS of the VPC to what lies beyond the transit gateway"),
    AclRule("inbound", 110, "Answers", "tcp", EPHEMERAL, "vpc", "answers of the VPC to networks beyond the transit gateway"),
    AclRule("outbound", 100, "Https", "tcp", HTTPS, "vpc", "HTTPS of networks beyond the transit gateway; the private tier decides which"),
    AclRule("outbound", 110, "Answers", "tcp", EPHEMERAL, "vpc", "answers to what the VPC opened through the transit gateway"),
)
# fmt: on


def forwarding_rules(peers: Sequence[Peer]) -> tuple[AclRule, ...]:
    """Give the rows of a tier that passes on the traffic of others: firewall endpoints, NAT.

    The firewall decides about each connection; these rows keep out what no firewall rule can be
    meant to admit, the administration ports first of all.

    Args:
        peers: networks whose connections are passed on.
    """
    # fmt: off
    return (
        AclRule("inbound", 100, "AnswersLow", "tcp", EPHEMERAL_BELOW_RDP, "anywhere", "answers to what was passed on; high ports of the networks themselves"),
        AclRule("inbound", 110, "AnswersHigh", "tcp", EPHEMERAL_ABOVE_RDP, "anywhere", "as the row before, above the RDP port"),
        AclRule("outbound", 100, "Https", "tcp", HTTPS, "anywhere", "HTTPS that the firewall let through"),
        AclRule("outbound", 110, "Http", "tcp", HTTP, "anywhere", "HTTP that the firewall let through"),
        *(
            row
            for offset, peer in enumerate(peers)
            for row in (
                AclRule("inbound", 200 + 20 * offset, f"Https{offset + 1}", "tcp", HTTPS, peer, "HTTPS on its way to the firewall or from it"),
                AclRule("inbound", 210 + 20 * offset, f"Http{offset + 1}", "tcp", HTTP, peer, "HTTP on its way to the firewall or from it"),
                AclRule("outbound", 200 + 20 * offset, f"Answers{offset + 1}", "tcp", EPHEMERAL, peer, "answers, and high ports between the networks"),
            )
        ),
    )
    # fmt: on


def private_rules(
    isolated_ports: Sequence[int],
    *,
    connected: Sequence[Peer] = (),
    instance_connect: bool = False,
) -> tuple[AclRule, ...]:
    """Give the rows of the private tier, with a way out to each port that the isolated tier serves.

    Args:
        isolated_ports: as :func:`isolated_rules`.
        connected: networks outside the VPC that may use the tier's HTTPS.
        instance_connect: True lets SSH pass between the tier's own subnets. RDP lies among the
            high ports that pass already.

    Raises:
        BaselineError: when a port cannot be served (:func:`isolated_rules`).
    """
    _check(isolated_ports)
    reached = tuple(
        row
        for offset, peer in enumerate(connected)
        for row in (
            AclRule(
                "inbound",
                200 + 10 * offset,
                f"Connected{offset + 1}Https",
                "tcp",
                HTTPS,
                peer,
                "a connected network uses the tier's services on HTTPS",
            ),
            AclRule(
                "outbound",
                200 + 10 * offset,
                f"Connected{offset + 1}Answers",
                "tcp",
                EPHEMERAL,
                peer,
                "answers to a connected network",
            ),
        )
    )
    # Ports from 1024 up are in the row for answers already.
    served = tuple(
        AclRule(
            "outbound",
            _number(port),
            f"Isolated{port}",
            "tcp",
            (port, port),
            "isolated",
            f"port {port} of the isolated tier",
        )
        for port in sorted(isolated_ports)
        if port < EPHEMERAL[0]
    )
    return PRIVATE + (INSTANCE_CONNECT if instance_connect else ()) + reached + served


def ipv6_number(rule: AclRule) -> int:
    """Give the number of a row's IPv6 twin: the next one, or for ports one of a range of its own.

    Numbers of port rows lie side by side where ports do, so the next one may be taken.
    """
    if rule.number < FIRST_PORT_NUMBER:
        return rule.number + 1
    first, count = IPV6_PORT_NUMBERS
    return first + rule.ports[0] % count


def check_ipv6_ports(ports: Sequence[int]) -> None:
    """Raise for ports whose IPv6 rows would share a number.

    Raises:
        BaselineError: names the ports.
    """
    _, count = IPV6_PORT_NUMBERS
    if len({port % count for port in ports}) != len(ports):
        raise BaselineError(
            f"isolated_ports holds two ports that are a multiple of {count} apart, whose IPv6 "
            f"rules share a number: {list(ports)}; serve one of them on another port"
        )


def isolated_rules(
    isolated_ports: Sequence[int], *, reaches_endpoints: bool = False
) -> tuple[AclRule, ...]:
    """Give the rows of the isolated tier: its ports for the private tier, and the answers.

    Args:
        isolated_ports: TCP ports that the private tier may connect to.
        reaches_endpoints: True lets the tier open connections to AWS endpoints.

    Raises:
        BaselineError: when a port is out of range, named twice, an administration port, or when
            there are too many.
    """
    _check(isolated_ports)
    served = tuple(
        AclRule(
            "inbound",
            _number(port),
            f"Port{port}",
            "tcp",
            (port, port),
            "private",
            f"the private tier uses port {port} of the isolated tier",
        )
        for port in sorted(isolated_ports)
    )
    return ISOLATED + served + (ISOLATED_ENDPOINTS if reaches_endpoints else ())


def _number(port: int) -> int:
    return FIRST_PORT_NUMBER + port % PORT_NUMBERS


def _check(ports: Sequence[int]) -> None:
    if len(ports) > MOST_PORTS or len(set(ports)) != len(ports):
        raise BaselineError(
            f"isolated_ports must be at most {MOST_PORTS} different ports, got {list(ports)}"
        )
    if len({_number(port) for port in ports}) != len(ports):
        raise BaselineError(
            f"isolated_ports holds two ports that are {PORT_NUMBERS} apart, which share a rule "
            f"number: {list(ports)}; serve one of them on another port"
        )
    for port in ports:
        if not 1 <= port <= EPHEMERAL[1]:
            raise BaselineError(f"isolated_ports must be between 1 and {EPHEMERAL[1]}, got {port}")
        if port in ADMIN_PORTS:
            raise BaselineError(
                f"isolated_ports holds {port}, an administration port; administer instances "
                "through Session Manager, which needs no inbound port"
            )
