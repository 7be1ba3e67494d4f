"""Packing: few policies, always the same ones, and a clear word when a quota is exceeded."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baseline.config import quotas
from baseline.errors import BaselineError
from baseline.guardrails import catalog
from baseline.guardrails.composition import compose
from baseline.guardrails.model import Guardrail, PolicyType
from baseline.guardrails.packing import PackedPolicy, Slots, minified, pack, quota_of
from baseline.guardrails.rendering import Rendered, Statement
from tests.unit.guardrails import harness


def guardrail(name: str, size: int, kind: PolicyType = PolicyType.SCP) -> Rendered:
    """Give a guardrail whose one statement has about ``size`` characters."""
    source = catalog.guardrails()["protect-config"]
    document = source.model_dump(mode="json") | {"id": name, "type": kind.value}
    statement: Statement = {"Sid": name.replace("-", ""), "Action": "x" * size}
    return Rendered(guardrail=Guardrail.model_validate(document), statements=(statement,))


def packed(
    *rows: Rendered, target: str = "Workloads", reserved: Slots | None = None
) -> tuple[PackedPolicy, ...]:
    return pack(target, rows, prefix="secbase", reserved=reserved or Slots())


def ids(policies: tuple[PackedPolicy, ...]) -> list[list[str]]:
    return [[row.guardrail.id for row in policy.guardrails] for policy in policies]


def test_what_fits_shares_a_policy_and_what_does_not_gets_the_next() -> None:
    (alone,) = packed(guardrail("b", 3000), guardrail("a", 6000))
    assert alone.name == "secbase-scp-workloads-1"
    assert ids((alone,)) == [["a", "b"]]
    assert alone.description == "Guardrails: a, b"
    policies = packed(guardrail("a", 6000), guardrail("b", 6000), guardrail("c", 3000))
    assert len(policies) == 2
    assert sorted(name for names in ids(policies) for name in names) == ["a", "b", "c"]


def test_the_order_of_the_configuration_changes_nothing() -> None:
    rows = [guardrail(f"g{number}", 2000) for number in range(12)]
    before, after = packed(*rows), packed(*reversed(rows))
    assert [(row.name, row.content) for row in before] == [(row.name, row.content) for row in after]


@settings(max_examples=50, deadline=None)
@given(sizes=st.lists(st.integers(min_value=10, max_value=10_000), max_size=8))
def test_no_policy_exceeds_its_quota_and_none_is_lost(sizes: list[int]) -> None:
    rows = [guardrail(f"g{number}", size) for number, size in enumerate(sizes)]
    policies = packed(*rows)
    assert all(policy.size <= quotas.SCP_SIZE for policy in policies)
    assert sorted(name for names in ids(policies) for name in names) == sorted(
        row.guardrail.id for row in rows
    )
    assert [policy.content for policy in packed(*rows)] == [policy.content for policy in policies]


def changes(before: tuple[PackedPolicy, ...], after: tuple[PackedPolicy, ...]) -> list[str]:
    """Give the names of the policies that are in both and differ."""
    old = {row.name: row.content for row in before}
    return [row.name for row in after if row.name in old and old[row.name] != row.content]


@pytest.mark.parametrize("path", ["Security", "Infrastructure", "Workloads", "Sandbox"])
def test_one_more_guardrail_changes_one_policy(path: str) -> None:
    """Whichever guardrail of the example comes last: it joins one policy, or splits it in two."""
    target = next(row for row in compose(harness.configuration()) if row.path == path)
    for row in target.guardrails:
        without = [other for other in target.guardrails if other is not row]
        before, after = packed(*without), packed(*target.guardrails)
        assert len(changes(before, after)) <= 1, row.guardrail.id
        gone = {one.name for one in before} - {one.name for one in after}
        assert not gone, row.guardrail.id


@settings(max_examples=100, deadline=None)
@given(
    sizes=st.lists(st.integers(min_value=100, max_value=3_000), min_size=2, max_size=20),
    more=st.integers(min_value=100, max_value=9_000),
)
def test_one_guardrail_of_ones_own_changes_one_policy(sizes: list[int], more: int) -> None:
    rows = [guardrail(f"g{number}", size) for number, size in enumerate(sizes)]
    before, after = packed(*rows), packed(*rows, guardrail("my-own", more))
    if len(after) < 9:  # with the last slot in use the policies are packed tightly instead
        assert len(changes(before, after)) <= 1


def test_the_example_leaves_slots_for_others() -> None:
    """Of ten, one is AWS's own; two stay free as it is, and more where slots are reserved."""
    for target in compose(harness.configuration()):
        kinds = [policy.type for policy in target.policies]
        assert kinds.count(PolicyType.SCP) <= 7, target.path
        assert kinds.count(PolicyType.RCP) <= 2, target.path


def test_without_slots_to_spare_the_guardrails_are_packed_tightly() -> None:
    rows = [guardrail(f"g{number}", 5000) for number in range(10)]
    assert len(packed(*rows)) > 5
    policies = packed(*rows, reserved=Slots(scp=4))
    assert [len(names) for names in ids(policies)] == [2] * 5


def test_the_content_is_counted_without_white_space() -> None:
    policy = packed(guardrail("a", 100))[0]
    assert policy.size == len(minified(policy.content))
    assert ": " not in minified(policy.content)


@pytest.mark.parametrize(
    ("kind", "reserved", "expected"),
    [
        (PolicyType.SCP, Slots(), (quotas.SCP_SIZE, 9, 0)),
        (PolicyType.SCP, Slots(scp=4), (quotas.SCP_SIZE, 5, 4)),
        (PolicyType.RCP, Slots(rcp=1), (quotas.RCP_SIZE, 3, 1)),
        (PolicyType.GUARDDUTY, Slots(scp=4, rcp=4), (10_000, 10, 0)),
        (PolicyType.AI_OPT_OUT, Slots(), (2_500, 5, 0)),
    ],
)
def test_aws_and_reserved_policies_take_slots(
    kind: PolicyType, reserved: Slots, expected: tuple[int, int, int]
) -> None:
    assert quota_of(kind, reserved) == expected


def test_too_many_policies_name_the_guardrail_where_it_can_go_and_the_reserved_slots() -> None:
    rows = [guardrail(f"g{number}", 9000) for number in range(3)]
    with pytest.raises(
        BaselineError,
        match=r"Workloads/Test has room for 2 more .* 3 are needed and guardrail g2 does not fit; "
        r"move it to Workloads, or lower guardrails.reserved_scp_slots \(7 now\)",
    ):
        packed(*rows, target="Workloads/Test", reserved=Slots(scp=7))
    with pytest.raises(
        BaselineError, match="guardrail g2 does not fit; move it to the units below it"
    ):
        packed(*rows, reserved=Slots(scp=7))


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(BaselineError) as error:
        packed(
            guardrail("a", quotas.SCP_SIZE),
            guardrail("b", 6000, PolicyType.RCP),
            *(guardrail(name, 5100, PolicyType.RCP) for name in "cdefg"),
        )
    told = str(error.value)
    assert "guardrail a at Workloads has" in told
    assert "guardrail b at Workloads has" in told


def test_a_guardrail_larger_than_a_policy_is_refused() -> None:
    with pytest.raises(
        BaselineError,
        match=r"guardrail a at Workloads has \d+ characters, a SERVICE_CONTROL_POLICY may have 10240",
    ):
        packed(guardrail("a", quotas.SCP_SIZE))


def test_an_rcp_has_half_the_room() -> None:
    with pytest.raises(BaselineError, match="may have 5120"):
        packed(guardrail("a", 6000, PolicyType.RCP))


def test_two_statements_of_one_name_are_refused() -> None:
    twin = Rendered(
        guardrail=guardrail("b", 10).guardrail, statements=guardrail("a", 10).statements
    )
    with pytest.raises(
        BaselineError, match="guardrails a and b both have a statement a; rename one"
    ):
        packed(guardrail("a", 10), twin)


def test_sids_are_kept() -> None:
    foundation = [harness.rendered(row.id) for row in catalog.resolve(["foundation"])]
    policies = packed(*foundation)
    assert sorted(
        sid for policy in policies for row in policy.guardrails for sid in row.sids
    ) == sorted(sid for row in foundation for sid in row.sids)


def test_long_paths_and_descriptions_are_cut_to_what_aws_accepts() -> None:
    target = "/".join(["Ein sehr langer Name einer Organisationseinheit"] * 5)
    policies = packed(
        *(guardrail(f"guardrail-with-a-long-name-{n}", 10) for n in range(30)), target=target
    )
    assert len(policies[0].name) <= 128
    assert len(policies[0].description) == 512
    other = packed(guardrail("a", 10), target=target + "x")
    assert other[0].name != policies[0].name
