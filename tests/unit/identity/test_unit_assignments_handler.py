"""The assignment job's function against moto: what it assigns, what it leaves alone, how it fails."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.unit.identity.unit_assignments_aws import AUDITORS, DEVELOPERS, World, calls, plan

TEST = [["name:Workloads", "name:Test"]]
WORKLOADS = [["name:Workloads"]]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield World(monkeypatch)


def test_an_account_gets_what_its_units_get_and_no_more(world: World) -> None:
    world.configure((DEVELOPERS, "Developer", TEST), (AUDITORS, "Auditor", WORKLOADS))
    answer = world.run("shop")
    assert answer["state"] == "changed"
    assert {row["state"] for row in answer["rows"]} == {"changed"}
    assert sorted(row["setting"] for row in answer["rows"]) == [
        "Auditor for Group 2",
        "Developer for Group 1",
    ]
    assert world.assigned("shop") == {("Developer", DEVELOPERS), ("Auditor", AUDITORS)}
    world.run("pay")
    assert world.assigned("pay") == {("Auditor", AUDITORS)}


def test_the_second_run_changes_nothing(world: World) -> None:
    world.configure((DEVELOPERS, "Developer", TEST))
    world.run("shop")
    world.made.clear()
    answer = world.run("shop")
    assert (answer["state"], answer["rows"]) == ("ok", [])
    assert world.writes() == 0


def test_a_dry_run_says_what_it_would_do_and_writes_nothing(world: World) -> None:
    world.configure((DEVELOPERS, "Developer", TEST))
    world.made.clear()
    answer = world.run("shop", dry_run=True)
    assert answer["state"] == "would_change"
    (row,) = answer["rows"]
    assert row == {
        "setting": "Developer for Group 1",
        "state": "would_change",
        "detail": "assign",
    }
    assert world.writes() == 0
    assert world.assigned("shop") == set()


def test_units_are_found_by_id_where_they_are_adopted(world: World) -> None:
    way = [f"id:{world.units['Workloads']}", "name:Test"]
    world.configure((DEVELOPERS, "Developer", [way]))
    assert world.run("shop")["state"] == "changed"
    world.configure((DEVELOPERS, "ReadOnly", [["id:ou-0000-00000000", "name:Test"]]))
    assert world.run("shop", dry_run=True)["rows"][0]["detail"].startswith("asked for no more")


def test_a_unit_of_the_same_name_elsewhere_is_another_unit(world: World) -> None:
    world.configure((DEVELOPERS, "Developer", [["name:Test"]]))
    assert world.run("shop")["rows"] == []


def test_members_are_reached_by_their_id(world: World) -> None:
    world.configure((DEVELOPERS, "Developer", []), accounts=("pay",))
    assert world.run("pay")["state"] == "changed"
    assert world.run("shop")["state"] == "ok"


def test_the_management_account_is_never_touched(world: World) -> None:
    world.configure((DEVELOPERS, "Developer", WORKLOADS))
    world.made.clear()
    answer = plan_of_management(world)
    assert answer == {"state": "ok", "rows": []}
    assert not world.made


def plan_of_management(world: World) -> dict[str, object]:
    from tests.unit.identity.unit_assignments_aws import index  # noqa: PLC0415

    event = {
        "account": {"id": "123456789012", "name": "m", "management": True},
        "dry_run": False,
        "run": "run",
    }
    answer = index.handler(event, None)
    del world
    return {"state": answer["state"], "rows": answer["rows"]}


def test_an_account_that_moves_gets_the_new_and_keeps_the_old_unless_told(world: World) -> None:
    world.configure((DEVELOPERS, "Developer", TEST), (AUDITORS, "Auditor", WORKLOADS))
    world.run("shop")
    world.move("shop", "Workloads/Production")
    answer = world.run("shop")
    assert answer["state"] == "ok"
    (row,) = answer["rows"]
    assert row["detail"] == "asked for no more; kept, because remove_assignments is false"
    assert world.assigned("shop") == {("Developer", DEVELOPERS), ("Auditor", AUDITORS)}


def test_it_removes_what_it_made_when_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.configure((DEVELOPERS, "Developer", TEST))
    world.run("shop")
    world.configure((DEVELOPERS, "ReadOnly", TEST))
    monkeypatch.setenv("REMOVE", "true")
    assert world.run("shop", dry_run=True)["state"] == "would_change"
    assert world.assigned("shop") == {("Developer", DEVELOPERS)}
    assert world.run("shop")["state"] == "changed"
    assert world.assigned("shop") == {("ReadOnly", DEVELOPERS)}
    assert world.recorded("shop") == 1


def test_it_never_removes_what_somebody_else_made(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REMOVE", "true")
    world.assign_by_hand("shop", "Auditor", AUDITORS)
    world.assign_by_hand("shop", "Developer", DEVELOPERS)
    world.configure((DEVELOPERS, "Developer", TEST))
    assert world.run("shop")["state"] == "ok"
    assert world.recorded("shop") == 0
    world.configure((DEVELOPERS, "ReadOnly", TEST))
    world.run("shop")
    assert world.assigned("shop") == {
        ("Auditor", AUDITORS),
        ("Developer", DEVELOPERS),
        ("ReadOnly", DEVELOPERS),
    }


def test_half_done_work_is_finished_by_the_next_run(world: World) -> None:
    world.configure((DEVELOPERS, "Developer", TEST), (AUDITORS, "Auditor", TEST))
    with world.faults("CreateAccountAssignment", "InternalServerException"):
        answer = world.run("shop")
    assert answer["state"] == "failed"
    assert sorted(row["state"] for row in answer["rows"]) == ["changed", "failed"]
    (failed,) = [row for row in answer["rows"] if row["state"] == "failed"]
    assert "InternalServerException: injected" in failed["detail"]
    assert world.recorded("shop") == 2
    assert world.run("shop")["state"] == "changed"
    assert len(world.assigned("shop")) == 2


def test_a_record_without_its_assignment_is_forgotten(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REMOVE", "true")
    world.configure((DEVELOPERS, "Developer", TEST))
    with world.faults("CreateAccountAssignment", "AccessDeniedException"):
        assert world.run("shop")["state"] == "failed"
    world.configure((AUDITORS, "Auditor", [["name:Sandbox"]]))
    assert world.run("shop", dry_run=True)["state"] == "ok"
    assert world.recorded("shop") == 1
    assert world.run("shop")["state"] == "ok"
    assert world.recorded("shop") == 0


def test_access_denied_in_one_assignment_does_not_stop_the_others(world: World) -> None:
    world.configure((DEVELOPERS, "Developer", TEST), (AUDITORS, "Auditor", TEST))
    with world.faults("CreateAccountAssignment", "AccessDeniedException"):
        answer = world.run("shop")
    assert answer["state"] == "failed"
    assert len(world.assigned("shop")) == 1


@pytest.mark.parametrize(
    "operation", ["ListAccountAssignments", "CreateAccountAssignment", "Query"]
)
def test_throttling_gives_the_account_back_to_be_tried_again(world: World, operation: str) -> None:
    world.configure((DEVELOPERS, "Developer", TEST))
    with world.faults(operation, "ThrottlingException"), pytest.raises(calls.ThrottledError):
        world.run("shop")
    assert world.run("shop")["state"] == "changed"


def test_a_role_that_is_being_changed_is_waited_for(world: World) -> None:
    world.configure((DEVELOPERS, "Developer", TEST))
    with world.faults("CreateAccountAssignment", "ConflictException", "ConflictException"):
        assert world.run("shop")["state"] == "changed"


def test_a_role_that_stays_busy_is_left_to_the_next_run(world: World) -> None:
    world.configure((DEVELOPERS, "Developer", TEST))
    with world.faults("CreateAccountAssignment", *["ConflictException"] * 9):
        answer = world.run("shop")
    assert answer["state"] == "in_progress"
    assert "another change of the permission set" in answer["rows"][0]["detail"]


def test_an_assignment_is_followed_to_its_end(world: World) -> None:
    world.configure((DEVELOPERS, "Developer", TEST))
    world.made.clear()
    with (
        world.answers("CreateAccountAssignment", {"Status": "IN_PROGRESS"}),
        world.answers(
            "DescribeAccountAssignmentCreationStatus",
            {"Status": "IN_PROGRESS"},
            {"Status": "SUCCEEDED"},
        ),
    ):
        assert world.run("shop")["state"] == "changed"
    assert world.made["DescribeAccountAssignmentCreationStatus"] == 2


def test_an_assignment_that_fails_later_says_why(world: World) -> None:
    world.configure((DEVELOPERS, "Developer", TEST))
    reason = "policy secbase-boundary does not exist in the account"
    with (
        world.answers("CreateAccountAssignment", {"Status": "IN_PROGRESS"}),
        world.answers(
            "DescribeAccountAssignmentCreationStatus", {"Status": "FAILED", "FailureReason": reason}
        ),
    ):
        answer = world.run("shop")
    assert answer["state"] == "failed"
    assert reason in answer["rows"][0]["detail"]


def test_what_takes_too_long_is_left_to_the_next_run(world: World) -> None:
    world.configure((DEVELOPERS, "Developer", TEST))
    world.out_of_time()
    with world.answers("CreateAccountAssignment", {"Status": "IN_PROGRESS"}):
        answer = world.run("shop")
    assert answer["state"] == "in_progress"
    assert "still working on it" in answer["rows"][0]["detail"]


def test_a_removed_permission_set_has_no_assignments(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REMOVE", "true")
    world.configure((DEVELOPERS, "Developer", TEST))
    world.run("shop")
    world.configure((DEVELOPERS, "ReadOnly", TEST))
    gone = "ResourceNotFoundException"
    with world.faults("ListAccountAssignments", gone):
        assert world.run("shop")["state"] == "changed"
    assert world.recorded("shop") == 1


def test_what_is_gone_already_is_removed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REMOVE", "true")
    world.configure((DEVELOPERS, "Developer", TEST))
    world.run("shop")
    world.configure((AUDITORS, "Auditor", [["name:Sandbox"]]))
    with world.faults("DeleteAccountAssignment", "ResourceNotFoundException"):
        assert world.run("shop")["state"] == "changed"
    assert world.recorded("shop") == 0


def test_a_list_that_is_denied_fails_the_account_with_a_sentence(world: World) -> None:
    world.configure((DEVELOPERS, "Developer", TEST))
    with (
        world.faults("ListAccountAssignments", "AccessDeniedException"),
        pytest.raises(calls.FailedError, match="ListAccountAssignments: AccessDeniedException"),
    ):
        world.run("shop")


def test_a_new_run_reads_the_configuration_again(world: World) -> None:
    world.configure((DEVELOPERS, "Developer", TEST))
    world.run("shop")
    world.configure((DEVELOPERS, "Developer", TEST), (AUDITORS, "Auditor", TEST))
    assert world.run("shop", new_run=False)["state"] == "ok"
    assert world.run("shop")["state"] == "changed"


def test_a_way_leads_from_the_root_to_units_inside() -> None:
    chain = [("ou-1", "Workloads"), ("ou-2", "Test")]
    for way, leads in (
        (("name:Workloads",), True),
        (("id:ou-1", "name:Test"), True),
        (("name:Workloads", "name:Test"), True),
        (("name:Test",), False),
        (("name:Workloads", "name:Test", "name:A"), False),
        (("name:workloads",), False),
        ((), False),
    ):
        assert plan._leads(way, chain) is leads
