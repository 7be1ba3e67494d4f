"""Packing: few policies, always the same ones, and a clear word when a quota is exceeded."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baseline.config import quotas
from baseline.errors import BaselineError
from baseline.guardrails import catalog
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
    policies = packed(guardrail("a", 6000), guardrail("b", 6000), guardrail("c", 3000))
    assert ids(policies) == [["a", "c"], ["b"]]
    assert [policy.name for policy in policies] == [
        "secbase-scp-workloads-1",
        "secbase-scp-workloads-2",
    ]
    assert policies[0].description == "Guardrails: a, c"


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


def test_one_more_guardrail_changes_one_policy() -> None:
    rows = [guardrail(name, 6000) for name in "abc"]
    before, after = packed(*rows), packed(*rows, guardrail("d", 100))
    assert [old.content == new.content for old, new in zip(before, after, strict=True)] == [
        False,
        True,
        True,
    ]


def test_the_content_is_counted_without_white_space() -> None:
    policy = packed(guardrail("a", 100))[0]
    assert policy.size == len(minified(policy.content))
    assert ": " not in minified(policy.content)


@pytest.mark.parametrize(
    ("kind", "reserved", "expected"),
    [
        (PolicyType.SCP, Slots(), (quotas.SCP_SIZE, 9)),
        (PolicyType.SCP, Slots(scp=4), (quotas.SCP_SIZE, 5)),
        (PolicyType.RCP, Slots(rcp=1), (quotas.RCP_SIZE, 3)),
        (PolicyType.GUARDDUTY, Slots(scp=4, rcp=4), (10_000, 10)),
    ],
)
def test_aws_and_reserved_policies_take_slots(
    kind: PolicyType, reserved: Slots, expected: tuple[int, int]
) -> None:
    assert quota_of(kind, reserved) == expected


def test_too_many_policies_name_the_guardrail_and_where_it_can_go() -> None:
    rows = [guardrail(f"g{number}", 9000) for number in range(3)]
    with pytest.raises(
        BaselineError,
        match=r"Workloads/Test has room for 2 more .* guardrail g2 does not fit; move it to Workloads, or lower the reserved slots",
    ):
        packed(*rows, target="Workloads/Test", reserved=Slots(scp=7))
    with pytest.raises(
        BaselineError, match="guardrail g2 does not fit; move it to the units below it"
    ):
        packed(*rows, reserved=Slots(scp=7))


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
    assert [sid for policy in policies for row in policy.guardrails for sid in row.sids] == [
        sid for row in foundation for sid in row.sids
    ]


def test_long_paths_and_descriptions_are_cut_to_what_aws_accepts() -> None:
    target = "/".join(["Ein sehr langer Name einer Organisationseinheit"] * 5)
    policies = packed(
        *(guardrail(f"guardrail-with-a-long-name-{n}", 10) for n in range(30)), target=target
    )
    assert len(policies[0].name) <= 128
    assert len(policies[0].description) == 512
    other = packed(guardrail("a", 10), target=target + "x")
    assert other[0].name != policies[0].name
