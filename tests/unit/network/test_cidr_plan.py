"""Subnets lie where the grid says: disjoint, inside the VPC, and never anywhere else later."""

from __future__ import annotations

from ipaddress import IPv4Network
from itertools import combinations
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline.errors import BaselineError
from baseline.network.cidr_plan import (
    AVAILABILITY_ZONES,
    BLOCKS,
    PRIVATE_RANGES,
    VPC_PREFIXES,
    Tier,
    plan,
    tier_block,
)

TIERS: tuple[Tier, ...] = get_args(Tier)
ROOMY = (VPC_PREFIXES[0], 22)
"""Prefixes with room for every tier."""


@st.composite
def vpc_ranges(draw: st.DrawFn, prefixes: tuple[int, int] = ROOMY) -> str:
    parent = draw(st.sampled_from(PRIVATE_RANGES))
    prefix = draw(st.integers(*prefixes))
    count = 2 ** (prefix - parent.prefixlen)
    step = 2 ** (32 - prefix)
    start = int(parent.network_address) + step * draw(st.integers(0, count - 1))
    return str(IPv4Network((start, prefix)))


zones = st.integers(*AVAILABILITY_ZONES)
tier_sets = st.lists(st.sampled_from(TIERS), unique=True, min_size=1)


def ranges(cidr: str, count: int, tiers: list[Tier]) -> dict[tuple[str, int], IPv4Network]:
    return {
        (subnet.tier, subnet.zone): IPv4Network(subnet.cidr)
        for subnet in plan(cidr, availability_zones=count, tiers=tiers)
    }


@given(vpc_ranges(), zones, tier_sets)
def test_subnets_are_disjoint_and_inside_their_tier_and_vpc(
    cidr: str, count: int, tiers: list[Tier]
) -> None:
    subnets = ranges(cidr, count, tiers)
    assert len(subnets) == count * len(tiers)
    for (tier, _), subnet in subnets.items():
        assert subnet.subnet_of(IPv4Network(tier_block(cidr, tier)))  # type: ignore[arg-type]
        assert subnet.subnet_of(IPv4Network(cidr))
    assert not any(one.overlaps(other) for one, other in combinations(subnets.values(), 2))


@given(vpc_ranges(), zones, zones, tier_sets, tier_sets)
def test_a_tier_or_zone_added_later_moves_no_subnet(
    cidr: str, before: int, after: int, some: list[Tier], more: list[Tier]
) -> None:
    first = ranges(cidr, before, some)
    later = ranges(cidr, max(before, after), [*more, *(t for t in some if t not in more)])
    assert first.items() <= later.items()


def test_blocks_of_the_tiers_fill_the_vpc_exactly() -> None:
    taken = [
        sixteenth for first, size in BLOCKS.values() for sixteenth in range(first, first + size)
    ]
    assert sorted(taken) == list(range(16))
    assert all(first % size == 0 for first, size in BLOCKS.values())


def test_the_grid_of_the_first_release_never_changes() -> None:
    subnets = plan("10.0.0.0/20", availability_zones=2, tiers=TIERS)
    assert [(subnet.tier, subnet.zone, subnet.cidr) for subnet in subnets] == [
        ("private", 1, "10.0.0.0/23"),
        ("private", 2, "10.0.2.0/23"),
        ("isolated", 1, "10.0.8.0/24"),
        ("isolated", 2, "10.0.9.0/24"),
        ("public", 1, "10.0.12.0/25"),
        ("public", 2, "10.0.12.128/25"),
        ("inspection", 1, "10.0.14.0/26"),
        ("inspection", 2, "10.0.14.64/26"),
        ("transit", 1, "10.0.15.0/26"),
        ("transit", 2, "10.0.15.64/26"),
    ]


@pytest.mark.parametrize("prefix", range(VPC_PREFIXES[0], VPC_PREFIXES[1] + 1))
def test_every_accepted_size_has_room_for_the_default_tiers(prefix: int) -> None:
    subnets = plan(f"10.0.0.0/{prefix}", availability_zones=4, tiers=("private", "isolated"))
    assert len(subnets) == 8


@pytest.mark.parametrize(
    ("cidr", "words"),
    [
        ("ten", "'ten' is not an IPv4 range"),
        ("10.0.0.0/20/4", "is not an IPv4 range"),
        ("fd00::/20", "is not an IPv4 range"),
        ("10.0.0.0", "too small for a VPC; use a prefix from /16 to /24"),
        ("10.0.0.0/25", "too small for a VPC"),
        ("10.0.0.0/15", "too large for a VPC"),
        ("10.0.1.0/20", "did you mean '10.0.0.0/20'?"),
        ("10.0.0.0/255.255.240.0", "did you mean '10.0.0.0/20'?"),
        ("11.0.0.0/20", "is not private; choose a range inside 10.0.0.0/8, 172.16.0.0/12"),
        ("172.32.0.0/20", "is not private"),
        ("100.64.0.0/20", "is not private"),
    ],
)
def test_an_unusable_range_is_refused_with_the_fix(cidr: str, words: str) -> None:
    with pytest.raises(BaselineError) as error:
        plan(cidr, availability_zones=2, tiers=("private",))
    assert words in str(error.value)


def test_a_range_too_small_for_a_tier_names_the_size_that_fits() -> None:
    with pytest.raises(
        BaselineError, match=r"too small for the public tier.*/29.*use /23 or larger"
    ):
        plan("10.0.0.0/24", availability_zones=2, tiers=("private", "public"))
    assert plan("10.0.0.0/23", availability_zones=2, tiers=("public",))


@pytest.mark.parametrize("count", [0, 1, 5])
def test_a_number_of_zones_without_slots_is_refused(count: int) -> None:
    with pytest.raises(BaselineError, match=f"between 2 and 4, got {count}"):
        plan("10.0.0.0/20", availability_zones=count, tiers=("private",))
