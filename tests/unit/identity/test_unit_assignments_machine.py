"""The assignment job as AWS runs it: the sweep's state machine with this function, over the accounts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from baseline.settings.sweep_definition import definition
from tests.unit.identity.unit_assignments_aws import AUDITORS, DEVELOPERS, REGION, World, index
from tests.unit.settings import machine
from tests.unit.settings.handlers import sweep

MANAGEMENT = "123456789012"
BUCKET = "reports"
WORKLOADS = [["name:Workloads"]]
CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 600_000)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name, value in {
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "BUCKET": BUCKET,
        "DRY_RUN": "false",
        "EXCLUDED": MANAGEMENT,
        "MANAGEMENT": MANAGEMENT,
        "NAMESPACE": "SecurityBaseline",
        "SWEEP": "secbase-identity-assignments",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        boto3.client("s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        yield World(monkeypatch)


def run(monkeypatch: pytest.MonkeyPatch, given: dict[str, Any] | None = None) -> dict[str, Any]:
    """Execute the state machine; give its report."""
    output = machine.run(
        definition(max_concurrency=1, timeout_seconds=60),
        given or {},
        {
            "AccountFunction": lambda event: index.handler(event, CONTEXT),
            "ListFunction": lambda event: sweep.list_accounts(event, None),
            "ReportFunction": lambda event: sweep.write_report(event, None),
        },
        monkeypatch,
        Bucket=BUCKET,
        Partition="aws",
    )
    place = output["report"]
    found = boto3.client("s3").get_object(Bucket=place["bucket"], Key=place["key"])
    report: dict[str, Any] = json.loads(found["Body"].read())
    return report


def test_every_account_of_the_units_is_assigned_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.configure((DEVELOPERS, "Developer", [["name:Workloads", "name:Test"]]))
    assert run(monkeypatch, {"dry_run": True})["summary"]["would_change"] == 1
    assert world.assigned("shop") == set()
    first = run(monkeypatch)
    assert first["summary"]["changed"] == 1
    assert [each["id"] for each in first["left_out"]] == [MANAGEMENT]
    assert world.assigned("shop") == {("Developer", DEVELOPERS)}
    world.made.clear()
    assert run(monkeypatch)["summary"] | {"left_out": 1} == {
        "accounts": 2,
        "ok": 2,
        "changed": 0,
        "would_change": 0,
        "in_progress": 0,
        "failed": 0,
        "left_out": 1,
    }
    assert world.made["CreateAccountAssignment"] == 0


def test_throttling_is_tried_again_and_a_denied_account_stops_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.configure((AUDITORS, "Auditor", WORKLOADS))
    with world.faults("ListAccountAssignments", "ThrottlingException", "ThrottlingException"):
        assert run(monkeypatch)["summary"]["changed"] == 2
    world.configure((DEVELOPERS, "Developer", WORKLOADS))
    with world.faults("ListParents", "AccessDeniedException"):
        report = run(monkeypatch)
    assert (report["summary"]["failed"], report["summary"]["changed"]) == (1, 1)
    (failed,) = [each for each in report["accounts"] if each["state"] == "failed"]
    assert "AccessDeniedException" in failed["cause"]


def test_suspended_accounts_are_left_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.configure((AUDITORS, "Auditor", WORKLOADS))
    world.organizations.close_account(AccountId=world.accounts["pay"])
    report = run(monkeypatch)
    assert report["summary"]["changed"] == 1
    assert world.assigned("pay") == set()


def test_an_account_that_joins_is_visited_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.configure((AUDITORS, "Auditor", WORKLOADS))
    event = {
        "eventName": "MoveAccount",
        "requestParameters": {"accountId": world.accounts["pay"]},
    }
    given = {"dry_run": False, "trigger": "organization", "delay_seconds": 900, "event": event}
    report = run(monkeypatch, given)
    assert report["summary"]["accounts"] == 1
    assert world.assigned("pay") == {("Auditor", AUDITORS)}
    assert world.assigned("shop") == set()
