"""Use of a root user: kept and told everywhere, removed only by a person, management never touched."""

from __future__ import annotations

import json
from typing import Any

import pytest

from baseline.response.playbooks.root_use import FINDINGS, PLAYBOOK
from tests.fast import sampled
from tests.unit.detection.matching import matches
from tests.unit.response import machine
from tests.unit.response.incident_aws import (
    MANAGEMENT,
    Missing,
    aws,
    by_hand,
    event,
    repeat,
    said,
    settled,
)
from tests.unit.response.machine import ALWAYS, MEMBER, Faults, run

__all__ = ["aws"]

SHAPES = ("root-sign-in", "root-call", "root-session", "guardduty-root")
CREDENTIALS = {"AccountPasswordPresent": 1, "AccountAccessKeysPresent": 1, "AccountMFAEnabled": 1}


@pytest.fixture
def root(aws: Missing) -> Missing:
    """Give an account whose root user has a password and a key."""
    aws.root = dict(CREDENTIALS)
    return aws


@pytest.mark.parametrize("shape", SHAPES)
def test_every_sign_of_root_is_kept_and_its_credentials_are_offered_for_removal(
    root: Missing, shape: str
) -> None:
    found = event(shape)
    assert any(matches(trigger.pattern, found) for trigger in PLAYBOOK.triggers)
    done = run(PLAYBOOK, found, approve=False)
    assert done.state["incident"]["account"] == MEMBER
    assert done.state["incident"]["target"]["id"] == MEMBER
    assert root.started == {}
    kept = {name.rpartition("/")[2] for name in machine.evidence()}
    assert {"actor.json", "calls.json", "root.json"} <= kept
    asked = [each["Subject"] for each in machine.messages()]
    assert any(each.startswith("Answer needed: Start the removal") for each in asked)
    assert "a password, access keys, an MFA device" in said(done)


@pytest.mark.parametrize("kind", FINDINGS)
def test_findings_of_low_severity_count(root: Missing, kind: str) -> None:
    assert root.root
    found = event("guardduty-root")
    found["detail"]["type"] = kind
    assert any(matches(trigger.pattern, found) for trigger in PLAYBOOK.triggers)
    assert run(PLAYBOOK, found, approve=False).state["proceed"] is True


def test_approved_the_removal_is_started_once(root: Missing) -> None:
    done = run(PLAYBOOK, event("root-sign-in"))
    assert done.statuses["remove_root_credentials"] == "changed"
    [asked] = root.started.values()
    assert json.loads(asked) == {"accounts": [MEMBER], "dry_run": False}
    assert settled(run(PLAYBOOK, event("root-sign-in")))
    assert len(root.started) == 1


def test_a_further_sign_of_the_same_day_does_not_ask_again(root: Missing) -> None:
    run(PLAYBOOK, event("root-sign-in"))
    machine.messages()
    done = repeat(PLAYBOOK, event("root-call"), 2)
    assert settled(done)
    assert len(root.started) == 1
    assert not any(each["Subject"].startswith("Answer") for each in machine.messages())


def test_without_credentials_there_is_nothing_to_remove(aws: Missing) -> None:
    done = run(PLAYBOOK, event("root-session"))
    assert done.statuses["remove_root_credentials"] == "skipped"
    assert aws.started == {}


def test_the_management_account_is_told_and_never_contained(root: Missing) -> None:
    root.management = MEMBER
    done = run(PLAYBOOK, event("root-sign-in"))
    assert settled(done)
    assert root.started == {}
    told = machine.messages()[-1]["Message"]
    assert "which no playbook contains" in told
    assert "docs/runbooks/management-root.md" in told


def test_a_dry_run_starts_nothing(root: Missing) -> None:
    done = run(PLAYBOOK, event("root-sign-in"), mode="dry_run")
    assert done.statuses["remove_root_credentials"] == "planned"
    assert root.started == {}
    assert machine.evidence() == {}


@pytest.mark.parametrize(
    ("operation", "step"),
    sampled(
        [
            ("iam.GetAccountSummary", "inspect_root"),
            ("organizations.DescribeOrganization", "remove_root_credentials"),
            ("cloudtrail.LookupEvents", None),
            ("s3.PutObject", None),
        ]
    ),
)
def test_a_read_that_fails_is_told_and_the_next_run_completes(
    root: Missing, operation: str, step: str | None
) -> None:
    with Faults({operation: ALWAYS}).injected() as faults:
        done = run(PLAYBOOK, event("root-sign-in"))
    assert faults.failed
    assert "injected into" in said(done)
    if step:
        assert done.status == "FAILED"
        assert done.status_of(step) == "failed" or step == "remove_root_credentials"
    repeat(PLAYBOOK, event("root-sign-in"), 2)
    assert len(root.started) == 1
    assert settled(repeat(PLAYBOOK, event("root-sign-in"), 3))


def test_a_removal_that_cannot_be_started_is_told(
    root: Missing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: str) -> None:
        raise RuntimeError("no such machine")

    with monkeypatch.context() as patched:
        patched.setattr(root, "start_execution", refuse)
        done = run(PLAYBOOK, event("root-sign-in"))
    assert (done.status, done.status_of("remove_root_credentials")) == ("FAILED", "failed")
    assert "no such machine" in said(done)
    assert repeat(PLAYBOOK, event("root-sign-in"), 2).status == "SUCCEEDED"
    assert len(root.started) == 1


def changed(shape: str, **detail: Any) -> dict[str, Any]:
    found = event(shape)
    for key, value in detail.items():
        found["detail"][key] = value
    return found


def test_what_is_no_use_of_root_opens_no_incident(aws: Missing) -> None:
    assert aws.root == {}
    identity = event("root-call")["detail"]["userIdentity"]
    ours = event("root-session")["detail"]["userIdentity"]
    ours["sessionContext"]["sessionIssuer"]["userName"] = "secbase-root-removal-role"
    audit = {"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"}
    for found in (
        changed("root-sign-in", responseElements={"ConsoleLogin": "Failure"}),
        changed("root-call", userIdentity={**identity, "invokedBy": "support.amazonaws.com"}),
        changed("root-call", userIdentity={**identity, "sessionContext": {"assumedRoot": "true"}}),
        changed("root-call", userIdentity={**identity, "type": "IAMUser"}),
        changed("root-session", userIdentity=ours),
        changed("root-session", errorCode="AccessDenied"),
        changed(
            "root-session", requestParameters={"targetPrincipal": MEMBER, "taskPolicyArn": audit}
        ),
        event("guardduty-iam-user"),
        event("health-exposed-key"),
    ):
        assert run(PLAYBOOK, found).state["proceed"] is False
    assert machine.evidence() == {}


def test_who_opened_a_root_session_is_kept(root: Missing) -> None:
    done = run(PLAYBOOK, event("root-session"), approve=False)
    assert root.root
    told = said(done)
    assert f"AssumeRoot by arn:aws:sts::{MANAGEMENT}:assumed-role/Administrator/mallory" in told


def test_a_person_starts_it_for_an_account(root: Missing) -> None:
    assert root.root
    done = by_hand(PLAYBOOK, id=MEMBER)
    assert "a password, access keys, an MFA device" in said(done)
