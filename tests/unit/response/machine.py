"""Runs a playbook's state machine in the process: its definition, the function, and people's answers.

It knows what our definitions use of the Amazon States Language: tasks with retries and catches,
choices, the callback, and paths. Retries do not wait. The embedded AWS runs the same definitions in
an interpreter of its own (tests/e2e).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from baseline.response.playbooks.definition import definition
from baseline.response.playbooks.model import Mode, Playbook
from tests.handlers import ROOT, load_handler

SECURITY, MEMBER = "123456789012", "555555555555"
REGION = "eu-central-1"
EVIDENCE = "evidence"
EXECUTION = f"arn:aws:states:{REGION}:{SECURITY}:execution:secbase-playbook-x:run-1"
STARTED = "2026-11-22T10:00:00.000Z"
TOPIC = "critical"

FOLDER = "baseline/response/handlers/playbooks"
HANDLER = ROOT / FOLDER
index = load_handler(FOLDER)


@dataclass
class Run:
    """What an execution did.

    Attributes:
        status: ``SUCCEEDED`` or ``FAILED``.
        state: the state at its end.
        visited: names of the states, in order; a repeated task once for each attempt.
    """

    status: str
    state: dict[str, Any]
    visited: list[str] = field(default_factory=list)

    @property
    def summary(self) -> dict[str, Any]:
        """What ``close`` gave."""
        found: dict[str, Any] = self.state["closed"]["summary"]
        return found

    def status_of(self, step: str) -> str:
        """Status of a step's result; ``failed`` for one that ended in an error."""
        found = self.state["results"].get(step)
        if found is None:
            return "left out"
        return str(found["result"]["status"]) if "result" in found else "failed"

    @property
    def statuses(self) -> dict[str, str]:
        """Status of each step that has a result."""
        return {step: self.status_of(step) for step in self.state["results"]}


def run(
    playbook: Playbook,
    event: Mapping[str, Any],
    *,
    mode: Mode | None = None,
    approve: bool | Callable[[str], bool] = True,
    execution: str = EXECUTION,
) -> Run:
    """Run a playbook for an event.

    Args:
        playbook: the playbook.
        event: what EventBridge would give it.
        mode: as in baseline.yaml; the playbook's own by default.
        approve: the person's answer, or what gives it for a step; yes by default.
        execution: ARN of the execution.
    """
    machine = json.loads(definition(playbook, approval_hours=24))
    settings = {
        playbook.id: {
            "title": playbook.title,
            "severity": playbook.severity,
            "mode": mode or playbook.mode,
        }
    }
    with pytest.MonkeyPatch.context() as patched:
        for key, value in environment(playbook.family, settings).items():
            patched.setenv(key, value)
        # Steps and targets are imported when they are needed.
        patched.syspath_prepend(str(HANDLER))
        return _Machine(machine, execution, approve).run(dict(event))


def environment(family: str, settings: Mapping[str, Any]) -> dict[str, str]:
    """Give the function's environment."""
    return {
        "ANSWER_DOCUMENT": "secbase-answer-playbook",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_SECRET_ACCESS_KEY": "testing",
        "BREAK_GLASS_ROLE": "OrgBreakGlass",
        "EVIDENCE_BUCKET": EVIDENCE,
        "FAMILY": family,
        "PARTITION": "aws",
        "PLAYBOOKS": json.dumps(settings),
        "PREFIX": "secbase",
        "RESPONDER_ROLE": f"secbase-responder-{family}",
        "SECURITY_ACCOUNT": SECURITY,
        "SECURITY_HUB": "off",
        "TAG_KEY": "SecurityBaselineIncident",
        "TOPIC_ARN": f"arn:aws:sns:{REGION}:{SECURITY}:{TOPIC}",
    }


@dataclass
class Faults:
    """Calls that fail, as ``service.Operation``, with how often; each failure is counted."""

    failing: dict[str, int]
    code: str = "InternalError"
    failed: list[str] = field(default_factory=list)

    @contextmanager
    def injected(self) -> Iterator[Faults]:
        """Let the calls fail inside the block."""
        real = BaseClient._make_api_call

        def call(client: Any, operation: str, parameters: Any) -> Any:
            name = f"{client.meta.service_model.service_name}.{operation}"
            if self.failing.get(name, 0) > 0:
                self.failing[name] -= 1
                self.failed.append(name)
                answer = {"Error": {"Code": self.code, "Message": f"injected into {name}"}}
                raise ClientError(answer, operation)
            return real(client, operation, parameters)

        with patch.object(BaseClient, "_make_api_call", call):
            yield self


ALWAYS = 10_000


class Tickets:
    """OpsItems, which moto lacks; put in place of the ``ssm`` client of the security account."""

    def __init__(self) -> None:
        self.items: dict[str, dict[str, Any]] = {}

    def create_ops_item(self, **request: Any) -> dict[str, str]:
        wanted = request["OperationalData"]["/aws/dedup"]["Value"]
        for known, item in self.items.items():
            if item["OperationalData"]["/aws/dedup"]["Value"] == wanted:
                answer = {"Error": {"Code": "OpsItemAlreadyExistsException", "Message": "exists"}}
                raise ClientError({**answer, "OpsItemId": known}, "CreateOpsItem")
        made = f"oi-{len(self.items):012x}"
        self.items[made] = {**request, "Status": "Open"}
        return {"OpsItemId": made}

    def update_ops_item(self, **request: Any) -> dict[str, Any]:
        item = self.items[request["OpsItemId"]]
        item["OperationalData"] |= request.get("OperationalData", {})
        item["Status"] = request.get("Status", item["Status"])
        return {}


@dataclass
class _Answers:
    given: dict[str, dict[str, Any]] = field(default_factory=dict)

    def send_task_success(self, *, taskToken: str, output: str) -> None:  # noqa: N803 - boto3's
        self.given[taskToken] = json.loads(output)


_ANSWERS = _Answers()


class TaskError(Exception):
    """An error of a task, by its name."""

    def __init__(self, name: str, cause: str) -> None:
        super().__init__(cause)
        self.name, self.cause = name, cause


class _Machine:
    def __init__(
        self, machine: dict[str, Any], execution: str, approve: bool | Callable[[str], bool]
    ) -> None:
        self._machine, self._execution, self._approve = machine, execution, approve
        self._visited: list[str] = []

    def run(self, state: dict[str, Any]) -> Run:
        name = self._machine["StartAt"]
        while True:
            found = self._machine["States"][name]
            if found["Type"] == "Succeed":
                return Run("SUCCEEDED", state, self._visited)
            if found["Type"] == "Fail":
                return Run("FAILED", state, self._visited)
            if found["Type"] == "Choice":
                name = _choose(found, state)
                continue
            state, name = self._task(name, found, state)
            if name is None:
                return Run("FAILED", state, self._visited)

    def _task(self, name: str, task: dict[str, Any], state: dict[str, Any]) -> tuple[Any, Any]:
        try:
            result = self._repeat(name, task, state)
        except TaskError as error:
            answer = {"Error": error.name, "Cause": error.cause}
            for catch in task.get("Catch", []):
                if _matches(catch["ErrorEquals"], error.name):
                    return _put(state, catch["ResultPath"], answer), catch["Next"]
            return {**state, "error": answer}, None
        if "ResultSelector" in task:
            result = self._fill(task["ResultSelector"], result)
        state = _put(state, task.get("ResultPath", "$"), result)
        return _get(task.get("OutputPath", "$"), state), task["Next"]

    def _repeat(self, name: str, task: dict[str, Any], state: dict[str, Any]) -> Any:
        left = {i: retry["MaxAttempts"] for i, retry in enumerate(task.get("Retry", []))}
        while True:
            self._visited.append(name)
            try:
                return self._call(name, task, state)
            except TaskError as error:
                for i, retry in enumerate(task.get("Retry", [])):
                    if _matches(retry["ErrorEquals"], error.name):
                        if left[i] <= 0:
                            raise
                        left[i] -= 1
                        break
                else:
                    raise

    def _call(self, name: str, task: dict[str, Any], state: dict[str, Any]) -> Any:
        token = f"token of {name}"
        payload = self._fill(task["Parameters"]["Payload"], state, token, name)
        # What passes through Step Functions is JSON, of limited size.
        text = json.dumps(payload)
        assert len(text) < 256 * 1024
        try:
            result = index.handler(json.loads(text), None)
        except Exception as error:
            raise TaskError(type(error).__name__, str(error)) from error
        if not task["Resource"].endswith(".waitForTaskToken"):
            return {"Payload": json.loads(json.dumps(result))}
        if token in _ANSWERS.given:
            return _ANSWERS.given[token]
        step = payload["step"]
        approve = self._approve(step) if callable(self._approve) else self._approve
        if approve:
            return {"decision": "approve", "by": f"arn:aws:sts::{SECURITY}:assumed-role/people/ada"}
        raise TaskError("Refused", "refused by ada")

    def _fill(self, template: Any, state: Any, token: str | None = None, name: str = "") -> Any:
        if not isinstance(template, dict):
            return template
        found = {}
        for key, value in template.items():
            if not key.endswith(".$"):
                found[key] = self._fill(value, state, token, name)
            elif value.startswith("$$."):
                found[key.removesuffix(".$")] = {
                    "$$.Execution.Id": self._execution,
                    "$$.Execution.StartTime": STARTED,
                    "$$.State.RetryCount": self._visited.count(name) - 1,
                    "$$.Task.Token": token,
                }[value]
            else:
                found[key.removesuffix(".$")] = _get(value, state)
        return found


def _matches(wanted: list[str], name: str) -> bool:
    return name in wanted or "States.ALL" in wanted


def _get(path: str, state: Any) -> Any:
    for part in re.findall(r"[^.$]+", path):
        state = state[part]
    return state


def _put(state: dict[str, Any], path: str, value: Any) -> Any:
    parts = re.findall(r"[^.$]+", path)
    if not parts:
        return value
    first, *rest = parts
    inner = _put(state.get(first, {}), "$." + ".".join(rest), value) if rest else value
    return {**state, first: inner}


def _choose(choice: dict[str, Any], state: dict[str, Any]) -> str:
    for rule in choice["Choices"]:
        value = _get(rule["Variable"], state)
        if (
            ("BooleanEquals" in rule and value is rule["BooleanEquals"])
            or ("StringEquals" in rule and value == rule["StringEquals"])
            or ("NumericGreaterThan" in rule and value > rule["NumericGreaterThan"])
        ):
            return str(rule["Next"])
    return str(choice["Default"])


_MEMBERS: list[dict[tuple[str, ...], Any]] = []


def own(service: str) -> Any:
    """Give a client of the security account; one for each service inside :func:`security_account`."""
    return _kept((service,), lambda: boto3.client(service, region_name=REGION))


def _kept(place: tuple[str, ...], make: Callable[[], Any]) -> Any:
    kept = _MEMBERS[-1] if _MEMBERS else {}
    if place not in kept:
        kept[place] = make()
    return kept[place]


@contextmanager
def security_account() -> Iterator[Tickets]:
    """Give the security account what the function needs: bucket, topic, tickets, answers.

    Inside ``moto.mock_aws``. The messages of the topic can be read by :func:`messages`.
    """
    tickets, real = Tickets(), index.incidents.clients.own
    _MEMBERS.append({})
    _ANSWERS.given.clear()
    real.cache_clear()
    index.incidents.custody.collector.cache_clear()

    def client(service: str) -> Any:
        return {"ssm": tickets, "stepfunctions": _ANSWERS}.get(service) or real(service)

    with pytest.MonkeyPatch.context() as patched:
        for key, value in environment("", {}).items():
            patched.setenv(key, value)
        patched.setattr(index.incidents.clients, "own", client)
        own("s3").create_bucket(
            Bucket=EVIDENCE,
            CreateBucketConfiguration={"LocationConstraint": REGION},
            ObjectLockEnabledForBucket=True,
        )
        sns, sqs = own("sns"), own("sqs")
        topic = sns.create_topic(Name=TOPIC)["TopicArn"]
        sqs.create_queue(QueueName="inbox")
        sns.subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:{SECURITY}:inbox"
        )
        yield tickets
    _MEMBERS.pop()
    real.cache_clear()


def messages() -> list[dict[str, str]]:
    """Take the messages that people got: ``Subject`` and ``Message``."""
    sqs = own("sqs")
    queue = sqs.get_queue_url(QueueName="inbox")["QueueUrl"]
    found = []
    while taken := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for each in taken:
            found.append(json.loads(each["Body"]))
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=each["ReceiptHandle"])
    return found


def evidence() -> dict[str, bytes]:
    """Give the evidence that was kept, by its key, claims left out."""
    s3 = own("s3")
    listed = s3.list_objects_v2(Bucket=EVIDENCE).get("Contents", [])
    return {
        each["Key"]: s3.get_object(Bucket=EVIDENCE, Key=each["Key"])["Body"].read()
        for each in listed
        if "/claims/" not in each["Key"]
    }


def member(service: str, account: str = MEMBER, region: str = REGION) -> Any:
    """Give a client of a member account: what moto keeps for an account is that account's own.

    Inside :func:`security_account` one is made for each service, because that takes longer than a call.
    """
    return _kept((service, account, region), lambda: _member(service, account, region))


def _member(service: str, account: str, region: str) -> Any:
    role = f"arn:aws:iam::{account}:role/test"
    found = _kept(
        (account,),
        lambda: own("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"],
    )
    return boto3.client(
        service,
        region_name=region,
        aws_access_key_id=found["AccessKeyId"],
        aws_secret_access_key=found["SecretAccessKey"],
        aws_session_token=found["SessionToken"],
    )
