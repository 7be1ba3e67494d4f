"""An organization, an Identity Center instance and the job's table and parameters, in moto."""

from __future__ import annotations

import json
import sys
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.client
import pytest
from botocore.exceptions import ClientError

from tests.handlers import load_handler

PATH = "/secbase/identity-center/assignments"
TABLE = "made"
REGION = "eu-west-1"
DEVELOPERS, AUDITORS = (f"1234567890-0a000000-0000-4000-8000-00000000000{n}" for n in (1, 2))

Fault = Callable[[dict[str, Any]], None]


index = load_handler("baseline/identity/handlers/unit_assignments")
calls = sys.modules["assignment_calls"]
plan = sys.modules["assignment_plan"]


class World:
    """What the tests arrange and look at.

    Attributes:
        units: path to ID.
        accounts: name to ID.
        sets: permission set to ARN.
        made: counts the calls, by operation.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.organizations = boto3.client("organizations", region_name="us-east-1")
        self.organizations.create_organization(FeatureSet="ALL")
        root = self.organizations.list_roots()["Roots"][0]["Id"]
        self.units: dict[str, str] = {"": root}
        for path in ("Workloads", "Workloads/Test", "Workloads/Production", "Sandbox"):
            parent, _, name = path.rpartition("/")
            unit = self.organizations.create_organizational_unit(
                ParentId=self.units[parent], Name=name
            )
            self.units[path] = unit["OrganizationalUnit"]["Id"]
        self.accounts: dict[str, str] = {}
        for name, path in (("shop", "Workloads/Test"), ("pay", "Workloads/Production")):
            status = self.organizations.create_account(
                AccountName=name, Email=f"aws-{name}@example.com"
            )["CreateAccountStatus"]
            self.accounts[name] = status["AccountId"]
            self.move(name, path, start="")
        self.center = boto3.client("sso-admin", region_name=REGION)
        self.instance = self.center.list_instances()["Instances"][0]["InstanceArn"]
        self.sets = {
            name: self.center.create_permission_set(InstanceArn=self.instance, Name=name)[
                "PermissionSet"
            ]["PermissionSetArn"]
            for name in ("Developer", "ReadOnly", "Auditor")
        }
        boto3.client("dynamodb").create_table(
            TableName=TABLE,
            KeySchema=[
                {"AttributeName": "account", "KeyType": "HASH"},
                {"AttributeName": "assignment", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"} for name in ("account", "assignment")
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        for name, value in {
            "INSTANCE": self.instance,
            "PARAMETERS": PATH,
            "REMOVE": "false",
            "TABLE": TABLE,
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(calls.time, "sleep", lambda _: None)
        self.made: Counter[str] = Counter()
        self._remaining = 600_000
        self._run = ""
        self._watch()

    def configure(
        self, *rows: tuple[str, str, list[list[str]]], accounts: tuple[str, ...] = ()
    ) -> None:
        """Say what is wanted: group, permission set, ways to units."""
        by_group: dict[str, list[Any]] = {}
        for group, name, units in rows:
            by_group.setdefault(group, []).append(
                {
                    "name": name,
                    "permission_set": self.sets[name],
                    "units": units,
                    "accounts": [self.accounts[one] for one in accounts],
                }
            )
        ssm = boto3.client("ssm")
        found = ssm.get_parameters_by_path(Path=PATH)["Parameters"]
        if found:
            ssm.delete_parameters(Names=[row["Name"] for row in found])
        for group, listed in by_group.items():
            document = {"name": f"Group {group[-1]}", "group": group, "assignments": listed}
            ssm.put_parameter(
                Name=f"{PATH}/{group[-4:]}", Value=json.dumps(document), Type="String"
            )

    def move(self, name: str, path: str, *, start: str | None = None) -> None:
        account = self.accounts[name]
        source = (
            self.units[start]
            if start is not None
            else self.organizations.list_parents(ChildId=account)["Parents"][0]["Id"]
        )
        self.organizations.move_account(
            AccountId=account, SourceParentId=source, DestinationParentId=self.units[path]
        )

    def run(self, name: str, *, dry_run: bool = False, new_run: bool = True) -> dict[str, Any]:
        """Visit one account as the state machine does."""
        if new_run:
            self._run = str(uuid.uuid4())
        event = {
            "account": {"id": self.accounts[name], "name": name, "management": False},
            "dry_run": dry_run,
            "run": self._run,
            "options": {},
            "attempt": 0,
        }
        context = SimpleNamespace(get_remaining_time_in_millis=lambda: self._remaining)
        answer: dict[str, Any] = index.handler(event, context)
        return answer

    def out_of_time(self) -> None:
        self._remaining = 1_000

    def assigned(self, name: str) -> set[tuple[str, str]]:
        """Give permission set and group of everything that an account has."""
        return {
            (label, row["PrincipalId"])
            for label, arn in self.sets.items()
            for row in self.center.list_account_assignments(
                InstanceArn=self.instance, AccountId=self.accounts[name], PermissionSetArn=arn
            )["AccountAssignments"]
        }

    def assign_by_hand(self, name: str, permission_set: str, group: str) -> None:
        self.center.create_account_assignment(
            InstanceArn=self.instance,
            TargetId=self.accounts[name],
            TargetType="AWS_ACCOUNT",
            PermissionSetArn=self.sets[permission_set],
            PrincipalType="GROUP",
            PrincipalId=group,
        )

    def recorded(self, name: str) -> int:
        found = boto3.client("dynamodb").scan(TableName=TABLE)["Items"]
        return sum(item["account"]["S"] == self.accounts[name] for item in found)

    @contextmanager
    def faults(self, operation: str, *codes: str) -> Iterator[None]:
        """Let the next calls of an operation fail with these error codes."""
        planned = list(codes)
        original = botocore.client.BaseClient._make_api_call

        def call(client: Any, name: str, values: Any) -> Any:
            if name == operation and planned:
                code = planned.pop(0)
                raise ClientError({"Error": {"Code": code, "Message": "injected"}}, name)
            return original(client, name, values)

        with self._monkeypatch.context() as patch:
            patch.setattr(botocore.client.BaseClient, "_make_api_call", call)
            yield

    @contextmanager
    def answers(self, operation: str, *given: dict[str, Any]) -> Iterator[None]:
        """Give these answers to the next calls of an operation, after they were really made."""
        planned = list(given)
        original = botocore.client.BaseClient._make_api_call

        def call(client: Any, name: str, values: Any) -> Any:
            if name != operation or not planned:
                return original(client, name, values)
            answer = original(client, name, values)
            (member,) = [key for key in answer if key.endswith("Status")]
            return {**answer, member: {**answer[member], **planned.pop(0)}}

        with self._monkeypatch.context() as patch:
            patch.setattr(botocore.client.BaseClient, "_make_api_call", call)
            yield

    def _watch(self) -> None:
        original = botocore.client.BaseClient._make_api_call

        def call(client: Any, name: str, values: Any) -> Any:
            self.made[name] += 1
            return original(client, name, values)

        self._monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", call)

    def writes(self) -> int:
        """Count the calls that changed something."""
        return sum(
            count
            for name, count in self.made.items()
            if name.startswith(("Create", "Delete", "Put", "Update"))
        )
