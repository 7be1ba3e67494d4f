"""The organization as the report shows it: who is where, and what binds them."""

from __future__ import annotations

from collections.abc import Iterator

from baseline.guardrails.composition import compose
from baseline.report.model import Report, Unit
from baseline.report.tree import tree_of
from tests.unit.report.conftest import example


def everything(unit: Unit) -> Iterator[Unit]:
    yield unit
    for child in unit.units:
        yield from everything(child)


def test_every_unit_shows_what_binds_its_accounts_and_where_it_comes_from(report: Report) -> None:
    units = {unit.path: unit for unit in everything(report.root)}
    for target in compose(example({"guardrails": {"trusted_accounts": ["787878787878"]}})):
        if target.path in units and target.path != "root":
            shown = units[target.path]
            own = [row.guardrail.id for row in target.guardrails]
            inherited = [row.guardrail.id for row in target.inherited]
            assert [row.id for row in shown.own] == own
            assert [row.id for row in shown.inherited if row.source != "root"] == inherited
    test = units["Workloads/Test"]
    assert ("private-network", "Workloads") in test.inherited_sets
    assert {row.source for row in test.inherited} == {"root", "Workloads"}
    assert units["Workloads"].sets == ("foundation", "private-network", "workload-limits")


def test_every_account_stands_in_its_unit_once(report: Report) -> None:
    places = {
        account.name: (unit.path, account.id)
        for unit in everything(report.root)
        for account in unit.accounts
    }
    assert places["management"] == ("root", "111111111111")
    assert places["security"] == ("Security", "333333333333")
    assert places["payments-test"] == ("Workloads/Test", "666666666666")
    assert places["sandbox-platform"] == ("Sandbox", "not created yet")
    assert report.root.population == len(places) == 8


def test_a_guardrail_says_where_it_is_and_whom_it_exempts(report: Report) -> None:
    rows = {row.id: row for row in report.guardrails}
    assert rows["protect-log-archive"].targets == ("Security",)
    assert "break_glass" in rows["protect-cloudtrail"].exempts
    assert rows["protect-cloudtrail"].proofs >= 6
    assert rows["guardduty-organization"].targets == ("root",)


def test_a_guardrail_of_one_account_shows_at_that_account() -> None:
    configuration = example({"members": {"payments-test": {"guardrails": ["sandbox-limits"]}}})
    units = {row.path: row for row in everything(tree_of(configuration, compose(configuration)))}
    (account,) = units["Workloads/Test"].accounts
    assert [row.id for row in account.guardrails] == ["sandbox-limits"]


def test_exempted_roles_are_named_with_their_guardrails(report: Report) -> None:
    rows = {row.roles: row for row in report.exemptions}
    assert rows["break glass"].patterns == ("arn:aws:iam::*:role/OrgBreakGlass",)
    assert "protect-cloudtrail" in rows["break glass"].guardrails
    assert "backups" not in rows  # no central backups, no role that copies them
