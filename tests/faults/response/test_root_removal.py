"""The root job under faults: only what was approved goes, all of it in the end, and nobody is left
without a word."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest

from baseline.organization.root_removal_definition import definition
from tests.faults.injector import (
    DENIED,
    EVERY,
    FOREVER,
    KILLED_AFTER,
    THROTTLED,
    UNANSWERED,
    Fault,
    Injector,
    install,
)
from tests.faults.response.clients import share
from tests.faults.response.states import TaskError, Tasks
from tests.unit.organization import test_root_credentials as unit
from tests.unit.organization.root_credentials import HOME, RootUsers, index

users = unit.users

STATES = json.loads(definition(approval_hours=24))["States"]
KEYS = ["AKIAROOTAAAAAAAAAAA1", "AKIAROOTAAAAAAAAAAA2"]


@pytest.fixture
def faults(users: RootUsers, monkeypatch: pytest.MonkeyPatch) -> Injector:  # noqa: ARG001
    share(monkeypatch)
    return install(monkeypatch)


@dataclass
class Execution:
    """An execution of the removal.

    Attributes:
        error: what it failed with; empty where it came to its end. An alarm tells of it.
        report: what the report says.
    """

    error: str = ""
    report: dict[str, Any] = field(default_factory=dict)

    @property
    def alarms(self) -> bool:
        return bool(self.error) or self.report["failed"] > 0


class Removal:
    """Runs the machine's tasks in their order, with the retries and catches of its definition."""

    def __init__(self, faults: Injector) -> None:
        self._faults = faults
        self._tasks = Tasks(faults)

    def run(self, accounts: list[str], approved: list[str], name: str = "run") -> Execution:
        try:
            return Execution(report=self._run(accounts, approved, name))
        except TaskError as error:
            return Execution(error=error.name)

    def _run(self, accounts: list[str], approved: list[str], name: str) -> dict[str, Any]:
        given = {"accounts": accounts, "dry_run": False}
        planned = self._step("Plan", step="plan", input=given, machine="m", run=name)
        looked = [self._each("Look", account) for account in planned["accounts"]]
        selected = self._step("Select", step="select", looked=looked)
        end = {"outcome": "had nothing to remove", "approver": "", "asked": False, "cause": ""}
        removed: list[Any] = []
        if selected["candidates"]:
            candidates = selected["candidates"]
            self._step("Ask", step="ask", candidates=candidates, token="t", run=name)
            asked = [each["account"] for each in candidates]
            answer = {"approver": "Anna", "accounts": [each for each in approved if each in asked]}
            if not answer["accounts"]:
                end |= {"outcome": "was refused", "asked": True}
            else:
                matched = self._step("Match", step="match", answer=answer, candidates=candidates)
                removed = [self._each("Remove", each) for each in matched["accounts"]]
                end |= {"outcome": "was approved", "approver": "Anna", "asked": True}
        return self._step(
            "Report",
            step="report",
            run=name,
            end={**end, "removed": removed},
            results=selected["results"],
            candidates=selected["candidates"],
        )

    def _step(self, state: str, **event: Any) -> dict[str, Any]:
        text = json.dumps(event)
        found = self._tasks.do(state, STATES[state], lambda: index.step(json.loads(text), None))
        return dict(found)

    def _each(self, state: str, account: Any) -> Any:
        task = STATES[state]["ItemProcessor"]["States"][state]
        event = {"task": state.lower(), "account": account}
        try:
            return self._tasks.do(state, task, lambda: index.root(event, None))
        except TaskError as error:
            assert task["Catch"][0]["ErrorEquals"] == ["States.ALL"]
            known = account if isinstance(account, str) else account["account"]
            return {"account": known, "name": "", "state": "failed", "detail": str(error)}


def world(users: RootUsers) -> tuple[str, str, str]:
    """Give three accounts: one is approved, one is not, one has nothing."""
    names = unit.member("approved"), unit.member("kept"), unit.member("clean")
    users.give(names[0], **{key: list(value) for key, value in unit.EVERYTHING.items()})
    users.give(names[1], keys=list(KEYS))
    users.give(names[2])
    users.made.clear()
    users.messages.clear()
    return names


def is_clean(users: RootUsers, account: str) -> bool:
    return not any(users.has[account].values())


def written(run: str) -> dict[str, Any] | None:
    s3 = boto3.client("s3", region_name=HOME)
    listed = s3.list_objects_v2(Bucket="reports").get("Contents", [])
    keys = [each["Key"] for each in listed if each["Key"].endswith(f"/{run}.json")]
    return json.loads(s3.get_object(Bucket="reports", Key=keys[0])["Body"].read()) if keys else None


def recorded(users: RootUsers, faults: Injector) -> list[str]:
    approved, kept, clean = world(users)
    faults.clear()
    done = Removal(faults).run([approved, kept, clean], [approved], "good")
    assert not done.alarms, done
    assert done.report["outcome"] == "was approved"
    return [call.name for call in faults.calls]


def survives(
    users: RootUsers, faults: Injector, call: tuple[int, str], fault: Fault, *, times: int = 1
) -> None:
    number, name = call
    approved, kept, clean = world(users)
    faults.clear()
    faults.fail(number if times == 1 else name, fault, times=times)
    run = f"run-{number}-{fault.name}-{times}"
    done = Removal(faults).run([approved, kept, clean], [approved], run)
    faults.heal()
    said = f"{fault.name} x {times} at {name} ({number}): {done}"
    # Nobody approved this one.
    assert users.has[kept]["keys"] == KEYS, said
    assert {account for account, _ in users.made} <= {approved}, said
    # Either it is done and people were told so, or an alarm tells.
    if not done.alarms:
        assert is_clean(users, approved), said
        assert any("was approved by Anna" in each for each in users.messages), said
        assert written(run), said
    if users.made and not done.error:
        rows = {each["account"]: each for each in (written(run) or done.report)["accounts"]}
        assert rows[approved]["state"] in {"changed", "ok", "failed"}, said
    finished = Removal(faults).run([approved, kept, clean], [approved], f"{run}-again")
    assert not finished.alarms, said
    assert is_clean(users, approved), said
    # Nothing is removed twice, whatever was repeated.
    done_once = [each for each in users.made if each[0] == approved]
    assert len({*done_once}) == 4, said
    calls = len(users.made)
    Removal(faults).run([approved, kept, clean], [approved], f"{run}-third")
    assert len(users.made) == calls, said


def test_a_fault_at_any_call_removes_no_more_and_is_not_silent(
    users: RootUsers, faults: Injector
) -> None:
    calls = recorded(users, faults)
    assert {"sts:AssumeRoot", "iam:DeleteLoginProfile", "s3:PutObject", "sns:Publish"} <= {*calls}
    for name in dict.fromkeys(calls):
        call = calls.index(name), name
        survives(users, faults, call, KILLED_AFTER)
        survives(users, faults, call, DENIED, times=FOREVER)


@pytest.mark.nightly
@pytest.mark.parametrize("times", [1, FOREVER])
@pytest.mark.parametrize("fault", EVERY, ids=lambda each: each.name)
def test_every_fault_at_every_call(
    users: RootUsers, faults: Injector, fault: Fault, times: int
) -> None:
    calls = recorded(users, faults)
    for call in enumerate(calls):
        survives(users, faults, call, fault, times=times)


def test_what_passes_by_itself_needs_nobody(users: RootUsers, faults: Injector) -> None:
    """A storm, and a function that is ended in the middle of a removal, end in a clean report."""
    approved, kept, clean = world(users)
    faults.clear()
    faults.fail("iam:DeleteAccessKey", THROTTLED, times=3)
    faults.fail("iam:DeactivateMFADevice", KILLED_AFTER)
    done = Removal(faults).run([approved, kept, clean], [approved])
    assert not done.alarms, done
    assert is_clean(users, approved)
    [row] = [each for each in done.report["accounts"] if each["account"] == approved]
    assert row["detail"].startswith("gone already: password, 2 access keys")


def test_a_part_that_an_earlier_attempt_removed_is_reported(
    users: RootUsers, faults: Injector
) -> None:
    approved, kept, clean = world(users)
    faults.clear()
    faults.fail("iam:DeleteSigningCertificate", THROTTLED)
    done = Removal(faults).run([approved, kept, clean], [approved])
    [row] = [each for each in done.report["accounts"] if each["account"] == approved]
    assert row["state"] == "changed"
    assert row["detail"] == (
        "removed: 1 MFA device, 1 signing certificate; gone already: password, 2 access keys"
    )


def test_reads_that_lag_behind_are_read_again(users: RootUsers, faults: Injector) -> None:
    approved, _, _ = world(users)
    event = {"task": "look", "account": approved}
    found = index.root(event, None)
    faults.clear()
    faults.lag(2)
    done = index.root({"task": "remove", "account": found}, None)
    assert done["state"] == "changed", done
    assert faults.slept


def test_a_report_that_cannot_be_written_is_told_and_fails(
    users: RootUsers, faults: Injector
) -> None:
    approved, kept, clean = world(users)
    faults.clear()
    faults.fail("s3:PutObject", DENIED, times=FOREVER)
    faults.fail("cloudwatch:PutMetricData", DENIED, times=FOREVER)
    done = Removal(faults).run([approved, kept, clean], [approved])
    assert done.error == "ReportError"
    assert is_clean(users, approved)
    assert "was approved by Anna" in users.messages[-1]
    assert "Problem: the report was not written" in users.messages[-1]


def test_an_answer_that_is_lost_is_no_second_question(users: RootUsers, faults: Injector) -> None:
    """SNS took the question, its answer was lost: the question may come twice, the removal may not."""
    approved, kept, clean = world(users)
    faults.clear()
    faults.fail("sns:Publish", UNANSWERED)
    done = Removal(faults).run([approved, kept, clean], [approved])
    assert done.error == "ReadTimeoutError"
    assert users.made == []


def test_a_hundred_accounts_that_fail_fit_into_the_state(
    users: RootUsers, faults: Injector
) -> None:
    """Step Functions ends an execution whose state has more than 256 KiB, and no catch hears of it."""
    accounts = [f"{number:012}" for number in range(1, 101)]
    boto3.client("organizations")
    long = Fault("denied at length", "AccessDeniedException", "x" * 5_000, 403)
    faults.fail("organizations:DescribeAccount", long, times=FOREVER)
    looked = [index.root({"task": "look", "account": each}, None) for each in accounts]
    assert all(each["state"] == "failed" for each in looked)
    # The state carries them twice: as they came, and as results.
    assert 2 * len(json.dumps(looked)) < 256 * 1024
    assert users.made == []


def test_one_row_of_the_sweep_is_not_lost_with_the_other(
    users: RootUsers, faults: Injector
) -> None:
    account = unit.member("team")
    users.give(account, keys=list(KEYS))
    faults.fail("organizations:DescribeAccount", DENIED, times=FOREVER)
    faults.fail("cloudwatch:PutMetricData", DENIED, times=FOREVER)
    result = unit.sweep(account)
    states = {row["setting"]: row["state"] for row in result["rows"]}
    assert result["state"] == "failed"
    assert states == {
        "root-credentials": "would_change",
        "root-email": "failed",
        "metric": "failed",
    }
    assert index.root_plan.candidates_of_report({"accounts": [result]}) == [account]
