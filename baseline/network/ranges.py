"""Where a VPC's range comes from, and which networks it is connected with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

from baseline.errors import BaselineError
from baseline.network.acl_rules import CONNECTED
from baseline.network.cidr_plan import PRIVATE_RANGES


@dataclass(frozen=True, kw_only=True, slots=True)
class IpamPool:
    """An IPAM pool that gives a VPC its range, and the length of the prefix asked for."""

    pool_id: str
    netmask_length: int


def check_source(cidr: str | None, pool: IpamPool | None) -> None:
    """Raise unless a VPC has one source of its range.

    Raises:
        BaselineError: when both or neither are given.
    """
    if (cidr is None) == (pool is None):
        raise BaselineError(
            f"cidr is {cidr!r} and ipam_pool is {pool!r}; give one of them: a range, or the pool "
            "that allocates one"
        )


def check_connected(ranges: Sequence[str], cidr: str | None) -> None:
    """Raise for connected networks that cannot be told from the VPC, or are too many.

    Raises:
        BaselineError: names the range and the limit.
    """
    if len(ranges) > len(CONNECTED):
        raise BaselineError(
            f"connected_ranges holds {len(ranges)} ranges, at most {len(CONNECTED)} fit into the "
            "network ACLs; summarize them"
        )
    for text in ranges:
        try:
            network = IPv4Network(text)
        except ValueError as error:
            raise BaselineError(
                f"connected_ranges holds {text!r}, which is not an IPv4 range; write it as in "
                "'10.0.0.0/8'"
            ) from error
        if not any(network.subnet_of(private) for private in PRIVATE_RANGES):
            raise BaselineError(
                f"connected_ranges holds {text!r}, which is not private; name the ranges of your "
                "own networks"
            )
        if cidr is not None and network.subnet_of(IPv4Network(cidr)):
            raise BaselineError(
                f"connected_ranges holds {text!r}, which lies in the VPC's own range {cidr!r}"
            )
