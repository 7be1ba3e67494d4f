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

Peer = Literal["vpc", "private", "isolated", "anywhere"]
Direction = Literal["inbound", "outbound"]
Ports = tuple[int, int]

HTTPS: Ports = (443, 443)
DNS: Ports = (53, 53)
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
# fmt: on


def private_rules(isolated_ports: Sequence[int]) -> tuple[AclRule, ...]:
    """Give the rows of the private tier, with a way out to each port that the isolated tier serves.

    Raises:
        BaselineError: when a port cannot be served (:func:`isolated_rules`).
    """
    _check(isolated_ports)
    # Ports from 1024 up are in the row for answers already.
    return PRIVATE + tuple(
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
