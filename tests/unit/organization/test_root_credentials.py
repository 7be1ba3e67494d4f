"""Root credentials: the sweep's handler, and the removal's state machine run by an interpreter."""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import botocore.loaders
import pytest
from ministack.core.responses import request_scope
from ministack.services import stepfunctions
from moto import mock_aws

from baseline.organization.root_removal_definition import definition
from tests.unit.organization.root_credentials import (
    HOME,
    MANAGEMENT,
    RootUsers,
    index,
    root_calls,
    root_plan,
)
from tests.unit.settings import machine

LOADER = botocore.loaders.create_loader()
TOPIC = "arn:aws:sns:eu-west-1:123456789012:secbase-findings-critical"
DAY = f'"TimeoutSeconds": {24 * 3600}'
EVERYTHING = {
    "password": ["password"],
    "keys": ["AKIAROOTAAAAAAAAAAA1", "AKIAROOTAAAAAAAAAAA2"],
    "devices": ["arn:aws:iam::555555555555:mfa/root-account-mfa-device"],
    "certificates": ["CERTIFICATEAAAAAAAAAAAAAA"],
}
Answer = Callable[[str], None]


@pytest.fixture
def users(monkeypatch: pytest.MonkeyPatch) -> Iterator[RootUsers]:
    monkeypatch.setattr(botocore.loaders, "create_loader", lambda _: LOADER)
    for key, value in {
        "APPROVAL_HOURS": "24",
        "AWS_REGION": HOME,
        "AWS_STS_REGIONAL_ENDPOINTS": "regional",
        "BUCKET": "reports",
        "EMAIL_DOMAINS": "example.com,example.org",
        "MANAGEMENT": MANAGEMENT,
        "MODE": "remove",
        "NAMESPACE": "SecurityBaseline",
        "PARTITION": "aws",
        "SWEEP": "secbase-root-removal",
        "TOPIC": TOPIC,
    }.items():
        monkeypatch.setenv(key, value)
    with mock_aws():
        boto3.client("sns", region_name=HOME).create_topic(Name=TOPIC.rpartition(":")[2])
        boto3.client("s3", region_name=HOME).create_bucket(
            Bucket="reports", CreateBucketConfiguration={"LocationConstraint": HOME}
        )
        boto3.client("organizations").create_organization(FeatureSet="ALL")
        yield RootUsers(monkeypatch)


def member(name: str, email: str = "aws@example.com") -> str:
    created = boto3.client("organizations").create_account(AccountName=name, Email=email)
    return str(created["CreateAccountStatus"]["AccountId"])


def sweep(account: str, *, management: bool = False) -> dict[str, Any]:
    event = {
        "account": {"id": account, "name": "team", "management": management},
        "dry_run": True,
        "run": "run",
        "options": {},
        "attempt": 0,
    }
    found: dict[str, Any] = index.handler(event, None)
    return found


def rows(result: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["setting"]: row for row in result["rows"]}


# The sweep


def test_the_sweep_says_what_a_root_user_has_and_takes_nothing(users: RootUsers) -> None:
    account = member("team")
    users.give(account, **EVERYTHING)
    result = sweep(account)
    row = rows(result)["root-credentials"]
    assert result["state"] == row["state"] == "would_change"
    assert row["detail"] == "password, 2 access keys, 1 MFA device, 1 signing certificate"
    assert (row["access_keys"], row["mfa_devices"]) == (2, 1)
    assert users.made == []
    users.give(account)
    assert sweep(account)["state"] == "ok"


def test_the_regional_endpoint_is_asked_for_root_sessions(users: RootUsers) -> None:
    account = member("team")
    users.give(account)
    sweep(account)
    assert users.endpoints == {"https://sts.eu-west-1.amazonaws.com"}


@pytest.mark.parametrize(
    ("email", "state"),
    [
        ("aws@example.com", "ok"),
        ("AWS@Example.ORG", "ok"),
        ("aws@cloud.example.com", "ok"),
        ("somebody@gmail.com", "finding"),
        ("aws@notexample.com", "finding"),
    ],
)
def test_a_root_address_outside_the_company_is_a_finding(
    users: RootUsers, email: str, state: str
) -> None:
    account = member("team", email)
    users.give(account)
    row = rows(sweep(account))["root-email"]
    assert (row["state"], row["email"]) == (state, email)
    metrics = boto3.client("cloudwatch", region_name=HOME).list_metrics(
        Namespace="SecurityBaseline"
    )["Metrics"]
    assert [metric["MetricName"] for metric in metrics] == (["Findings"] * (state == "finding"))
    described = boto3.client("organizations").describe_account(AccountId=account)["Account"]
    assert described["Email"] == email


def test_the_management_account_is_left_to_its_runbook(users: RootUsers) -> None:
    row = rows(sweep(MANAGEMENT, management=True))["root-credentials"]
    assert row["state"] == "manual"
    assert "docs/runbooks/management-root.md" in row["detail"]
    assert users.endpoints == set()


@pytest.mark.parametrize("operation", ["AssumeRoot", "ListAccessKeys"])
def test_faults_of_the_sweep_reach_the_state_machine(users: RootUsers, operation: str) -> None:
    account = member("team")
    users.give(account)
    users.refused[(account, operation)] = "Throttling"
    with pytest.raises(root_calls.ThrottledError, match=operation):
        sweep(account)
    users.refused[(account, operation)] = "AccessDenied"
    result = sweep(account)
    assert (result["state"], rows(result)["root-credentials"]["state"]) == ("failed", "failed")
    assert operation in rows(result)["root-credentials"]["detail"]
    assert rows(result)["root-email"]["state"] == "ok"


def test_a_quarantined_account_is_reported_as_blocked_and_no_failure(users: RootUsers) -> None:
    account = member("team")
    users.give(account, **EVERYTHING)
    denial = "AccessDenied with an explicit deny in a service control policy: arn:aws:organizations"
    users.refused[(account, "GetLoginProfile")] = denial
    result = sweep(account)
    assert (result["state"], rows(result)["root-credentials"]["state"]) == ("ok", "blocked")
    del users.refused[(account, "GetLoginProfile")]
    users.refused[(account, "AssumeRoot")] = denial
    row = rows(sweep(account))["root-credentials"]
    assert (row["state"], "AssumeRoot" in row["detail"]) == ("failed", True)


# The removal


def removal(
    given: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    answer: Answer | None = None,
    *,
    text: str | None = None,
) -> dict[str, Any]:
    """Run the state machine; ``answer`` gets the message that asks, as a person does."""

    def step(event: dict[str, Any]) -> Any:
        result = index.step(event, None)
        if event["step"] == "ask" and answer is not None:
            threading.Timer(0.05, answer, [messages[-1]]).start()
        return result

    messages: list[str] = []
    publish = root_calls.publish

    def told(subject: str, message: str) -> None:
        messages.append(message)
        publish(subject, message)

    monkeypatch.setattr(root_calls, "publish", told)
    return machine.run(
        # An answer that never comes is no reason to wait for a day.
        (text or definition(approval_hours=24)).replace(DAY, '"TimeoutSeconds": 5'),
        given,
        {"RootFunction": lambda event: index.root(event, None), "StepFunction": step},
        monkeypatch,
    )


def run_command(message: str, command: str, output: str | None = None) -> None:
    """Run a command of the message against the interpreter, as the AWS CLI would."""
    (line,) = re.findall(rf"^aws stepfunctions {command} .*$", message, re.MULTILINE)
    (token,) = re.findall(r"--task-token '([^']+)'", line)
    with request_scope(machine.ACCOUNT, machine.REGION):
        if command == "send-task-success":
            (given,) = re.findall(r"--task-output '(.+)'$", line)
            json.loads(given)
            answer = {"taskToken": token, "output": output or given}
            stepfunctions._send_task_success(answer)
        else:
            (error,) = re.findall(r"--error (\w+)", line)
            (cause,) = re.findall(r"--cause '([^']+)'", line)
            answer = {"taskToken": token, "error": error, "cause": cause}
            stepfunctions._send_task_failure(answer)


def approve(message: str) -> None:
    run_command(message, "send-task-success")


def outcomes(report: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {each["account"]: (each["state"], each["detail"]) for each in report["accounts"]}


def test_what_was_approved_is_removed_and_reported(
    users: RootUsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, clean = member("team"), member("clean")
    users.give(account, **{key: list(value) for key, value in EVERYTHING.items()})
    users.give(clean)
    report = removal({"accounts": [account, clean], "dry_run": False}, monkeypatch, approve)
    assert users.has[account] == {"password": [], "keys": [], "devices": [], "certificates": []}
    assert users.made[0] == (account, "DeleteLoginProfile")
    assert {each for each, _ in users.made} == {account}
    assert (report["outcome"], report["approver"], report["failed"]) == (
        "was approved",
        "YOUR NAME",
        0,
    )
    assert outcomes(report)[account][0] == "changed"
    assert outcomes(report)[clean] == ("ok", "no credentials")
    kept = boto3.client("s3", region_name=HOME).get_object(
        Bucket=report["report"]["bucket"], Key=report["report"]["key"]
    )
    assert json.loads(kept["Body"].read())["accounts"] == report["accounts"]
    assert users.messages[-1].startswith(f"Execution {report['run']} was approved by YOUR NAME")


def test_the_second_run_finds_nothing_and_asks_nobody(
    users: RootUsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = member("team")
    users.give(account, password=["password"])
    removal({"accounts": [account], "dry_run": False}, monkeypatch, approve)
    users.made.clear()
    users.messages.clear()
    report = removal({"accounts": [account], "dry_run": False}, monkeypatch)
    assert report["outcome"] == "had nothing to remove"
    assert not users.made
    assert not users.messages


@pytest.mark.parametrize("given", [{}, {"dry_run": True}])
def test_it_is_a_dry_run_unless_it_is_told_otherwise(
    users: RootUsers, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any]
) -> None:
    account = member("team")
    users.give(account, **EVERYTHING)
    report = removal({"accounts": [account], **given}, monkeypatch)
    assert report["outcome"] == "was a dry run"
    assert outcomes(report)[account][0] == "would_change"
    assert not users.made
    assert not users.messages


def test_a_refusal_removes_nothing_and_says_who_refused(
    users: RootUsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = member("team")
    users.give(account, **EVERYTHING)
    report = removal(
        {"accounts": [account], "dry_run": False},
        monkeypatch,
        lambda message: run_command(message, "send-task-failure"),
    )
    assert (report["outcome"], report["cause"]) == ("was refused", "YOUR NAME: reason")
    assert users.made == []


def test_without_an_answer_nothing_is_removed(
    users: RootUsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = member("team")
    users.give(account, **EVERYTHING)
    text = definition(approval_hours=24)
    assert text.count(DAY) == 1
    report = removal(
        {"accounts": [account], "dry_run": False},
        monkeypatch,
        text=text.replace(DAY, '"TimeoutSeconds": 1'),
    )
    assert report["outcome"] == "was not answered in time"
    assert users.made == []
    assert "was not answered in time" in users.messages[-1]


def test_only_the_accounts_of_the_approval_are_touched(
    users: RootUsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = member("first"), member("second")
    users.give(first, keys=["AKIAAAAAAAAAAAAAAAA1"])
    users.give(second, keys=["AKIAAAAAAAAAAAAAAAA2"])
    answer = json.dumps({"approver": "Anna", "accounts": [second]})
    report = removal(
        {"accounts": [first, second], "dry_run": False},
        monkeypatch,
        lambda message: run_command(message, "send-task-success", answer),
    )
    assert users.has[first]["keys"] == ["AKIAAAAAAAAAAAAAAAA1"]
    assert users.has[second]["keys"] == []
    assert outcomes(report)[first] == ("would_change", "1 access key")
    assert report["approver"] == "Anna"


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        ({"accounts": ["555555555555"]}, "names no approver"),
        ({"approver": " ", "accounts": ["555555555555"]}, "names no approver"),
        ({"approver": "Anna"}, "names no accounts"),
        ({"approver": "Anna", "accounts": []}, "names no accounts"),
        ({"approver": "Anna", "accounts": ["999999999999"]}, "was not asked about"),
        ("yes", "no JSON object"),
    ],
)
def test_an_approval_of_something_else_removes_nothing(
    users: RootUsers, monkeypatch: pytest.MonkeyPatch, answer: Any, cause: str
) -> None:
    account = member("team")
    users.give(account, **EVERYTHING)
    report = removal(
        {"accounts": [account], "dry_run": False},
        monkeypatch,
        lambda message: run_command(message, "send-task-success", json.dumps(answer)),
    )
    assert report["outcome"] == "got an invalid approval"
    assert cause in report["cause"]
    assert users.made == []


def test_what_nobody_approved_stops_the_removal_of_an_account(
    users: RootUsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that appeared between question and answer may be in use."""
    account = member("team")
    users.give(account, keys=["AKIAAAAAAAAAAAAAAAA1"])

    def answer(message: str) -> None:
        users.has[account]["keys"].append("AKIAAAAAAAAAAAAAAAA2")
        approve(message)

    with pytest.raises(stepfunctions._ExecutionError, match="AccountsFailed"):
        removal({"accounts": [account], "dry_run": False}, monkeypatch, answer)
    assert users.has[account]["keys"] == ["AKIAAAAAAAAAAAAAAAA1", "AKIAAAAAAAAAAAAAAAA2"]
    assert "more than was approved" in users.messages[-1]


def test_credentials_that_are_gone_meanwhile_are_no_error(
    users: RootUsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = member("team")
    users.give(account, keys=["AKIAAAAAAAAAAAAAAAA1"])

    def answer(message: str) -> None:
        users.has[account]["keys"].clear()
        approve(message)

    report = removal({"accounts": [account], "dry_run": False}, monkeypatch, answer)
    assert outcomes(report)[account] == ("ok", "gone already: 1 access key")


def test_a_removal_that_broke_off_is_finished_by_the_next_one(
    users: RootUsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, other = member("team"), member("other")
    users.give(account, password=["password"], keys=["AKIAAAAAAAAAAAAAAAA1"])
    users.give(other, keys=["AKIAAAAAAAAAAAAAAAA2"])
    users.refused[(account, "DeleteAccessKey")] = "ServiceFailure"
    given = {"accounts": [account, other], "dry_run": False}
    with pytest.raises(stepfunctions._ExecutionError, match="AccountsFailed"):
        removal(given, monkeypatch, approve)
    assert users.has[account] == {
        "password": [],
        "keys": ["AKIAAAAAAAAAAAAAAAA1"],
        "devices": [],
        "certificates": [],
    }
    assert users.has[other]["keys"] == []
    users.refused.clear()
    report = removal(given, monkeypatch, approve)
    assert outcomes(report)[account] == ("changed", "removed: 1 access key")


def test_an_account_that_cannot_be_looked_at_does_not_stop_the_others(
    users: RootUsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    denied, account = member("denied"), member("team")
    users.give(account, keys=["AKIAAAAAAAAAAAAAAAA1"])
    users.refused[(denied, "AssumeRoot")] = "AccessDenied"
    with pytest.raises(stepfunctions._ExecutionError, match="AccountsFailed"):
        removal({"accounts": [denied, account], "dry_run": False}, monkeypatch, approve)
    assert users.has[account]["keys"] == []
    assert f"{denied} : ClientError" in users.messages[-1]


def test_throttling_is_tried_again(users: RootUsers, monkeypatch: pytest.MonkeyPatch) -> None:
    account = member("team")
    users.give(account)
    users.refused[(account, "ListMFADevices")] = "Throttling"
    with pytest.raises(stepfunctions._ExecutionError, match="AccountsFailed"):
        removal({"accounts": [account]}, monkeypatch)


def test_the_token_of_a_question_is_in_the_message_only(
    users: RootUsers, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capsys: Any
) -> None:
    caplog.set_level(logging.INFO)
    tokens: list[str] = []

    def answer(message: str) -> None:
        tokens.extend(re.findall(r"--task-token '([^']+)'", message))
        approve(message)

    account = member("team")
    users.give(account, keys=["AKIAAAAAAAAAAAAAAAA1"])
    report = removal({"accounts": [account], "dry_run": False}, monkeypatch, answer)
    seen = capsys.readouterr()
    assert len(set(tokens)) == 1
    assert tokens[0] not in json.dumps(report) + caplog.text + seen.out + seen.err


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "give a list of account IDs"),
        ({"accounts": []}, "give a list of account IDs"),
        ({"accounts": [555555555555]}, "12 digits"),
        ({"accounts": ["1234"]}, "12 digits"),
        ({"accounts": [MANAGEMENT]}, "management account"),
        ({"accounts": [f"{n:012}" for n in range(1, 102)]}, "at most 100"),
        ({"accounts": ["555555555555"], "dry_run": "no"}, "give true or false"),
    ],
)
def test_wrong_input_is_refused_with_a_sentence(given: dict[str, Any], said: str) -> None:
    with pytest.raises(root_plan.InputError, match=said):
        root_plan.parse(given, management=MANAGEMENT, may_remove=True)


def test_the_mode_report_refuses_a_removal(
    users: RootUsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODE", "report")
    account = member("team")
    users.give(account, **EVERYTHING)
    with pytest.raises(stepfunctions._ExecutionError, match="InputError"):
        removal({"accounts": [account], "dry_run": False}, monkeypatch, approve)
    assert not users.made
    assert not users.messages
    assert removal({"accounts": [account]}, monkeypatch)["outcome"] == "was a dry run"


# The removal after a sweep


def ended(
    users: RootUsers, monkeypatch: pytest.MonkeyPatch, *, other: int | None = None
) -> dict[str, Any]:
    """Give the event of a sweep that found root credentials in one of two accounts."""
    account, clean = member("team"), member("clean")
    users.give(account, keys=["AKIAAAAAAAAAAAAAAAA1"])
    users.give(clean)
    report = {"accounts": [sweep(each) for each in (account, clean)]}
    boto3.client("s3", region_name=HOME).put_object(
        Bucket="reports", Key="reports/sweep.json", Body=json.dumps(report)
    )

    runs: list[str] = []

    def plan(event: dict[str, Any]) -> Any:
        runs.append(event["run"])
        return index._plan(event)

    monkeypatch.setitem(index.STEPS, "plan", plan)

    class Executions:
        def get_paginator(self, name: str) -> Any:
            assert name == "list_executions"
            return self

        def paginate(self, **given: Any) -> Any:
            assert given["statusFilter"] == "RUNNING"
            assert given["stateMachineArn"].startswith("arn:aws:states:")
            yield {"executions": [{"name": runs[-1], "startDate": 2}]}
            yield {"executions": [{"name": "other", "startDate": other}] if other else []}

    original = boto3.client
    monkeypatch.setattr(
        index.boto3,
        "client",
        lambda name, **more: Executions() if name == "stepfunctions" else original(name, **more),
    )
    output = {"report": {"bucket": "reports", "key": "reports/sweep.json"}}
    return {"status": "SUCCEEDED", "output": json.dumps(output)}


def test_after_a_sweep_people_are_asked_about_what_it_found(
    users: RootUsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = ended(users, monkeypatch)
    report = removal(event, monkeypatch, approve)
    assert report["outcome"] == "was approved"
    assert [each["state"] for each in report["accounts"]] == ["changed"]


def test_nobody_is_asked_twice_at_a_time(users: RootUsers, monkeypatch: pytest.MonkeyPatch) -> None:
    event = ended(users, monkeypatch, other=1)
    assert removal(event, monkeypatch) == {"accounts": [], "dry_run": True}
    assert users.messages == []


def test_of_two_executions_that_one_event_started_the_older_asks(
    users: RootUsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = ended(users, monkeypatch, other=3)
    assert removal(event, monkeypatch, approve)["outcome"] == "was approved"
