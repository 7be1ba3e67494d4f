"""Rotate a generated secret: a value that only its readers know, in four steps.

Secrets Manager calls with ``{"SecretId", "ClientRequestToken", "Step"}``. Every step may come
twice, and later than the next: each looks first and does what is missing. No value is logged.
"""

from __future__ import annotations

import json
import os
from typing import Any

import boto3

CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"

Client = Any  # boto3 clients have no published type


class RotationError(Exception):
    """The rotation cannot go on; the message names the secret and the step, never a value."""


def handler(event: dict[str, Any], _context: object) -> None:
    """Do one step of a rotation."""
    secret, token, step = event["SecretId"], event["ClientRequestToken"], event["Step"]
    steps = {
        "createSecret": create,
        "setSecret": nothing_to_set,
        "testSecret": check,
        "finishSecret": finish,
    }
    if step not in steps:
        raise RotationError(f"{secret}: unknown step {step!r}; known: {', '.join(steps)}")
    client = boto3.client("secretsmanager")
    stages = _stages(client, secret, token)
    # The version is in use already: an event that came late or twice.
    if CURRENT in stages:
        return
    if PENDING not in stages:
        raise RotationError(f"{secret}: version {token} is not {PENDING}; start a new rotation")
    steps[step](client, secret, token)


def create(client: Client, secret: str, token: str) -> None:
    """Generate the new value, unless this version has one."""
    if _value(client, secret, token, PENDING) is not None:
        return
    current = _value(client, secret, None, CURRENT)
    client.put_secret_value(
        SecretId=secret,
        ClientRequestToken=token,
        SecretString=renewed(current, _random(client)),
        VersionStages=[PENDING],
    )


def nothing_to_set(_client: Client, _secret: str, _token: str) -> None:
    """Do nothing: no other system keeps a copy of a generated value."""


def check(client: Client, secret: str, token: str) -> None:
    """Refuse a new value that is empty, short, of another shape, or the old one."""
    pending = _value(client, secret, token, PENDING)
    if pending is None:
        raise RotationError(f"{secret}: version {token} has no value to test")
    current = _value(client, secret, None, CURRENT)
    new, old = part(pending), part(current) if current is not None else None
    if len(new) < int(os.environ["LENGTH"]):
        raise RotationError(f"{secret}: the new value is shorter than {os.environ['LENGTH']}")
    if new == old:
        raise RotationError(f"{secret}: the new value is the old one")


def finish(client: Client, secret: str, token: str) -> None:
    """Make the new version the current one."""
    versions = client.describe_secret(SecretId=secret)["VersionIdsToStages"]
    current = next((each for each, stages in versions.items() if CURRENT in stages), None)
    moved = {"RemoveFromVersionId": current} if current else {}
    client.update_secret_version_stage(
        SecretId=secret, VersionStage=CURRENT, MoveToVersionId=token, **moved
    )


def renewed(current: str | None, value: str) -> str:
    """Give the new secret: the same document with another value, or the value alone."""
    field = os.environ.get("FIELD")
    if not field:
        return value
    document = json.loads(current) if current else {}
    return json.dumps({**document, field: value})


def part(text: str) -> str:
    """Give the rotated part of a secret."""
    field = os.environ.get("FIELD")
    return str(json.loads(text).get(field, "")) if field else text


def _stages(client: Client, secret: str, token: str) -> list[str]:
    described = client.describe_secret(SecretId=secret)
    if not described.get("RotationEnabled"):
        raise RotationError(f"{secret}: rotation is not enabled")
    versions = described.get("VersionIdsToStages", {})
    if token not in versions:
        raise RotationError(f"{secret}: there is no version {token}; start a new rotation")
    found: list[str] = versions[token]
    return found


def _value(client: Client, secret: str, token: str | None, stage: str) -> str | None:
    named = {"VersionId": token} if token else {}
    try:
        found: str = client.get_secret_value(SecretId=secret, VersionStage=stage, **named)[
            "SecretString"
        ]
    except client.exceptions.ResourceNotFoundException:
        return None
    return found


def _random(client: Client) -> str:
    found: str = client.get_random_password(
        PasswordLength=int(os.environ["LENGTH"]),
        ExcludeCharacters=os.environ.get("EXCLUDE", ""),
        RequireEachIncludedType=True,
    )["RandomPassword"]
    return found
