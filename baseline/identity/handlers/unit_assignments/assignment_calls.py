"""The calls to AWS of the assignment job: where an account stands, what it has, and changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
from assignment_plan import Assignment, Unit
from botocore.config import Config
from botocore.exceptions import ClientError

Client = Any  # boto3 makes its clients at run time

# Identity Center takes 20 calls a second from all of its callers; waiting is cheaper than failing.
RETRIES = Config(retries={"mode": "adaptive", "max_attempts": 8})
THROTTLED = {
    "RequestLimitExceeded",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
GONE = {"ResourceNotFoundException"}
BUSY = {"ConflictException"}

POLL_SECONDS = 2.0
BUSY_ATTEMPTS = 5
RESERVE_MILLISECONDS = 30_000


class ThrottledError(Exception):
    """AWS throttles; the account is tried again later."""


class FailedError(Exception):
    """AWS refused or could not do one assignment; the message says which call, and why."""


class UnfinishedError(Exception):
    """Identity Center still works on it; the next run sees how it ended."""


def code_of(error: ClientError) -> str:
    """Give the error code."""
    return str(error.response.get("Error", {}).get("Code", ""))


def call(client: Client, method: str, **values: object) -> Any:  # noqa: ANN401 - JSON
    """Call AWS.

    Raises:
        ThrottledError: it throttled more often than the client repeats.
        ClientError: any other error.
    """
    try:
        return getattr(client, method)(**values)
    except ClientError as error:
        if code_of(error) in THROTTLED:
            raise ThrottledError(f"{method}: {error}") from error
        raise


class Tree:
    """The organization's tree: where accounts stand."""

    def __init__(self) -> None:
        self._client: Client = boto3.client(
            "organizations", region_name="us-east-1", config=RETRIES
        )

    def chain(self, account: str) -> list[Unit]:
        """Give the units that an account stands in, the one under the root first."""
        chain: list[Unit] = []
        parent = self._parent(account)
        while parent["Type"] == "ORGANIZATIONAL_UNIT":
            unit = parent["Id"]
            described = call(
                self._client, "describe_organizational_unit", OrganizationalUnitId=unit
            )
            chain.append((unit, described["OrganizationalUnit"]["Name"]))
            parent = self._parent(unit)
        return chain[::-1]

    def _parent(self, child: str) -> dict[str, str]:
        parent: dict[str, str] = call(self._client, "list_parents", ChildId=child)["Parents"][0]
        return parent


class Ledger:
    """What this job made itself: the only thing that it ever takes away again."""

    def __init__(self, table: str) -> None:
        self._client: Client = boto3.client("dynamodb", config=RETRIES)
        self._table = table

    def made(self, account: str) -> set[Assignment]:
        """Give what it made in an account."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="#account = :account",
            ExpressionAttributeNames={"#account": "account"},
            ExpressionAttributeValues={":account": {"S": account}},
            ConsistentRead=True,
        )
        return {
            Assignment(item["permission_set"]["S"], item["group"]["S"])
            for page in pages
            for item in page["Items"]
        }

    def note(self, account: str, assignment: Assignment, run: str) -> None:
        """Record an assignment before it is made, so that none is made without a record."""
        item = {
            **_key(account, assignment),
            "permission_set": {"S": assignment.permission_set},
            "group": {"S": assignment.group},
            "run": {"S": run},
        }
        call(self._client, "put_item", TableName=self._table, Item=item)

    def forget(self, account: str, assignment: Assignment) -> None:
        """Remove the record of an assignment that is gone."""
        call(self._client, "delete_item", TableName=self._table, Key=_key(account, assignment))


class Center:
    """The assignments of an Identity Center instance.

    Args:
        instance: ARN of the instance.
        remaining: gives the milliseconds that the function still has.
        sleep: waits; seconds.
    """

    def __init__(
        self,
        instance: str,
        remaining: Callable[[], int],
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        self._client: Client = boto3.client("sso-admin", config=RETRIES)
        self._instance, self._remaining, self._sleep = instance, remaining, sleep or time.sleep

    def found(self, account: str, permission_sets: set[str]) -> set[Assignment]:
        """Give the assignments of some permission sets to groups in an account."""
        return {
            Assignment(permission_set, row["PrincipalId"])
            for permission_set in sorted(permission_sets)
            for row in self._rows(account, permission_set)
            if row["PrincipalType"] == "GROUP"
        }

    def create(self, account: str, assignment: Assignment) -> None:
        """Make an assignment and wait until it works."""
        self._change("create", "Creation", account, assignment)

    def delete(self, account: str, assignment: Assignment) -> None:
        """Take an assignment away and wait until it is gone; that it is gone already is success."""
        self._change("delete", "Deletion", account, assignment)

    def _rows(self, account: str, permission_set: str) -> Iterator[dict[str, str]]:
        values = {
            "InstanceArn": self._instance,
            "AccountId": account,
            "PermissionSetArn": permission_set,
        }
        try:
            answer = call(self._client, "list_account_assignments", **values)
            yield from answer["AccountAssignments"]
            while token := answer.get("NextToken"):
                answer = call(self._client, "list_account_assignments", **values, NextToken=token)
                yield from answer["AccountAssignments"]
        except ClientError as error:
            if code_of(error) not in GONE:
                raise FailedError(_explain("ListAccountAssignments", error)) from error

    def _change(self, verb: str, noun: str, account: str, assignment: Assignment) -> None:
        method = f"{verb}_account_assignment"
        member = f"AccountAssignment{noun}Status"
        try:
            status = self._start(method, account, assignment)[member]
            while status.get("Status") == "IN_PROGRESS":
                self._wait(f"{method} in {account}")
                status = call(
                    self._client,
                    f"describe_account_assignment_{noun.lower()}_status",
                    InstanceArn=self._instance,
                    **{f"AccountAssignment{noun}RequestId": status["RequestId"]},
                )[member]
        except ClientError as error:
            if verb == "delete" and code_of(error) in GONE:
                return
            raise FailedError(_explain(method, error)) from error
        if status.get("Status") == "FAILED":
            raise FailedError(f"{method}: {status.get('FailureReason', 'AWS gave no reason')}")

    def _start(self, method: str, account: str, assignment: Assignment) -> dict[str, Any]:
        for _ in range(BUSY_ATTEMPTS):
            try:
                answer: dict[str, Any] = call(
                    self._client,
                    method,
                    InstanceArn=self._instance,
                    TargetId=account,
                    TargetType="AWS_ACCOUNT",
                    PermissionSetArn=assignment.permission_set,
                    PrincipalType="GROUP",
                    PrincipalId=assignment.group,
                )
            except ClientError as error:
                if code_of(error) not in BUSY:
                    raise
                # One change of a role at a time: another assignment is being made there.
                self._wait(f"{method} in {account}")
            else:
                return answer
        raise UnfinishedError(f"{method}: another change of the permission set is under way")

    def _wait(self, what: str) -> None:
        if self._remaining() < RESERVE_MILLISECONDS:
            raise UnfinishedError(f"{what}: Identity Center is still working on it")
        self._sleep(POLL_SECONDS)


def _key(account: str, assignment: Assignment) -> dict[str, Any]:
    return {
        "account": {"S": account},
        "assignment": {"S": f"{assignment.permission_set}#{assignment.group}"},
    }


def _explain(action: str, error: ClientError) -> str:
    details = error.response.get("Error", {})
    return f"{action}: {details.get('Code')}: {details.get('Message')}"
