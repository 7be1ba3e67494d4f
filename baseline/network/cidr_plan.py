"""Where the subnets of a VPC lie: a fixed grid, so that no subnet ever has to move.

The VPC is cut into one block per tier, and each block into four slots, one per Availability Zone.
Blocks and slots that are not in use stay free. A tier or a zone that comes later takes its own, so
the subnets that exist keep their ranges (a subnet whose range changes is a subnet replaced).

====================  ======  =================  ====================
sixteenths            size    tier               subnet of a /20 VPC
====================  ======  =================  ====================
0 to 7                1/2     private            /23, 507 addresses
8 to 11               1/4     isolated           /24, 251 addresses
12 to 13              1/8     public             /25, 123 addresses
14                    1/16    inspection         /26, 59 addresses
15                    1/16    transit            /26, 59 addresses
====================  ======  =================  ====================
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network
from types import MappingProxyType
from typing import Literal

from baseline.errors import BaselineError

Tier = Literal["private", "isolated", "public", "inspection", "transit"]

BLOCKS = MappingProxyType(
    {
        "private": (0, 8),
        "isolated": (8, 4),
        "public": (12, 2),
        "inspection": (14, 1),
        "transit": (15, 1),
    }
)
"""First sixteenth and number of sixteenths of the VPC per tier. Never change a row: subnets move."""

ZONE_SLOTS = 4
"""Slots per tier; a zone in use takes the slot of its number."""

AVAILABILITY_ZONES = (2, ZONE_SLOTS)
"""Fewest and most Availability Zones: one zone is no availability, and a slot is never shared."""

VPC_PREFIXES = (16, 24)
"""Largest and smallest VPC. AWS allows /16 to /28; below /24 no tier has four subnets."""

SMALLEST_SUBNET = 28
"""Longest prefix of a subnet. Source: Amazon VPC User Guide, "Subnet CIDR blocks"."""

PRIVATE_RANGES = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
"""Source: RFC 1918, section 3."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedSubnet:
    """A subnet of the plan: its tier, the number of its zone from 1, and its range."""

    tier: Tier
    zone: int
    cidr: str


def plan(cidr: str, *, availability_zones: int, tiers: Iterable[Tier]) -> tuple[PlannedSubnet, ...]:
    """Give the subnets of a VPC, tier by tier and zone by zone.

    The range of a subnet follows from the VPC, its tier and its zone alone, so it is the same
    whatever other tiers and zones are asked for.

    Args:
        cidr: range of the VPC: private, /16 to /24.
        availability_zones: zones in use, 2 to 4.
        tiers: tiers in use.

    Raises:
        BaselineError: when the range is malformed, misaligned, public, of the wrong size or too
            small for a tier, or when the number of zones is out of its range.
    """
    fewest, most = AVAILABILITY_ZONES
    if not fewest <= availability_zones <= most:
        raise BaselineError(
            f"availability_zones must be between {fewest} and {most}, got {availability_zones}"
        )
    vpc = _parse(cidr)
    return tuple(
        PlannedSubnet(tier=tier, zone=zone, cidr=str(_slot(vpc, tier, zone)))
        for tier in tiers
        for zone in range(1, availability_zones + 1)
    )


@dataclass(frozen=True, slots=True)
class Share:
    """One of several equal parts of a VPC: its number from 0, how many there are, its prefix."""

    number: int
    parts: int
    prefix: int


def slot_share(prefix: int, tier: Tier, zone: int) -> Share:
    """Give which part of a VPC of unknown range a subnet is: the same place as in :func:`plan`.

    Args:
        prefix: prefix length of the VPC, /16 to /24.
        tier: tier of the subnet.
        zone: number of its zone, from 1.

    Raises:
        BaselineError: when the prefix is out of its range or too long for the tier.
    """
    return _share(prefix, _slot(_example(prefix), tier, zone))


def block_share(prefix: int, tier: Tier) -> Share:
    """Give which part of a VPC of unknown range a tier's block is.

    Raises:
        BaselineError: when the prefix is out of its range.
    """
    return _share(prefix, _block(_example(prefix), tier))


def _example(prefix: int) -> IPv4Network:
    return _parse(f"10.0.0.0/{prefix}")


def _share(prefix: int, part: IPv4Network) -> Share:
    start = int(part.network_address) - int(_example(prefix).network_address)
    return Share(
        number=start // part.num_addresses,
        parts=2 ** (part.prefixlen - prefix),
        prefix=part.prefixlen,
    )


def tier_block(cidr: str, tier: Tier) -> str:
    """Give the range that all subnets of a tier lie in, those of later zones included.

    Raises:
        BaselineError: as :func:`plan`.
    """
    return str(_block(_parse(cidr), tier))


def _parse(cidr: str) -> IPv4Network:
    try:
        vpc = IPv4Network(cidr, strict=False)
    except ValueError as error:
        raise BaselineError(
            f"cidr {cidr!r} is not an IPv4 range; write it as in '10.0.0.0/20'"
        ) from error
    largest, smallest = VPC_PREFIXES
    if not largest <= vpc.prefixlen <= smallest:
        fault = "too large" if vpc.prefixlen < largest else "too small"
        raise BaselineError(
            f"cidr {cidr!r} is {fault} for a VPC; use a prefix from /{largest} to /{smallest}"
        )
    if str(vpc) != cidr:
        raise BaselineError(
            f"cidr {cidr!r} does not name a range by its first address and prefix; did you mean "
            f"'{vpc}'?"
        )
    if not any(vpc.subnet_of(private) for private in PRIVATE_RANGES):
        ranges = ", ".join(map(str, PRIVATE_RANGES))
        raise BaselineError(f"cidr {cidr!r} is not private; choose a range inside {ranges}")
    return vpc


def _block(vpc: IPv4Network, tier: Tier) -> IPv4Network:
    first, sixteenths = BLOCKS[tier]
    offset = vpc.num_addresses // 16 * first
    # 8 sixteenths are one halving, 4 are two, 2 are three, 1 is four.
    prefix = vpc.prefixlen + 5 - sixteenths.bit_length()
    return IPv4Network((int(vpc.network_address) + offset, prefix))


def _slot(vpc: IPv4Network, tier: Tier, zone: int) -> IPv4Network:
    block = _block(vpc, tier)
    prefix = block.prefixlen + ZONE_SLOTS.bit_length() - 1
    if prefix > SMALLEST_SUBNET:
        raise BaselineError(
            f"cidr '{vpc}' is too small for the {tier} tier: its subnets would be /{prefix}, and "
            f"AWS allows none smaller than /{SMALLEST_SUBNET}; use "
            f"/{vpc.prefixlen - prefix + SMALLEST_SUBNET} or larger"
        )
    size = block.num_addresses // ZONE_SLOTS
    return IPv4Network((int(block.network_address) + size * (zone - 1), prefix))
