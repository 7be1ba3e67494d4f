"""The access key handler's modules, imported as Lambda does, and an organization in moto."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.client
from botocore.exceptions import ClientError
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.iam.models import AccessKeyLastUsed, iam_backends

from tests.handlers import load_handler

HOME = "eu-west-1"
SECURITY = DEFAULT_ACCOUNT_ID
PREFIX = "secbase-access-key/"
TOPIC = f"arn:aws:sns:{HOME}:{SECURITY}:secbase-findings-high"
POLICY: dict[str, Any] = {
    "rotate_after": 90,
    "warn": 14,
    "grace": 14,
    "delete_after": 30,
    "unused_after": 45,
    "remove_passwords": False,
    "exempt_key": "CredentialRotation",
    "exempt_value": "exempt",
    "exempt_users": ["robot"],
}
CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 900_000)


index = load_handler("baseline/identity/handlers/access_keys")
rules = sys.modules["key_rules"]


def settings(**policy: Any) -> dict[str, str]:
    """Give the function's environment."""
    return {
        "AWS_REGION": HOME,
        "BREAK_GLASS": "OrgBreakGlass",
        "MANAGEMENT_USERS": '["break-glass-1"]',
        "MODE": "apply",
        "NAMESPACE": "SecurityBaseline",
        "PARTITION": "aws",
        "POLICY": json.dumps({**POLICY, **policy}),
        "ROLE": "secbase-credentials",
        "SECRET_PREFIX": PREFIX,
        "SWEEP": "secbase-access-keys",
        "TOPIC": TOPIC,
    }


def run(account: str, *, dry_run: bool = False, management: bool = False) -> dict[str, Any]:
    """Run the handler for one account."""
    event = {
        "account": {"id": account, "name": "team", "management": management},
        "dry_run": dry_run,
        "run": "run",
        "options": {},
        "attempt": 0,
    }
    result: dict[str, Any] = index.handler(event, CONTEXT)
    return result


class Member:
    """A member account in moto, whose keys can be made older and used."""

    def __init__(self, account: str) -> None:
        self.account = account
        given = boto3.client("sts", region_name=HOME).assume_role(
            RoleArn=f"arn:aws:iam::{account}:role/test", RoleSessionName="test"
        )["Credentials"]
        session = boto3.Session(
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
            region_name=HOME,
        )
        self.iam = session.client("iam")
        self.secrets = session.client("secretsmanager")

    def user(self, name: str, **tags: str) -> str:
        tagged = [{"Key": key, "Value": value} for key, value in tags.items()]
        created = self.iam.create_user(UserName=name, Tags=tagged)
        return str(created["User"]["UserId"])

    def key(self, user: str, *, age: int, used: int | None = 0) -> str:
        """Make a key that is ``age`` days old and was used ``used`` days ago."""
        made = self.iam.create_access_key(UserName=user)["AccessKey"]["AccessKeyId"]
        self.turn_back(made, age=age, used=used)
        return str(made)

    def turn_back(self, key: str, *, age: float, used: int | None = 0) -> None:
        found = iam_backends[self.account]["aws"].access_keys[key]
        found.create_date = (datetime.now(UTC) - timedelta(days=age)).replace(tzinfo=None)
        found.last_used = None
        if used is not None:
            found.last_used = AccessKeyLastUsed(
                datetime.now(UTC) - timedelta(days=used), service="s3", region=HOME
            )

    def password(self, user: str, *, age: int) -> None:
        self.iam.create_login_profile(UserName=user, Password="Correct-horse-battery-9")
        created = (datetime.now(UTC) - timedelta(days=age)).replace(tzinfo=None)
        iam_backends[self.account]["aws"].users[user].create_date = created

    def keys(self, user: str) -> dict[str, str]:
        found = self.iam.list_access_keys(UserName=user)["AccessKeyMetadata"]
        return {key["AccessKeyId"]: key["Status"] for key in found}

    def turn_tag_back(self, user_id: str, tag: str, *, days: float) -> None:
        moment = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        self.secrets.tag_resource(SecretId=PREFIX + user_id, Tags=[{"Key": tag, "Value": moment}])

    def tags(self, user_id: str) -> dict[str, str]:
        found = self.secrets.describe_secret(SecretId=PREFIX + user_id)
        return {tag["Key"]: tag["Value"] for tag in found.get("Tags", [])}

    def stored(self, user_id: str) -> dict[str, str]:
        value = self.secrets.get_secret_value(SecretId=PREFIX + user_id)["SecretString"]
        read: dict[str, str] = json.loads(value)
        return read


Fault = Callable[[str, dict[str, Any]], None]


@contextmanager
def calls(monkeypatch: Any, fault: Fault | None = None) -> Iterator[list[str]]:
    """Record the operations that are called, and let a fault raise before one of them."""
    made: list[str] = []
    original = botocore.client.BaseClient._make_api_call

    def call(self: Any, operation: str, parameters: dict[str, Any]) -> Any:
        made.append(operation)
        if fault is not None:
            fault(operation, parameters)
        return original(self, operation, parameters)

    with monkeypatch.context() as patch:
        patch.setattr(botocore.client.BaseClient, "_make_api_call", call)
        yield made


def refuse(name: str, code: str, **about: str) -> Fault:
    """Give a fault that refuses one operation, for parameters of certain values only."""

    def fault(operation: str, parameters: dict[str, Any]) -> None:
        if operation == name and about.items() <= parameters.items():
            raise ClientError({"Error": {"Code": code, "Message": "no"}}, operation)

    return fault
