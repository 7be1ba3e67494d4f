"""The verdict is green only if everything was read and is as declared; what was not read is listed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from baseline.local.access import STACK_SETS, Access
from baseline.local.driver import Stack
from baseline.local.readers import READERS, Check, Place, Reader
from baseline.local.verify import Report, verify

PLACE = ("111111111111", "eu-west-1", "secbase-audit")
KIND = "Test::Local::Lock"


class FakeAccess:
    """The two pages of the server that a verification reads."""

    def __init__(self, properties: dict[str, Any], *, status: str = "CREATE_COMPLETE") -> None:
        self.properties = properties
        self.status = status
        self.declared_only: list[dict[str, Any]] = []
        self.kind = KIND
        self.template: dict[str, Any] = {"Resources": {"Lock": {"Type": KIND}}}

    def page(self, path: str) -> Any:
        if path == "/_baseline/coverage":
            return {"declared_only": self.declared_only}
        account, region, stack = PLACE
        resource = {
            "logical_id": "Lock",
            "physical_id": "lock-1",
            "type": self.kind,
            "path": "audit/Lock",
            "properties": self.properties,
        }
        return [
            {
                "account": account,
                "region": region,
                "stack": stack,
                "status": self.status,
                "template": self.template,
                "parameters": {},
                "resources": [resource],
            }
        ]

    def only_records(self, *names: str) -> None:
        account, region, stack = PLACE
        self.declared_only.append(
            {
                "account": account,
                "region": region,
                "stack": stack,
                "logical_id": "Lock",
                "type": KIND,
                "declared_only": list(names),
                "reason": "nothing reads it",
            }
        )


@pytest.fixture(autouse=True)
def lock_reader(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A type whose live state is a dictionary."""
    live: dict[str, Any] = {"Locked": True}

    def read(_: Place, __: str, expected: Any) -> Iterator[Check]:
        if "broken" in live:
            raise KeyError(live["broken"])
        if "Locked" in expected:
            yield Check(setting="Locked", expected=expected["Locked"], found=live["Locked"])

    entry = Reader(capability="Locks", read=read, covers=frozenset({"Locked"}))
    monkeypatch.setitem(READERS, KIND, entry)
    return live


def report(access: FakeAccess, *expected: Stack) -> Report:
    return verify(cast("Access", access), expected_stacks=expected)


def synthesized(folder: Path, account: str = PLACE[0], name: str = PLACE[2]) -> Stack:
    template = folder / f"{name}.template.json"
    template.write_text(json.dumps({"Resources": {"Lock": {"Type": KIND}}}))
    return Stack(id=name, name=name, account=account, region="eu-west-1", template=template)


def test_as_declared_is_green(tmp_path: Path) -> None:
    found = report(FakeAccess({"Locked": "true"}), synthesized(tmp_path))

    assert found.ok
    assert (found.stacks, found.resources) == (1, 1)
    assert {finding.capability for finding in found.findings} == {"Locks", "Stacks"}


def test_a_changed_setting_turns_it_red(lock_reader: dict[str, Any]) -> None:
    lock_reader["Locked"] = False

    found = report(FakeAccess({"Locked": True}))

    assert not found.ok
    assert [finding.check.setting for finding in found.mismatches] == ["Locked"]
    assert found.mismatches[0].resource == "audit/Lock"


def test_a_resource_that_cannot_be_read_turns_it_red(lock_reader: dict[str, Any]) -> None:
    lock_reader["broken"] = "no such key"

    found = report(FakeAccess({"Locked": True}))

    assert not found.ok
    assert "no such key" in found.mismatches[0].check.found


def test_a_stack_that_is_not_deployed_turns_it_red(tmp_path: Path) -> None:
    missing = synthesized(tmp_path, "222222222222", "secbase-log-archive")

    found = report(FakeAccess({}), missing)

    assert {finding.stack for finding in found.mismatches} == {"secbase-log-archive"}


def test_a_stack_with_another_template_turns_it_red(tmp_path: Path) -> None:
    access = FakeAccess({"Locked": True})
    access.template = {"Resources": {"Lock": {"Type": KIND, "Properties": {"Locked": True}}}}

    found = report(access, synthesized(tmp_path))

    assert [finding.check.setting for finding in found.mismatches] == ["template"]


def test_a_stack_that_was_rolled_back_to_the_template_is_green(tmp_path: Path) -> None:
    access = FakeAccess({"Locked": True}, status="UPDATE_ROLLBACK_COMPLETE")

    assert report(access, synthesized(tmp_path)).ok


def test_a_resource_that_the_engine_left_out_turns_it_red() -> None:
    access = FakeAccess({"Locked": True})
    access.template["Conditions"] = {"Here": {"Fn::Equals": [{"Ref": "AWS::AccountId"}, PLACE[0]]}}
    access.template["Resources"]["Key"] = {"Type": KIND, "Condition": "Here"}

    found = report(access)

    assert [finding.check.setting for finding in found.mismatches] == ["resources"]


def test_a_condition_that_is_not_understood_turns_it_red() -> None:
    access = FakeAccess({"Locked": True})
    access.template["Conditions"] = {"Here": {"Fn::Contains": [["a"], "a"]}}
    access.template["Resources"]["Key"] = {"Type": KIND, "Condition": "Here"}

    assert not report(access).ok


@pytest.mark.parametrize(
    "status", ["ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "CREATE_FAILED"]
)
def test_a_stack_that_was_rolled_back_turns_it_red(status: str) -> None:
    found = report(FakeAccess({"Locked": True}, status=status))

    assert [finding.check.found for finding in found.mismatches] == [status]


def test_nothing_deployed_is_not_green() -> None:
    empty = Report(findings=(), not_read=(), not_applied=(), stacks=0, resources=0)

    assert not empty.ok


def test_what_the_emulator_only_records_is_listed_and_not_claimed(
    lock_reader: dict[str, Any],
) -> None:
    lock_reader["Locked"] = False
    access = FakeAccess({"Locked": True})
    access.only_records("Locked")

    found = report(access)

    assert {finding.capability for finding in found.findings} == {"Stacks"}
    assert [(gap.type, gap.property, gap.reason) for gap in found.not_applied] == [
        (KIND, "Locked", "nothing reads it")
    ]


def test_a_property_that_no_reader_compares_is_listed() -> None:
    found = report(FakeAccess({"Locked": True, "Alarm": "on", "Tags": []}))

    assert [(gap.type, gap.property) for gap in found.not_read] == [(KIND, "Alarm")]


def test_a_type_without_a_reader_is_listed() -> None:
    access = FakeAccess({"Locked": True})
    access.kind = "Test::Local::Unknown"

    found = report(access)

    assert [(gap.type, gap.property) for gap in found.not_read] == [("Test::Local::Unknown", "*")]


@pytest.mark.parametrize(
    ("account", "region", "role"),
    [
        ("555555555555", "eu-west-1", ""),
        ("555555555555", "us-east-1", STACK_SETS),
    ],
)
def test_where_guardrails_keep_administrators_out_the_deploying_role_reads(
    monkeypatch: pytest.MonkeyPatch, account: str, region: str, role: str
) -> None:
    read_as = []

    def read(place: Place, _: str, __: Any) -> Iterator[Check]:
        read_as.append(place.role)
        yield Check(setting="Locked", expected=True, found=True)

    monkeypatch.setitem(READERS, KIND, Reader(capability="Locks", read=read, covers=frozenset()))
    monkeypatch.setattr(f"{__name__}.PLACE", (account, region, PLACE[2]))
    verify(cast("Access", FakeAccess({"Locked": "true"})), governed=("eu-west-1",))
    assert read_as == [role]
