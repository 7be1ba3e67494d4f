"""Rotate a secret in four steps: make a value, set it where it is used, try it, put it into use.

Secrets Manager calls with ``{"SecretId", "ClientRequestToken", "Step"}``. Every step may come
twice, and later than the next: each looks first and does what is missing. No value is logged.

What the steps do to another system is an adapter: a module with ``create``, and with ``apply``,
``check`` and ``revoke`` where there is something to do. ``generated`` and ``data_api`` come with
this function; ``adapter`` is a team's own.
"""

from __future__ import annotations

import importlib
import json
import os
from types import ModuleType
from typing import Any

import boto3
import data_api
import generated

CURRENT, PENDING, PREVIOUS = "AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"
OWN = "adapter"

Client = Any  # boto3 clients have no published type


class RotationError(Exception):
    """The rotation cannot go on; the message names the secret and the step, never a value."""


def handler(event: dict[str, Any], _context: object) -> None:
    """Do one step of a rotation."""
    secret, token, step = event["SecretId"], event["ClientRequestToken"], event["Step"]
    steps = {
        "createSecret": create,
        "setSecret": apply,
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
    """Make the new value, unless this version has one."""
    if _value(client, secret, token, PENDING) is not None:
        return
    current = _value(client, secret, None, CURRENT)
    # The token is the same when the step is repeated: an adapter can find what it made before.
    old = part(current) if current is not None else None
    made = _called(secret, "create", old, token=token)
    if not isinstance(made, str) or not made:
        raise RotationError(f"{secret}: the adapter made no value")
    client.put_secret_value(
        SecretId=secret,
        ClientRequestToken=token,
        SecretString=renewed(current, made),
        VersionStages=[PENDING],
    )


def apply(client: Client, secret: str, token: str) -> None:
    """Set the new value in the system that checks it."""
    _called(secret, "apply", _pending(client, secret, token))


def check(client: Client, secret: str, token: str) -> None:
    """Refuse a new value that is the old one, of another shape, or not accepted."""
    pending = _pending(client, secret, token)
    current = _value(client, secret, None, CURRENT)
    if current is not None and part(pending) == part(current):
        raise RotationError(f"{secret}: the new value is the old one")
    _called(secret, "check", pending)


def finish(client: Client, secret: str, token: str) -> None:
    """End the value before the last one, then make the new version the current one.

    The last one stays good until the next rotation: readers may hold it.
    """
    _pending(client, secret, token)
    previous = _value(client, secret, None, PREVIOUS)
    if previous is not None:
        _called(secret, "revoke", part(previous))
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


def _adapter() -> ModuleType:
    known = {"generated": generated, "data_api": data_api}
    name = os.environ.get("ADAPTER", "generated")
    return known.get(name) or importlib.import_module(OWN)


def _called(secret: str, name: str, value: str | None, **more: str) -> object:
    """Call a part of the adapter; what it raises must not carry the value into a log."""
    function = getattr(_adapter(), name, None)
    if function is None:
        return None
    try:
        return function(value, **more)
    except Exception as error:  # noqa: BLE001 - whatever an adapter raises can hold the value
        message = str(error)
        held = [value or "", part(value or "{}") if name in ("apply", "check") and value else ""]
        for text in filter(None, held):
            message = message.replace(text, "***")
        raise RotationError(f"{secret}: {name} failed: {type(error).__name__}: {message}") from None


def _stages(client: Client, secret: str, token: str) -> list[str]:
    described = client.describe_secret(SecretId=secret)
    if not described.get("RotationEnabled"):
        raise RotationError(f"{secret}: rotation is not enabled")
    versions = described.get("VersionIdsToStages", {})
    if token not in versions:
        raise RotationError(f"{secret}: there is no version {token}; start a new rotation")
    found: list[str] = versions[token]
    return found


def _pending(client: Client, secret: str, token: str) -> str:
    found = _value(client, secret, token, PENDING)
    if found is None:
        raise RotationError(f"{secret}: version {token} has no value to test, set or finish")
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
