"""The range of the VPC."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from baseline.config.finding import Finding
from baseline.config.network import (
    LARGEST_VPC,
    SMALLEST_SUBNET,
    SMALLEST_VPC,
    SUBNET_TIERS,
    NetworkSettings,
)
from baseline.config.text import show
from baseline.config.view import View

# RFC 1918, "Address Allocation for Private Internets".
PRIVATE = tuple(
    ipaddress.IPv4Network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
)


def is_private_and_large_enough(view: View) -> Iterator[Finding]:
    """The VPC's range is private, of a size AWS accepts, with room for every subnet."""
    text = view.text("network", "cidr")
    zones = view.number(
        "network",
        "availability_zones",
        default=NetworkSettings.model_fields["availability_zones"].default,
    )
    if text is None:
        return
    problem = _problem(text, zones)
    if problem:
        yield Finding(("network", "cidr"), problem)


def _problem(text: str, zones: int | None) -> str | None:
    try:
        block = ipaddress.IPv4Network(text, strict=False)
    except ValueError:
        return f"{show(text)} is not an IPv4 range, such as 10.0.0.0/20"
    if str(block) != text:
        return f"{show(text)} does not start at the range's first address; write {block}"
    if not any(block.subnet_of(private) for private in PRIVATE):
        return f"{show(text)} is not private; choose a range within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16"
    if not LARGEST_VPC <= block.prefixlen <= SMALLEST_VPC:
        return f"{show(text)} has the wrong size; choose /{LARGEST_VPC} to /{SMALLEST_VPC}"
    subnets = SUBNET_TIERS * (zones or 0)
    room = 2 ** max(SMALLEST_SUBNET - block.prefixlen, 0)
    if subnets > room:
        needed = SMALLEST_SUBNET - (subnets - 1).bit_length()
        return (
            f"{show(text)} has room for {room} subnets of /{SMALLEST_SUBNET}, and {SUBNET_TIERS} tiers in "
            f"{zones} Availability Zones need {subnets}; choose /{needed} or larger"
        )
    return None
