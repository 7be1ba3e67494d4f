"""Reads users, keys and the state of their secrets; never the value of a secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError
from key_rules import Key, Password, Secret, User

Client = Any  # boto3 makes its clients at run time

VERSION_PREFIX = "successor-key-"
"""Start of a version's ID, which ends with the ID of the access key that it holds.

Storing a key and noting which key is stored is one call so: the state cannot be half written.
Source: AWS Secrets Manager API Reference, "PutSecretValue", ClientRequestToken (32 to 64 characters).
"""
REPLACES = "Replaces"
WANTED_AT = "WantedAt"
DEACTIVATED_AT = "DeactivatedAt"


def secret_name(prefix: str, user_id: str) -> str:
    """Give the name of a user's secret; user IDs are never used twice, names are."""
    return f"{prefix}{user_id}"


def list_users(iam: Client) -> list[dict[str, Any]]:
    """List the users of an account as IAM gives them."""
    pages = iam.get_paginator("list_users").paginate()
    return [user for page in pages for user in page["Users"]]


def read_user(listed: Mapping[str, Any], iam: Client, secrets: Client, prefix: str) -> User:
    """Read everything that the rules ask for; users without credentials cost two calls."""
    name, user_id = listed["UserName"], listed["UserId"]
    keys = tuple(_keys(iam, name))
    password = _password(iam, listed)
    holds_something = bool(keys or password)
    return User(
        name=name,
        id=user_id,
        arn=listed["Arn"],
        keys=keys,
        password=password,
        secret=_secret(secrets, secret_name(prefix, user_id)) if keys else Secret(),
        tags=_tags(iam, name) if holds_something else {},
    )


def _keys(iam: Client, user: str) -> Iterator[Key]:
    pages = iam.get_paginator("list_access_keys").paginate(UserName=user)
    for row in (row for page in pages for row in page["AccessKeyMetadata"]):
        used = iam.get_access_key_last_used(AccessKeyId=row["AccessKeyId"])["AccessKeyLastUsed"]
        yield Key(
            id=row["AccessKeyId"],
            active=row["Status"] == "Active",
            created=row["CreateDate"],
            last_used=used.get("LastUsedDate"),
        )


def _password(iam: Client, listed: Mapping[str, Any]) -> Password | None:
    try:
        profile = iam.get_login_profile(UserName=listed["UserName"])["LoginProfile"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchEntity":
            return None
        raise
    return Password(created=profile["CreateDate"], last_used=listed.get("PasswordLastUsed"))


def _tags(iam: Client, user: str) -> dict[str, str]:
    pages = iam.get_paginator("list_user_tags").paginate(UserName=user)
    return {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}


def _secret(secrets: Client, name: str) -> Secret:
    try:
        described = secrets.describe_secret(SecretId=name)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return Secret()
        raise
    if described.get("DeletedDate"):
        return Secret()
    tags = {tag["Key"]: tag["Value"] for tag in described.get("Tags") or []}
    return Secret(
        current=_current(described.get("VersionIdsToStages") or {}),
        replaces=tags.get(REPLACES),
        wanted_at=_time(tags.get(WANTED_AT)),
        deactivated_at=_time(tags.get(DEACTIVATED_AT)),
    )


def _current(versions: Mapping[str, list[str]]) -> str | None:
    return next(
        (
            version.removeprefix(VERSION_PREFIX)
            for version, stages in versions.items()
            if "AWSCURRENT" in stages and version.startswith(VERSION_PREFIX)
        ),
        None,
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
