"""Who and what a VPN connects, as a configuration or an argument says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from baseline.errors import BaselineError
from baseline.network.cidr_plan import PRIVATE_RANGES

SESSION_HOURS = (8, 10, 12, 24)
CLIENT_PREFIXES = (12, 22)
"""Largest and smallest range of client addresses. Source: AWS Client VPN Administrator Guide,
"Rules and best practices"."""
BANNER_BYTES = 1_400
ASN = (1, 2_147_483_647)
HTTPS_PORT = 443


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """What one group of the identity provider may reach.

    Attributes:
        group: ID of the group as the SAML assertion names it.
        network: range it may reach.
        ports: TCP ports it may reach there; HTTPS by default.
    """

    group: str
    network: str
    ports: Sequence[int] = (HTTPS_PORT,)


def check_customer(address: str, asn: int) -> None:
    """Raise for a device that no tunnel can reach.

    Raises:
        BaselineError: when the address is not a public IPv4 address or the number out of range.
    """
    try:
        parsed = IPv4Address(address)
    except ValueError as error:
        raise BaselineError(
            f"customer_address {address!r} is not an IPv4 address; write it as in '198.51.100.7'"
        ) from error
    inside = any(parsed in network for network in PRIVATE_RANGES)
    if inside or parsed.is_multicast or parsed.is_loopback or parsed.is_link_local:
        raise BaselineError(
            f"customer_address {address!r} is not a public IPv4 address; name the outside address "
            "of the device"
        )
    low, high = ASN
    if not low <= asn <= high:
        raise BaselineError(f"customer_asn must be between {low} and {high}, got {asn}")


def check_client_cidr(cidr: str) -> None:
    """Raise for a range that Client VPN cannot give addresses from.

    Raises:
        BaselineError: names the range and the limits.
    """
    largest, smallest = CLIENT_PREFIXES
    try:
        network = IPv4Network(cidr)
    except ValueError as error:
        raise BaselineError(
            f"client_cidr {cidr!r} is not an IPv4 range; write it as in '10.250.0.0/20'"
        ) from error
    if not largest <= network.prefixlen <= smallest:
        raise BaselineError(
            f"client_cidr {cidr!r} must have a prefix from /{largest} to /{smallest}"
        )


def check_apart(client_cidr: str, networks: Sequence[str]) -> None:
    """Raise when clients would get addresses of a network that they are sent to.

    Args:
        client_cidr: range of the clients.
        networks: the VPC's range and those of the routes, the internet apart.

    Raises:
        BaselineError: names both ranges.
    """
    clients = IPv4Network(client_cidr)
    for text in networks:
        network = IPv4Network(text)
        if network.prefixlen and clients.overlaps(network):
            raise BaselineError(
                f"client_cidr {client_cidr!r} overlaps {text!r}; choose a range apart from all "
                "networks"
            )


def check_session(hours: int, banner: str) -> None:
    """Raise for a session or a banner that Client VPN does not take.

    Raises:
        BaselineError: names value and limit.
    """
    if hours not in SESSION_HOURS:
        raise BaselineError(f"session_hours must be one of {list(SESSION_HOURS)}, got {hours}")
    if not banner.strip() or len(banner.encode()) > BANNER_BYTES:
        raise BaselineError(
            f"banner has {len(banner.encode())} bytes; write between 1 and {BANNER_BYTES}"
        )


def check_access(access: Mapping[str, Access]) -> None:
    """Raise for authorizations that would let nobody, or too many, in.

    Raises:
        BaselineError: names the authorization.
    """
    if not access:
        raise BaselineError("access is empty; name the groups and what each may reach")
    for name, each in access.items():
        if not each.group.strip():
            raise BaselineError(
                f"access {name!r} names no group; Client VPN would let everybody who signs in"
            )
        if not each.ports:
            raise BaselineError(f"access {name!r} names no port")
        try:
            IPv4Network(each.network)
        except ValueError as error:
            raise BaselineError(
                f"access {name!r}: network {each.network!r} is not an IPv4 range"
            ) from error
