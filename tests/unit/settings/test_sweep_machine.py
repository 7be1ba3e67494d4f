"""The sweep's state machine, run by an interpreter with the real functions against moto."""

from __future__ import annotations

import threading
from typing import Any

import boto3
import pytest

from tests.unit.settings.conftest import Run, report_of
from tests.unit.settings.handlers import sweep_accounts, sweep_report

MANAGEMENT = "123456789012"


class Visits:
    """A handler that remembers whom it visited, and fails where it is told."""

    def __init__(self, account: str = "", *failures: Exception) -> None:
        self.failures = {account: list(failures)}
        self.events: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def __call__(self, event: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            self.events.append(event)
            planned = self.failures.get(event["account"]["id"])
            if planned:
                raise planned.pop(0)
        state = "would_change" if event["dry_run"] else "changed"
        return {
            "account": event["account"],
            "state": state,
            "rows": [{"setting": "x", "state": state}],
        }


class ThrottledError(Exception):
    pass


def test_every_account_is_visited_and_reported(organization: list[str], run_sweep: Run) -> None:
    visits = Visits()
    output = run_sweep(visits)
    assert sorted(event["account"]["id"] for event in visits.events) == sorted(organization)
    assert [event["account"]["id"] for event in visits.events if event["account"]["management"]]
    report = report_of(output)
    assert [each["account"]["id"] for each in report["accounts"]] == sorted(organization)
    assert report["summary"] == output["summary"]
    assert (output["summary"]["accounts"], output["summary"]["changed"]) == (4, 4)
    assert (report["dry_run"], report["trigger"]) == (False, "person")


def test_a_dry_run_and_options_reach_the_handler(organization: list[str], run_sweep: Run) -> None:
    visits = Visits()
    output = run_sweep(
        visits, {"dry_run": True, "accounts": organization[1:2], "options": {"approved": True}}
    )
    (event,) = visits.events
    assert event["dry_run"] is True
    assert event["options"] == {"approved": True}
    assert event["account"]["id"] == organization[1]
    assert output["summary"]["would_change"] == 1


def test_one_account_failing_never_stops_the_others(
    organization: list[str], run_sweep: Run
) -> None:
    denied = organization[2]
    visits = Visits(denied, RuntimeError("AccessDenied: secbase-settings"))
    report = report_of(run_sweep(visits))
    (failed,) = [each for each in report["accounts"] if each["state"] == "failed"]
    assert failed["account"]["id"] == denied
    assert failed["error"] == "RuntimeError"
    assert "AccessDenied" in failed["cause"]
    assert report["summary"] == {
        "accounts": 4,
        "ok": 0,
        "changed": 3,
        "would_change": 0,
        "in_progress": 0,
        "failed": 1,
        "left_out": 0,
    }


@pytest.mark.usefixtures("organization")
def test_failed_accounts_are_measured(run_sweep: Run) -> None:
    run_sweep(Visits(MANAGEMENT, RuntimeError("no")))
    metrics = boto3.client("cloudwatch").list_metrics(Namespace="SecurityBaseline")["Metrics"]
    assert {metric["MetricName"] for metric in metrics} == {
        "Accounts",
        "ChangedAccounts",
        "FailedAccounts",
    }


@pytest.mark.usefixtures("organization")
def test_throttling_is_tried_again_and_counted(run_sweep: Run) -> None:
    visits = Visits(MANAGEMENT, ThrottledError("slow down"), ThrottledError("again"))
    waits: list[float] = []
    output = run_sweep(visits, waits=waits)
    assert output["summary"]["failed"] == 0
    attempts = [e["attempt"] for e in visits.events if e["account"]["id"] == MANAGEMENT]
    assert attempts == [0, 1, 2]
    assert waits == [10, 20]


@pytest.mark.usefixtures("organization")
def test_throttling_without_end_becomes_a_failed_account(run_sweep: Run) -> None:
    visits = Visits(MANAGEMENT, *[ThrottledError("slow down")] * 99)
    output = run_sweep(visits)
    assert (output["summary"]["failed"], output["summary"]["changed"]) == (1, 3)
    assert len([e for e in visits.events if e["account"]["id"] == MANAGEMENT]) == 6


def test_suspended_accounts_are_left_out_and_named(organization: list[str], run_sweep: Run) -> None:
    closed = organization[3]
    boto3.client("organizations").close_account(AccountId=closed)
    visits = Visits()
    report = report_of(run_sweep(visits))
    assert closed not in [event["account"]["id"] for event in visits.events]
    (left_out,) = report["left_out"]
    assert left_out["id"] == closed
    assert "the account is" in left_out["reason"]
    assert report["summary"]["left_out"] == 1


@pytest.mark.usefixtures("organization")
def test_excluded_and_unknown_accounts_are_left_out(
    run_sweep: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXCLUDED", MANAGEMENT)
    visits = Visits()
    report = report_of(run_sweep(visits, {"accounts": [MANAGEMENT, "999999999999"]}))
    assert visits.events == []
    assert {each["id"]: each["reason"] for each in report["left_out"]} == {
        MANAGEMENT: "excluded by configuration",
        "999999999999": "not in the organization",
    }
    assert report["accounts"] == []


def test_a_new_account_is_visited_alone_after_a_delay(
    organization: list[str], run_sweep: Run
) -> None:
    visits, waits = Visits(), list[float]()
    event = {
        "eventName": "CreateAccountResult",
        "userIdentity": {"accountId": MANAGEMENT},
        "serviceEventDetails": {
            "createAccountStatus": {"state": "SUCCEEDED", "accountId": organization[2]}
        },
    }
    output = run_sweep(
        visits,
        {"dry_run": False, "trigger": "organization", "delay_seconds": 900, "event": event},
        waits,
    )
    assert [each["account"]["id"] for each in visits.events] == [organization[2]]
    assert waits == [900]
    assert output["trigger"] == "organization"


def test_the_default_of_the_sweep_decides_where_the_input_is_silent(
    organization: list[str], run_sweep: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRY_RUN", "true")
    visits = Visits()
    assert run_sweep(visits)["dry_run"] is True
    assert len(visits.events) == len(organization)
    assert all(event["dry_run"] for event in visits.events)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"dry_run": "yes"}, "dry_run is 'yes'"),
        ({"accounts": "111111111111"}, "give a list"),
        ({"accounts": [111111111111]}, "12 digits"),
        ({"options": []}, "give an object"),
    ],
)
def test_wrong_input_is_refused_with_a_sentence(given: dict[str, Any], said: str) -> None:
    with pytest.raises(sweep_accounts.InputError, match=said):
        sweep_accounts.parse(given, dry_run=False)


def test_an_event_without_an_account_means_all_of_them() -> None:
    request = sweep_accounts.parse(
        {"event": {"userIdentity": {"accountId": "1" * 12}}}, dry_run=False
    )
    assert request.accounts is None


def test_the_new_field_of_an_account_s_state_is_read_first() -> None:
    assert sweep_accounts.state_of({"State": "CLOSED", "Status": "ACTIVE"}) == "CLOSED"
    assert sweep_accounts.state_of({"Status": "SUSPENDED"}) == "SUSPENDED"


def test_a_child_execution_without_output_is_a_failed_account() -> None:
    line = (
        b'{"ExecutionArn": "x", "Input": "{\\"account\\": {\\"id\\": \\"1\\"}}",'
        b' "Status": "TIMED_OUT"}\n'
    )
    (found,) = sweep_report.results([line, b"\n"])
    assert (found["account"], found["state"], found["error"]) == (
        {"id": "1"},
        "failed",
        "TIMED_OUT",
    )
