"""AWS for the tests of the identity and protection playbooks: moto, and the calls that moto lacks."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, iam_backends

from baseline.response.playbooks.model import Playbook
from tests.unit.response import machine
from tests.unit.response.compute_world import quick
from tests.unit.response.machine import MEMBER, REGION, Run, Tickets, run

EVENTS = Path(__file__).parent / "events"
MANAGEMENT = "111111111111"
DENYING = ("AWSCompromisedKeyQuarantineV3", "AWSDenyAll")
"""Policies of AWS that the playbooks attach; moto loads all of them or none."""


@dataclass
class Missing:
    """What moto has not: the event history, memberships, executions.

    Attributes:
        history: calls by the access key or user name that made them, as CloudTrail records them.
        members: relation of GuardDuty's members by account.
        started: input of the executions that were started, by name.
        root: what the account summary says of the root user.
        management: ID of the management account.
        removed: operations of services that a test switched off, to the error that they end in.
    """

    tickets: Tickets
    history: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    started: dict[str, str] = field(default_factory=dict)
    root: dict[str, int] = field(default_factory=dict)
    management: str = MANAGEMENT
    removed: dict[str, str] = field(default_factory=dict)

    def answer(self, operation: str, asked: dict[str, Any]) -> dict[str, Any] | None:
        """Answer what moto cannot; None for everything else."""
        if operation in self.removed:
            answer = {"Error": {"Code": self.removed[operation], "Message": "there is none"}}
            raise ClientError(answer, operation)
        found = getattr(self, f"_{operation}", None)
        return None if found is None else found(asked)

    def _LookupEvents(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - AWS's name
        [attribute] = asked["LookupAttributes"]
        calls = self.history.get(attribute["AttributeValue"], [])
        return {
            "Events": [
                {
                    "EventName": call["eventName"],
                    "Resources": [{"ResourceName": name} for name in call.get("names", [])],
                    "CloudTrailEvent": json.dumps(call),
                }
                for call in calls
            ]
        }

    def _DescribeRegions(self, _: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - AWS's name
        return {"Regions": [{"RegionName": machine.REGION}]}

    def _DescribeOrganization(self, _: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - AWS's name
        return {"Organization": {"MasterAccountId": self.management}}

    def _GetAccountSummary(self, _: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - AWS's name
        return {"SummaryMap": {"Users": 1, **self.root}}

    def _GetMembers(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - AWS's name
        known = [each for each in asked["AccountIds"] if each in self.members]
        return {
            "Members": [
                {"AccountId": each, "RelationshipStatus": self.members[each]} for each in known
            ]
        }

    def _StartMonitoringMembers(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        unknown = [each for each in asked["AccountIds"] if each not in self.members]
        self.members |= {each: "Enabled" for each in asked["AccountIds"] if each not in unknown}
        return {"UnprocessedAccounts": [{"AccountId": each, "Result": "none"} for each in unknown]}

    def describe_execution(self, *, executionArn: str) -> dict[str, Any]:  # noqa: N803 - boto3's
        if executionArn.rpartition(":")[2] in self.started:
            return {"status": "RUNNING"}
        answer = {"Error": {"Code": "ExecutionDoesNotExist", "Message": "there is none"}}
        raise ClientError(answer, "DescribeExecution")

    def start_execution(self, *, stateMachineArn: str, name: str, input: str) -> None:  # noqa: N803
        assert stateMachineArn.endswith(":stateMachine:secbase-root-removal")
        self.started[name] = input

    def send_task_success(self, **answer: str) -> None:
        machine._ANSWERS.send_task_success(**answer)


@contextmanager
def accounts() -> Iterator[Missing]:
    """Give the security account, and members that answer what moto lacks."""
    real = BaseClient._make_api_call
    with mock_aws(), machine.security_account() as tickets, quick():
        missing = Missing(tickets)

        def call(client: Any, operation: str, asked: Any) -> Any:
            found = missing.answer(operation, asked)
            return real(client, operation, asked) if found is None else found

        clients = machine.index.incidents.clients
        own = clients.own
        _load_policies()

        def with_executions(service: str) -> Any:
            return missing if service == "stepfunctions" else own(service)

        with (
            patch.object(BaseClient, "_make_api_call", call),
            patch.object(clients, "own", with_executions),
        ):
            yield missing


@cache
def _documents() -> dict[str, Any]:
    """Give the policies out of the thousand of AWS, which are megabytes to read."""
    known = json.loads(aws_managed_policies_data)
    return {name: known[name] for name in DENYING}


def _load_policies() -> None:
    backend = iam_backends[MEMBER]["aws"]
    for name, document in _documents().items():
        policy = AWSManagedPolicy.from_data(name, MEMBER, REGION, copy.deepcopy(document))
        backend.managed_policies[policy.arn] = policy


def event(name: str) -> dict[str, Any]:
    """Give a recorded event of ``events/``."""
    found: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return found


def later(found: dict[str, Any], number: int) -> dict[str, Any]:
    """Give the same event as it is told again, which is no duplicate."""
    text = json.dumps(found)
    again: dict[str, Any] = json.loads(text)
    again["id"] = f"{again['id']}-{number}"
    detail = again["detail"]
    detail["id"] = detail["eventID"] = f"again-{number}"
    return again


def repeat(playbook: Playbook, found: dict[str, Any], number: int, **more: Any) -> Run:
    """Run a playbook for the same thing once more, in an execution of its own."""
    execution = machine.EXECUTION.replace("run-1", f"run-{number}")
    return run(playbook, later(found, number), execution=execution, **more)


def by_hand(playbook: Playbook, **target: str) -> Run:
    """Run a playbook as its document starts it, with the target that its form asks for."""
    assert playbook.by_hand
    assert set(target) == set(playbook.by_hand.inputs)
    asked = {
        "account": MEMBER,
        "region": REGION,
        "target": {"kind": playbook.by_hand.kind, **target},
        "reason": "a colleague called",
    }
    return run(playbook, {"by_hand": asked}, approve=False)


def settled(done: Run) -> bool:
    """Tell whether a run found nothing to change."""
    return set(done.statuses.values()) <= {"unchanged", "skipped"}


def said(done: Run) -> str:
    """Give everything that a run told: what was done, noted and wrong."""
    return "\n".join([*done.summary["lines"], *done.summary["problems"]])


@pytest.fixture
def aws() -> Iterator[Missing]:
    """Give AWS; import it by name."""
    with accounts() as found:
        yield found
