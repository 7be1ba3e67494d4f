"""The Automation documents with which a person starts a playbook, and the runbook page."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import aws_cdk as cdk
import boto3
import pytest
from aws_cdk.assertions import Template

from baseline.errors import BaselineError
from baseline.response.documents import start_playbook
from baseline.response.playbooks.model import ByHand, Playbook
from baseline.response.playbooks.runbook import runbook
from baseline.response.playbooks.start import StartDocument
from tests.unit.response.test_playbooks import PLAYBOOK

GUIDED = replace(
    PLAYBOOK, by_hand=ByHand(kind="AccessKey", inputs={"id": "ID of the key", "user_name": "user"})
)


def build(playbook: Playbook) -> dict[str, Any]:
    stack = cdk.Stack(cdk.App(), "playbooks")
    StartDocument(
        stack, "Start", playbook=playbook, name="secbase-start-sample", machine_name="secbase-p"
    )
    [document] = Template.from_stack(stack).find_resources("AWS::SSM::Document").values()
    content: dict[str, Any] = document["Properties"]["Content"]
    return content


def test_a_person_reads_the_plan_before_it_acts() -> None:
    content = build(GUIDED)
    plan, pause, act = content["mainSteps"]
    assert (plan["inputs"]["InputPayload"]["DryRun"], pause["action"]) == (True, "aws:pause")
    assert act["inputs"]["InputPayload"]["DryRun"] is False
    assert act["inputs"]["InputPayload"]["Target"] == {
        "id": "{{ Id }}",
        "user_name": "{{ UserName }}",
    }
    assert "assumeRole" not in content
    assert set(content["parameters"]) == {"Account", "Region", "Id", "UserName", "Reason"}
    assert all("allowedPattern" in each for each in content["parameters"].values())


def test_one_that_only_events_start_has_no_document() -> None:
    with pytest.raises(BaselineError, match="started by events only"):
        build(PLAYBOOK)


class States:
    """Stands for Step Functions."""

    def __init__(self, *statuses: str) -> None:
        self.statuses = list(statuses)
        self.asked: dict[str, Any] = {}

    def start_execution(self, **asked: Any) -> dict[str, str]:
        self.asked = asked
        return {"executionArn": "arn:execution"}

    def describe_execution(self, **_: Any) -> dict[str, Any]:
        status = self.statuses.pop(0)
        summary = {"outcome": "contained", "lines": ["Stop it: changed"]}
        output = {"closed": {"summary": summary}} if status == "SUCCEEDED" else {}
        return {"status": status, "output": json.dumps(output), "cause": "a step failed"}


def start(monkeypatch: pytest.MonkeyPatch, *statuses: str) -> tuple[States, dict[str, object]]:
    states = States(*statuses)
    monkeypatch.setattr(boto3, "client", lambda _: states)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    asked: dict[str, object] = {
        "Machine": "arn:machine",
        "Account": "555555555555",
        "Region": "eu-west-1",
        "Kind": "AccessKey",
        "Target": {"id": "AKIA"},
        "Reason": "found it",
        "DryRun": False,
    }
    return states, start_playbook.start(asked, None)


def test_it_starts_the_playbook_and_says_what_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    states, done = start(monkeypatch, "RUNNING", "SUCCEEDED")
    assert json.loads(states.asked["input"])["by_hand"] == {
        "account": "555555555555",
        "region": "eu-west-1",
        "target": {"kind": "AccessKey", "id": "AKIA"},
        "reason": "found it",
        "dry_run": False,
    }
    assert done["lines"] == ["Stop it: changed"]


def test_a_failed_run_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    _, done = start(monkeypatch, "FAILED")
    assert (done["status"], done["lines"]) == ("FAILED", ["a step failed"])


def test_the_runbook_has_every_step_with_its_undo_and_the_way_to_answer() -> None:
    text = runbook(GUIDED)
    for step in GUIDED.steps:
        assert step.title in text
        assert all(line in text for line in step.undo)
    assert "OpsItemId=TICKET,Step=end_it,Decision=approve" in text
    assert "Id=ID,UserName=USER_NAME" in text
    assert "secbase-start-" not in runbook(PLAYBOOK)
