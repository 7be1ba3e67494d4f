"""The framework of playbooks: whatever fails, what is contained stays contained and is reported."""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from moto import mock_aws

from baseline.errors import BaselineError
from baseline.response.playbooks.model import Playbook, Step, Trigger
from tests.fast import sampled
from tests.unit.response import machine
from tests.unit.response.compute_world import quick
from tests.unit.response.machine import ALWAYS, MEMBER, Faults, Run, Tickets, member, run

SAMPLE = Path(__file__).parent / "handlers"


def step(id: str, kind: Any, **more: Any) -> Step:
    title = id.replace("-", " ").capitalize()
    undo = () if kind == "evidence" else ("aws iam create-access-key",)
    return Step(id=id, title=title, why="", kind=kind, by_hand=(), undo=undo, **more)


STEPS = (
    step("keep-user", "evidence"),
    step("deactivate-key", "contain"),
    step("tag-user", "contain"),
    step("delete-key", "destructive"),
)


def playbook(*steps: Step, mode: Any = "contain") -> Playbook:
    return Playbook(
        id="sample-playbook",
        title="A sample",
        family="sample",
        severity="high",
        mode=mode,
        summary="",
        triggers=(Trigger(id="Key", says="a key", pattern={"source": ["aws.guardduty"]}),),
        steps=steps or STEPS,
        judge=(),
        afterwards=(),
        sources=(),
    )


@pytest.fixture(autouse=True)
def _sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(SAMPLE))


@pytest.fixture
def tickets() -> Iterator[Tickets]:
    with mock_aws(), machine.security_account() as found, quick():
        yield found


@pytest.fixture
def key(tickets: Tickets) -> str:
    assert tickets.items == {}
    iam = member("iam")
    iam.create_user(UserName="alice")
    return str(iam.create_access_key(UserName="alice")["AccessKey"]["AccessKeyId"])


def finding(key: str, *, sample: bool = False, id: str = "f1") -> dict[str, Any]:
    return {
        "id": f"event-{id}",
        "source": "aws.guardduty",
        "detail-type": "GuardDuty Finding",
        "account": MEMBER,
        "region": machine.REGION,
        "time": "2026-11-22T10:00:00Z",
        "detail": {
            "id": id,
            "arn": f"arn:aws:guardduty:{machine.REGION}:{machine.SECURITY}:detector/d/finding/{id}",
            "accountId": MEMBER,
            "region": machine.REGION,
            "type": "UnauthorizedAccess:IAMUser/MaliciousIPCaller",
            "severity": 8,
            "title": "A key is used",
            "updatedAt": "2026-11-22T10:01:00.000Z",
            "resource": {"accessKeyDetails": {"accessKeyId": key, "userName": "alice"}},
            "service": {
                "eventFirstSeen": "2026-11-22T09:59:00.000Z",
                "additionalInfo": {"sample": sample},
            },
        },
    }


def status(key: str) -> str:
    keys = member("iam").list_access_keys(UserName="alice")["AccessKeyMetadata"]
    found = {each["AccessKeyId"]: str(each["Status"]) for each in keys}
    return found.get(key, "deleted")


def again(found: dict[str, Any]) -> Run:
    """Run for a later finding of the same thing, in an execution of its own."""
    return run(playbook(), found, execution=machine.EXECUTION.replace("run-1", "run-2"))


def test_an_incident_is_contained_kept_told_and_measured(tickets: Tickets, key: str) -> None:
    done = run(playbook(), finding(key))
    assert done.status == "SUCCEEDED"
    assert done.statuses == {
        "keep_user": "unchanged",
        "deactivate_key": "changed",
        "tag_user": "changed",
        "delete_key": "changed",
    }
    assert status(key) == "deleted"
    assert done.summary["outcome"] == "contained"
    [ticket] = tickets.items.values()
    assert ticket["Status"] == "InProgress"
    data = ticket["OperationalData"]
    assert "contained" in data["timeline"]["Value"]
    assert "deactivate" in data["step-deactivate_key"]["Value"]
    asked, told = machine.messages()
    assert asked["Subject"].startswith("Answer needed: Delete key")
    assert "Decision=approve" in asked["Message"]
    # Whoever holds the token can answer: it is for those who may read the ticket.
    token = json.loads(data["question-delete_key"]["Value"])["token"]
    assert token not in asked["Message"] + told["Message"]
    assert told["Subject"].startswith("Contained: A sample")
    assert "approved by arn:aws:sts" in told["Message"]
    metrics = boto3.client("cloudwatch").list_metrics(Namespace="SecurityBaseline/Response")
    assert {each["MetricName"] for each in metrics["Metrics"]} == {
        "Incidents",
        "FailedSteps",
        "TimeToContain",
    }


@pytest.mark.parametrize("hub", ["on", "off"])
def test_the_finding_in_security_hub_names_the_incident(
    key: str, hub: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []
    real = BaseClient._make_api_call

    def call(client: Any, operation: str, parameters: Any) -> Any:
        if operation == "BatchUpdateFindings":
            asked.append(parameters)
            return {}
        return real(client, operation, parameters)

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    environment = machine.environment
    monkeypatch.setattr(
        machine, "environment", lambda *given: environment(*given) | {"SECURITY_HUB": hub}
    )
    run(playbook(), finding(key))
    if hub == "off":
        assert asked == []
        return
    [noted] = asked
    [identifier] = noted["FindingIdentifiers"]
    assert identifier["ProductArn"] == (
        f"arn:aws:securityhub:{machine.REGION}::product/aws/guardduty"
    )
    assert identifier["Id"].endswith("finding/f1")
    assert noted["UserDefinedFields"]["SecurityBaselineIncident"].startswith("sample-playbook-")


def test_evidence_has_a_chain_of_custody(key: str) -> None:
    run(playbook(), finding(key))
    kept = machine.evidence()
    folder = {name.rsplit("/", 1)[0] for name in kept}
    assert all(each.startswith("incidents/sample-playbook-") for each in folder)
    [listed] = [json.loads(body) for name, body in kept.items() if name.endswith("custody.json")]
    assert [each["key"].rpartition("/")[2] for each in listed] == ["event.json", "keys.json"]
    s3 = boto3.client("s3")
    for each in listed:
        assert each["collected_by"].startswith("arn:aws:sts::")
        head = s3.head_object(Bucket=machine.EVIDENCE, Key=each["key"])
        assert head["Metadata"]["sha256"] == each["sha256"]
        assert each["version"]


def test_s3_gets_the_hash_with_the_evidence(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By it S3 refuses what arrives otherwise than it was sent."""
    sent: dict[str, str | None] = {}
    real = BaseClient._make_api_call

    def call(client: Any, operation: str, parameters: Any) -> Any:
        if operation == "PutObject":
            sent[parameters["Key"]] = parameters.get("ChecksumSHA256")
        return real(client, operation, parameters)

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    run(playbook(), finding(key))
    kept = machine.evidence()
    assert kept
    for name, body in kept.items():
        assert sent[name] == base64.b64encode(hashlib.sha256(body).digest()).decode()


def test_a_question_is_answered_no_and_the_step_left_out(key: str) -> None:
    done = run(playbook(), finding(key), approve=False)
    assert (done.status, status(key)) == ("SUCCEEDED", "Inactive")
    assert done.status_of("delete_key") == "left out"
    assert "refused by ada" in machine.messages()[-1]["Message"]


def test_nothing_is_asked_when_nothing_would_change(key: str) -> None:
    run(playbook(), finding(key))
    machine.messages()
    done = again(finding(key, id="f2"))
    assert set(done.statuses.values()) <= {"unchanged", "skipped"}
    assert machine.messages() == []


def test_a_second_run_changes_nothing(tickets: Tickets, key: str) -> None:
    run(playbook(), finding(key), approve=False)
    done = run(
        playbook(*STEPS[:3]),
        finding(key, id="f2"),
        execution=machine.EXECUTION.replace("run-1", "run-2"),
    )
    assert done.summary["outcome"] == "nothing to do"
    assert len(tickets.items) == 1


def test_the_same_event_twice_is_answered_once(key: str) -> None:
    run(playbook(), finding(key), approve=False)
    done = again(finding(key))
    assert done.state["proceed"] is False
    assert "another execution" in done.state["reason"]


def test_an_execution_that_is_repeated_keeps_its_own_claim(key: str) -> None:
    run(playbook(), finding(key), approve=False)
    assert run(playbook(), finding(key), approve=False).state["proceed"] is True


@pytest.mark.parametrize(
    "name", sampled(["iam.UpdateAccessKey", "iam.TagUser", "iam.DeleteAccessKey"])
)
def test_a_step_that_fails_does_not_stop_the_others(key: str, name: str) -> None:
    with Faults({name: ALWAYS}).injected() as faults:
        done = run(playbook(), finding(key))
    assert len(faults.failed) == 3, "tried, and twice more"
    assert done.status == "FAILED"
    failed = [each for each, state in done.statuses.items() if state == "failed"]
    assert len(failed) == 1
    assert len(done.statuses) == 4
    told = machine.messages()[-1]
    assert "injected" in told["Message"]
    assert done.summary["failed"] == 1
    after = again(finding(key, id="f2"))
    assert after.status == "SUCCEEDED"
    assert status(key) == "deleted"


@pytest.mark.parametrize("name", sampled(["iam.UpdateAccessKey", "iam.TagUser", "s3.PutObject"]))
def test_a_fault_that_passes_is_repeated(key: str, name: str) -> None:
    with Faults({name: 1}).injected():
        done = run(playbook(), finding(key))
    assert "failed" not in done.statuses.values()
    assert status(key) == "deleted"


def test_throttling_is_waited_for_longer(key: str) -> None:
    with Faults({"iam.UpdateAccessKey": 6}, code="Throttling").injected() as faults:
        done = run(playbook(), finding(key))
    assert len(faults.failed) == 6
    assert done.status_of("deactivate_key") == "changed"


def test_no_evidence_and_no_ticket_do_not_hold_up_containment(
    tickets: Tickets, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "Create")

    monkeypatch.setattr(tickets, "create_ops_item", refuse)
    with Faults({"s3.PutObject": ALWAYS}).injected():
        done = run(playbook(), finding(key))
    assert status(key) == "deleted"
    problems = "\n".join(done.summary["problems"])
    for each in ("event could not be kept", "no ticket", "keys.json could not be kept", "timeline"):
        assert each in problems


def test_a_message_that_cannot_be_sent_is_repeated_and_then_fails(key: str) -> None:
    with Faults({"sns.Publish": ALWAYS}).injected():
        done = run(playbook(*STEPS[:3]), finding(key))
    assert done.status == "FAILED"
    assert done.visited.count("Close") == 3
    assert status(key) == "Inactive"


def test_a_question_that_cannot_be_asked_is_a_failure(key: str) -> None:
    with Faults({"sns.Publish": 7}).injected():
        done = run(playbook(), finding(key))
    assert (done.status, status(key)) == ("FAILED", "Inactive")
    assert done.visited.count("Ask: Delete key") == 7


def test_a_question_that_could_not_be_asked_is_asked_again(key: str) -> None:
    with Faults({"sns.Publish": 1}).injected():
        done = run(playbook(), finding(key))
    assert (done.status, status(key)) == ("SUCCEEDED", "deleted")


def test_a_refusal_is_not_asked_again(key: str) -> None:
    done = run(playbook(), finding(key), approve=False)
    assert done.visited.count("Ask: Delete key") == 1
    assert status(key) == "Inactive"


def test_a_dry_run_changes_nothing_and_says_what_it_would(tickets: Tickets, key: str) -> None:
    done = run(playbook(), finding(key), mode="dry_run")
    assert done.statuses == {
        "keep_user": "unchanged",
        "deactivate_key": "planned",
        "tag_user": "planned",
        "delete_key": "planned",
    }
    assert (status(key), tickets.items, machine.evidence()) == ("Active", {}, {})
    [told] = machine.messages()
    assert "deactivate" in told["Message"]


def test_a_sample_is_a_dry_run_that_wakes_nobody(key: str) -> None:
    done = run(playbook(), finding(key, sample=True))
    assert done.summary["outcome"] == "dry run"
    assert (status(key), machine.messages()) == ("Active", [])


def test_a_dry_run_refuses_calls_that_change(key: str) -> None:
    done = run(playbook(step("cheat", "contain")), finding(key), mode="dry_run")
    assert done.state["results"]["cheat"]["Error"] == "DryRunChange"
    assert done.visited.count("Cheat") == 1, "no repetition mends it"
    users = member("iam").list_users()["Users"]
    assert [user["UserName"] for user in users] == ["alice"]


def test_mode_ask_asks_before_each_change(key: str) -> None:
    asked: list[str] = []

    def answer(name: str) -> bool:
        asked.append(name)
        return name != "tag_user"

    done = run(playbook(), finding(key), mode="ask", approve=answer)
    assert asked == ["deactivate_key", "tag_user", "delete_key"]
    assert done.status_of("tag_user") == "left out"
    assert done.status_of("deactivate_key") == "changed"


def test_the_function_refuses_a_destructive_step_without_an_answer(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run(playbook(*STEPS[:2]), finding(key))
    state = {**done.state, "approvals": {}}
    event = {"op": "step", "step": "delete_key", "kind": "destructive", "state": state}
    for name, value in machine.environment("sample", {}).items():
        monkeypatch.setenv(name, value)
    event["execution"] = machine.EXECUTION
    with pytest.raises(sys.modules["calls"].NotApproved, match="nobody has approved delete_key"):
        machine.index.handler(event, None)


def test_what_runs_for_long_is_waited_for(key: str) -> None:
    member("iam").create_access_key(UserName="alice")
    waiting = playbook(STEPS[0], step("wait", "evidence", waits_minutes=2))
    done = run(waiting, finding(key))
    assert done.visited.count("Wait") == 5, "every 30 seconds"
    assert done.state["results"]["wait"]["Error"] == "StillRunning"


def test_an_event_about_something_else_opens_nothing(tickets: Tickets, key: str) -> None:
    other = finding(key)
    other["detail"]["resource"] = {}
    done = run(playbook(), other)
    assert (done.status, tickets.items) == ("SUCCEEDED", {})
    assert "which key" in done.state["reason"]


def test_a_person_starts_it_by_hand(key: str) -> None:
    target = {"kind": "AccessKey", "id": key, "user": "alice"}
    asked = {"account": MEMBER, "region": machine.REGION, "target": target, "reason": "found it"}
    done = run(playbook(), {"by_hand": asked}, approve=False)
    assert (done.status, status(key)) == ("SUCCEEDED", "Inactive")
    assert run(playbook(), {"by_hand": {**asked, "reason": ""}}).state["proceed"] is False


def test_a_thing_that_is_gone_is_no_failure(key: str) -> None:
    member("iam").delete_access_key(UserName="alice", AccessKeyId=key)
    done = run(playbook(), finding(key))
    assert done.status_of("deactivate_key") == "skipped"
    assert done.status == "SUCCEEDED"


def test_definitions_that_cannot_become_machines_are_refused() -> None:
    evidence = Step(id="x", title="x", why="", kind="evidence", by_hand=())
    for steps, message in (
        ([replace(evidence, id="Not Kebab")], "kebab case"),
        ([STEPS[0], STEPS[0]], "twice: keep-user"),
        ([replace(evidence, kind="contain")], "how to undo"),
        ([replace(evidence, title="x" * 71)], "71 characters"),
    ):
        with pytest.raises(BaselineError, match=message):
            playbook(*steps)
