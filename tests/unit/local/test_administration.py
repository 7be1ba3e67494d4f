"""The organization of the configuration, and adopted members that stand where they should."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest

from baseline.config import Configuration, load
from baseline.errors import BaselineError
from baseline.local import administration
from baseline.local.access import Access

ROOT = Path(__file__).resolve().parents[3]
UNITS = {
    "r-exam": [("ou-exam-workload1", "Workloads"), ("ou-exam-sandbox11", "Sandbox")],
    "ou-exam-workload1": [("ou-exam-producti1", "Production"), ("ou-exam-test11111", "Test")],
}


def example(text: str = "", replacement: str = "", folder: Path | None = None) -> Configuration:
    if folder is None:
        return load(ROOT / "baseline.yaml")
    original = (ROOT / "baseline.yaml").read_text()
    assert text in original
    file = folder / "baseline.yaml"
    file.write_text(original.replace(text, replacement))
    return load(file)


class FakeOrganizations:
    """Parents of accounts and the tree of units."""

    def __init__(self, parents: dict[str, str]) -> None:
        self.parents = parents

    def list_parents(self, *, ChildId: str) -> dict[str, Any]:  # noqa: N803 the API's name
        return {"Parents": [{"Id": self.parents.get(ChildId, "r-exam")}]}

    def move_account(self, **move: str) -> None:
        assert self.parents.get(move["AccountId"], "r-exam") == move["SourceParentId"]
        self.parents[move["AccountId"]] = move["DestinationParentId"]

    def get_paginator(self, _: str) -> Any:
        return self

    def paginate(self, *, ParentId: str) -> list[dict[str, Any]]:  # noqa: N803
        units = [{"Id": id_, "Name": name} for id_, name in UNITS.get(ParentId, [])]
        return [{"OrganizationalUnits": units}]


class FakeAccess:
    """One client, and what was posted."""

    management = "111111111111"
    region = "eu-west-1"

    def __init__(self, parents: dict[str, str] | None = None) -> None:
        self.organizations = FakeOrganizations(parents if parents is not None else {})
        self.posted: Any = None

    def client(self, *_: str) -> FakeOrganizations:
        return self.organizations

    def page(self, path: str, body: object) -> dict[str, Any]:
        self.posted = (path, body)
        return {"created": ["222222222222"]}


def test_the_organization_has_every_account_that_has_an_id() -> None:
    configuration = example()

    found = administration.organization(configuration)

    core = {account.id for account in configuration.core_accounts().values()}
    members = {member.id for member in configuration.members.values() if member.id}
    ids = {found["management"]["id"], *(each["id"] for each in found["accounts"])}
    assert ids == core | members
    assert found["organization_id"] == configuration.organization.id
    assert found["root_id"] == configuration.organization.root_id


def test_an_account_without_an_id_is_left_to_cloudformation() -> None:
    configuration = example()
    names = {each["name"] for each in administration.organization(configuration)["accounts"]}

    assert not {name for name, member in configuration.members.items() if not member.id} & names


def test_the_accounts_that_were_added_are_told() -> None:
    access = FakeAccess()

    created = administration.found_organization(example(), cast("Access", access))

    assert created == ("222222222222",)
    assert access.posted[0] == "/_baseline/organization"


class FakeRoles:
    """IAM of every account: the names of its roles."""

    management = "111111111111"
    region = "eu-west-1"

    def __init__(self) -> None:
        self.created: dict[str, dict[str, Any]] = {}
        self._account = ""

    def client(self, _service: str, account: str, _region: str) -> FakeRoles:
        self._account = account
        return self

    def list_roles(self) -> dict[str, Any]:
        known = self.created.get(self._account)
        return {"Roles": [known] if known else []}

    def create_role(self, **role: Any) -> None:
        assert self._account not in self.created
        self.created[self._account] = role


def test_an_emergency_role_that_the_baseline_makes_is_left_to_it() -> None:
    access = FakeRoles()
    administration.create_emergency_roles(example(), cast("Access", access))
    assert access.created == {}


def test_every_account_has_an_adopted_emergency_role_before_the_guardrails_reserve_its_name() -> (
    None
):
    made = example()
    adopted = made.break_glass.model_copy(update={"create": False})
    configuration = made.model_copy(update={"break_glass": adopted})
    access = FakeRoles()

    for _ in range(2):  # the second run finds them
        administration.create_emergency_roles(configuration, cast("Access", access))

    accounts = {each["id"] for each in administration.organization(configuration)["accounts"]}
    assert set(access.created) == accounts
    for role in access.created.values():
        assert role["RoleName"] == "OrgBreakGlass"
        (statement,) = json.loads(role["AssumeRolePolicyDocument"])["Statement"]
        assert statement["Principal"] == {"AWS": "arn:aws:iam::111111111111:root"}


def test_a_unit_that_is_adopted_cannot_be_made_up(tmp_path: Path) -> None:
    configuration = example("  Suspended: {", "  Suspended: { id: ou-exam-abcdefgh,", tmp_path)

    with pytest.raises(BaselineError, match=r"Suspended\.id: ou-exam-abcdefgh .* leave the id out"):
        administration.found_organization(configuration, cast("Access", FakeAccess()))


def test_a_member_under_the_root_is_moved_into_its_unit() -> None:
    configuration = example()
    access = FakeAccess()

    moves = list(administration.place_members(configuration, cast("Access", access)))

    adopted = {name for name, member in configuration.members.items() if member.id}
    assert {move.name for move in moves} == adopted
    units = administration.unit_ids(access.organizations, "r-exam")
    for member in configuration.members.values():
        if member.id:
            assert access.organizations.parents[member.id] == units[member.ou]


def test_a_member_in_its_place_stays() -> None:
    configuration = example()
    access = FakeAccess()
    list(administration.place_members(configuration, cast("Access", access)))

    assert list(administration.place_members(configuration, cast("Access", access))) == []


def test_a_unit_that_is_not_there_yet_is_named() -> None:
    with pytest.raises(BaselineError, match="organizational unit Workloads/Test does not exist"):
        administration.configured_unit(example(), "Workloads/Test", {})
