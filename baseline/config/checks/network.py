"""The range of the VPC."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Network

from baseline.config.finding import Finding
from baseline.config.network import NetworkSettings
from baseline.config.text import show
from baseline.config.view import View
from baseline.errors import BaselineError
from baseline.network.cidr_plan import Tier, plan

# The tiers of the VPC that stack `network` creates.
TIERS: tuple[Tier, ...] = ("private", "isolated")
# Amazon VPC User Guide, "Subnet CIDR blocks": addresses of every subnet that AWS keeps.
KEPT_BY_AWS = 5

_RANGE = re.compile(r"[0-9./]{9,18}")


def is_private_and_large_enough(view: View) -> Iterator[Finding]:
    """The VPC's range is private, of a size AWS accepts, with room for every subnet and endpoint."""
    cidr = view.text("network", "cidr") or NetworkSettings.model_fields["cidr"].default
    problem = _problem(cidr, endpoints=len(view.items("network", "interface_endpoints")))
    if problem:
        yield Finding(("network", "cidr"), problem)


def _problem(cidr: str, *, endpoints: int) -> str | None:
    if not _RANGE.fullmatch(cidr):
        return f"{show(cidr)} is not an IPv4 range, such as 10.0.0.0/20"
    try:
        # The ranges are the same for any number of zones.
        private, *_ = plan(cidr, availability_zones=2, tiers=TIERS)
    except BaselineError as error:
        return str(error).removeprefix("cidr ")
    room = IPv4Network(private.cidr).num_addresses - KEPT_BY_AWS
    if endpoints > room:
        return (
            f"{show(cidr)} gives each private subnet {room} addresses, and {endpoints} interface "
            "endpoints take one each; choose a larger range"
        )
    return None
