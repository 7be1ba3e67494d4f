"""Estimates: every switch has its lines, sums agree, and the work is flat in accounts."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from baseline.config import Configuration, Standalone, read
from baseline.cost import Estimate, defaults, estimate
from baseline.cost.assumptions import Assumptions
from baseline.cost.prices import price_list
from tests.support import ROOT

FOLDER = ROOT / "examples" / "configurations"


@pytest.fixture(scope="module")
def example() -> Configuration:
    found = read(ROOT / "baseline.yaml")
    assert isinstance(found, Configuration)
    return found


def changed(configuration: Configuration, **sections: Any) -> Configuration:
    return configuration.model_copy(update=sections)


def with_capability(configuration: Configuration, name: str, **values: Any) -> Configuration:
    """Give a configuration with other settings of a capability."""
    section = getattr(configuration.capabilities, name).model_copy(update=values)
    capabilities = configuration.capabilities.model_copy(update={name: section})
    return changed(configuration, capabilities=capabilities)


def of(found: Estimate, capability: str) -> float:
    return found.by("capability").get(capability, 0.0)


def assume(**values: float) -> Assumptions:
    return defaults().given(values)


def test_lines_add_up_in_every_dimension(example: Configuration) -> None:
    found = estimate(example)
    assert found.total > 0
    for dimension in ("capability", "account_class", "account", "region", "item", "service"):
        assert sum(found.by(dimension).values()) == pytest.approx(found.total)


def test_the_range_holds_the_sum_and_fixed_prices_have_none(example: Configuration) -> None:
    found = estimate(example)
    assert found.low < found.total < found.high
    keys = [line for line in found.lines if line.item == "kms.key"]
    assert all(line.low == line.monthly == line.high for line in keys)


def test_more_spread_is_a_wider_range_of_the_same_sum(example: Configuration) -> None:
    wide, narrow = (estimate(example, assume(spread=spread)) for spread in (4, 1))
    assert wide.total == pytest.approx(narrow.total)
    assert narrow.low == pytest.approx(narrow.high)
    assert wide.high - wide.low > 1


@pytest.mark.parametrize(
    ("capability", "section"),
    [
        ("guardduty", "guardduty"),
        ("security-hub", "security_hub"),
        ("config", "config"),
    ],
)
def test_what_is_off_costs_nothing(example: Configuration, capability: str, section: str) -> None:
    assert of(estimate(example), capability) > 0
    off = estimate(with_capability(example, section, enabled=False))
    assert of(off, capability) == 0
    assert capability not in off.capabilities


@pytest.mark.parametrize("section", ["macie", "detective", "inspector", "unified_security_hub"])
def test_what_is_named_costs_something(example: Configuration, section: str) -> None:
    capability = section.replace("_", "-")
    assert of(estimate(example), capability) == 0
    assert of(estimate(with_capability(example, section, enabled=True)), capability) > 0


def test_a_plan_of_guardduty_has_its_line(example: Configuration) -> None:
    found = estimate(with_capability(example, "guardduty", runtime_monitoring=False))
    assert "guardduty.runtime" in {line.item for line in estimate(example).lines}
    assert "guardduty.runtime" not in {line.item for line in found.lines}


def test_a_region_is_billed_where_its_accounts_work(example: Configuration) -> None:
    one = estimate(changed(example, regions=("eu-west-1",)))
    assert set(one.by("region")) == {"eu-west-1"}
    assert estimate(example).total > one.total


def test_an_interface_endpoint_costs_in_each_zone(example: Configuration) -> None:
    network = example.network.model_copy(
        update={"availability_zones": 3, "interface_endpoints": ("kms", "sts")}
    )
    (line,) = (
        line
        for line in estimate(changed(example, network=network)).lines
        if line.item == "vpc.interface-endpoint"
    )
    assert line.quantity == 2 * 3 * 730
    assert line.monthly == pytest.approx(2 * 3 * 730 * 0.011)
    assert line.price_region == ""


def test_core_accounts_have_their_role_and_members_are_one_class(example: Configuration) -> None:
    found = estimate(example)
    assert set(found.by("account_class")) == {*example.core_accounts(), "member"}
    members = [line for line in found.lines if line.account_class == "member"]
    assert {line.accounts for line in members} == {3}
    assert {line.account for line in members} == {""}


def test_units_are_told_apart_where_security_hub_checks_otherwise() -> None:
    configuration = read(FOLDER / "security-hub.yaml")
    found = estimate(configuration)
    checks = {
        line.account_class: line.quantity
        for line in found.lines
        if line.item == "security-hub.check" and line.region == "eu-west-1"
    }
    assert checks["security"] == 3 * 2500
    assert checks["member: Sandbox"] == 2 * 2500
    assert checks["member: Workloads/Production"] == 4 * 2500
    # Accounts that are assumed besides those named are workloads.
    more = estimate(configuration, assume(accounts=50))
    (rest,) = (
        line
        for line in more.lines
        if (line.item, line.account_class, line.region)
        == ("security-hub.check", "member", "eu-west-1")
    )
    assert (rest.accounts, rest.quantity) == (50 - len(configuration.members), 4 * 2500)  # type: ignore[union-attr]


def test_shield_advanced_is_paid_once_for_the_organization() -> None:
    found = estimate(read(FOLDER / "edge.yaml"))
    lines = [line for line in found.lines if line.item == "shield.subscription"]
    assert [line.monthly for line in lines] == [3000]


def test_a_capability_without_a_price_says_why(example: Configuration) -> None:
    found = estimate(example)
    (line,) = (line for line in found.lines if line.capability == "guardrails")
    assert (line.item, line.monthly) == ("nothing", 0)
    assert line.assumption == "organization policies are free"


def test_an_unverified_price_shows_in_line_and_remarks() -> None:
    found = estimate(read(FOLDER / "detection.yaml"))
    (line, *_) = (line for line in found.lines if line.item == "detective.data")
    assert not line.verified
    assert any("detective.data" in each and "unverified" in each for each in found.remarks)


def test_a_borrowed_price_names_its_region(example: Configuration) -> None:
    found = estimate(example)
    borrowed = [line for line in found.lines if line.price_region]
    assert price_list().fallback in {line.price_region for line in borrowed}
    assert all(line.price_region != line.region for line in borrowed)
    assert any("stand for them" in each for each in found.remarks)
    # The price of a key is that of every Region.
    assert all(not line.price_region for line in found.lines if line.item == "kms.key")


def test_only_what_is_assumed_is_shown(example: Configuration) -> None:
    shown = {row.name for row in estimate(example).assumptions}
    assert "events_per_account" in shown
    assert "macie_gb_per_account" not in shown
    macie = estimate(with_capability(example, "macie", enabled=True))
    assert "macie_gb_per_account" in {row.name for row in macie.assumptions}


def test_more_use_costs_more(example: Configuration) -> None:
    less, more = (estimate(example, assume(events_per_account=value)) for value in (1e5, 1e6))
    assert of(more, "guardduty") > of(less, "guardduty")
    assert of(more, "network") == of(less, "network")
    assert more.changed == {"events_per_account"}


def test_json_is_the_same_for_the_same_input(example: Configuration) -> None:
    texts = {json.dumps(estimate(example).as_json(), sort_keys=True) for _ in range(2)}
    assert len(texts) == 1
    document = json.loads(texts.pop())
    assert document["total"] == round(estimate(example).total, 2)
    assert document["assumptions"]["accounts"] == {
        "value": 3,
        "unit": "accounts",
        "text": "member accounts; those in `members` by default",
        "given": False,
    }


def test_two_thousand_accounts_take_milliseconds(example: Configuration) -> None:
    member = next(iter(example.members.values()))
    members = {f"account-{n}": member.model_copy(update={"id": None}) for n in range(2_000)}
    large = changed(example, members=members)
    lines = len(estimate(example).lines)
    started = time.perf_counter()
    found = estimate(large)
    assert time.perf_counter() - started < 0.5
    assert len(found.lines) == lines
    assert found.total > 200 * estimate(example).by("account_class")["member"] / 3


def test_an_account_alone_has_one_class() -> None:
    standalone = read(FOLDER / "standalone.yaml")
    assert isinstance(standalone, Standalone)
    found = estimate(standalone)
    assert set(found.by("account_class")) == {"account"}
    assert {line.account for line in found.lines} == {standalone.account.id}
    assert of(found, "network") > 0
    alone = estimate(standalone.model_copy(update={"network": None}))
    assert of(alone, "network") == 0
