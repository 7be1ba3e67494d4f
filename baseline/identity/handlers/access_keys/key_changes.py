"""Carries steps out. The secret part of a key is in memory between two calls, and nowhere else.

Order of a rotation: container with its policy, intent as a tag, key, value. Whatever breaks off is
seen by the next run: a key that is not stored is deleted (nobody has its secret part), a value whose
key is gone is written over. The old key stays on until its successor has been stored for the grace
period.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from key_reading import DEACTIVATED_AT, REPLACES, VERSION_PREFIX, WANTED_AT, secret_name
from key_rules import Step, User

Client = Any  # boto3 makes its clients at run time

SERVER_FAULT = 500
WRITERS = [
    "secretsmanager:CancelRotateSecret",
    "secretsmanager:DeleteResourcePolicy",
    "secretsmanager:DeleteSecret",
    "secretsmanager:PutResourcePolicy",
    "secretsmanager:PutSecretValue",
    "secretsmanager:ReplicateSecretToRegions",
    "secretsmanager:RotateSecret",
    "secretsmanager:TagResource",
    "secretsmanager:UntagResource",
    "secretsmanager:UpdateSecret",
    "secretsmanager:UpdateSecretVersionStage",
]


class StoreError(Exception):
    """A successor could not be stored. The message names the call and the error code only."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """Where changes are made.

    Attributes:
        iam: client of the account.
        iam_once: the same, without repetitions.
        secrets: client of the account and the home Region.
        secret_prefix: start of the names of the secrets.
        keepers: ARNs of the roles that may change the secrets, this function's own among them.
    """

    iam: Client
    iam_once: Client
    secrets: Client
    secret_prefix: str
    keepers: tuple[str, ...]


def carry_out(step: Step, user: User, account: Account, now: datetime) -> str:
    """Do what a step says.

    Returns:
        What was done, for the report.

    Raises:
        ClientError: AWS refused it.
        StoreError: a successor could not be stored; it was taken back.
    """
    return ACTIONS[str(step.action)](step, user, account, now)


def read_policy(user: User, keepers: tuple[str, ...]) -> str:
    """Give the resource policy of a user's secret: the user reads it, the keepers change it."""
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "OwnerReads",
                    "Effect": "Allow",
                    "Principal": {"AWS": user.arn},
                    "Action": ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
                    "Resource": "*",
                },
                {
                    "Sid": "NobodyElseReads",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "secretsmanager:GetSecretValue",
                    "Resource": "*",
                    "Condition": {"ArnNotEquals": {"aws:PrincipalArn": user.arn}},
                },
                {
                    "Sid": "NobodyElseChanges",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": WRITERS,
                    "Resource": "*",
                    "Condition": {"ArnNotEquals": {"aws:PrincipalArn": list(keepers)}},
                },
            ],
        }
    )


def _create_successor(step: Step, user: User, account: Account, now: datetime) -> str:
    name = secret_name(account.secret_prefix, user.id)
    _prepare(name, step, user, account, now)
    try:
        made = account.iam_once.create_access_key(UserName=user.name)["AccessKey"]
    except ClientError as error:
        # AWS refused, so there is no key that a later run would have to look for. A fault of AWS
        # is no refusal: the key may be there.
        if error.response["ResponseMetadata"]["HTTPStatusCode"] < SERVER_FAULT:
            _untag(account.secrets, name, WANTED_AT)
        raise
    try:
        account.secrets.put_secret_value(
            SecretId=name,
            ClientRequestToken=f"{VERSION_PREFIX}{made['AccessKeyId']}",
            SecretString=json.dumps(
                {
                    "UserName": user.name,
                    "AccessKeyId": made["AccessKeyId"],
                    "SecretAccessKey": made["SecretAccessKey"],
                    "Replaces": step.key,
                }
            ),
        )
    except (BotoCoreError, ClientError) as error:
        code = _code(error)
    else:
        left = _finished(account.secrets, name)
        return f"made the successor {made['AccessKeyId']} and stored it in {name}{left}"
    account.iam.delete_access_key(UserName=user.name, AccessKeyId=made["AccessKeyId"])
    _untag(account.secrets, name, WANTED_AT)
    raise StoreError(f"PutSecretValue failed ({code}); the successor was taken back")


def _finished(secrets: Client, name: str) -> str:
    """Take the intent back; it does no harm where the key is stored, so people hear of the key."""
    try:
        _untag(secrets, name, WANTED_AT)
    except (BotoCoreError, ClientError) as error:
        return f"; its tag {WANTED_AT} stays ({_code(error)})"
    return ""


def _prepare(name: str, step: Step, user: User, account: Account, now: datetime) -> None:
    """Make the secret or take the one that is there, without a value, and note the intent."""
    secrets = account.secrets
    tags = _tags({REPLACES: str(step.key), WANTED_AT: now.isoformat()})
    try:
        secrets.create_secret(
            Name=name, Description=f"Access key of the IAM user {user.name}", Tags=tags
        )
    except ClientError as error:
        # Which of them it is when the secret is scheduled for deletion, the secret itself says.
        if _code(error) not in {"InvalidRequestException", "ResourceExistsException"}:
            raise
        if secrets.describe_secret(SecretId=name).get("DeletedDate"):
            secrets.restore_secret(SecretId=name)
        _untag(secrets, name, DEACTIVATED_AT)
        secrets.tag_resource(SecretId=name, Tags=tags)
    secrets.put_resource_policy(
        SecretId=name,
        ResourcePolicy=read_policy(user, account.keepers),
        BlockPublicPolicy=True,
    )


def _deactivate(step: Step, user: User, account: Account, now: datetime) -> str:
    account.iam.update_access_key(UserName=user.name, AccessKeyId=step.key, Status="Inactive")
    if step.key == user.secret.replaces:
        _record(step, user, account, now)
    return "deactivated"


def _record(_step: Step, user: User, account: Account, now: datetime) -> str:
    account.secrets.tag_resource(
        SecretId=secret_name(account.secret_prefix, user.id),
        Tags=_tags({DEACTIVATED_AT: now.isoformat()}),
    )
    return "noted"


def _delete(step: Step, user: User, account: Account, _now: datetime) -> str:
    account.iam.delete_access_key(UserName=user.name, AccessKeyId=step.key)
    return "deleted"


def _remove_password(_step: Step, user: User, account: Account, _now: datetime) -> str:
    account.iam.delete_login_profile(UserName=user.name)
    return "removed"


Action = Callable[[Step, User, Account, datetime], str]
ACTIONS: Mapping[str, Action] = {
    "create-successor": _create_successor,
    "deactivate": _deactivate,
    "delete": _delete,
    "delete-lost": _delete,
    "record-deactivation": _record,
    "remove-password": _remove_password,
}


def _untag(secrets: Client, name: str, key: str) -> None:
    secrets.untag_resource(SecretId=name, TagKeys=[key])


def _tags(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in values.items()]


def _code(error: BotoCoreError | ClientError) -> str:
    """Give an error's code; its text could repeat what was sent."""
    if isinstance(error, ClientError):
        return str(error.response["Error"]["Code"])
    return type(error).__name__
