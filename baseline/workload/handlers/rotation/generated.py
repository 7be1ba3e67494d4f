"""Adapter of a value of which no other system keeps a copy: random, and long enough."""

from __future__ import annotations

import json
import os

import boto3


def create(_current: str | None, *, token: str) -> str:
    """Generate a value; the token of the rotation does not matter, since nothing else is made."""
    del token
    found: str = boto3.client("secretsmanager").get_random_password(
        PasswordLength=int(os.environ["LENGTH"]),
        ExcludeCharacters=os.environ.get("EXCLUDE", ""),
        RequireEachIncludedType=True,
    )["RandomPassword"]
    return found


def check(pending: str) -> None:
    """Refuse a value that somebody made shorter than it was asked for."""
    field = os.environ.get("FIELD")
    value = str(json.loads(pending).get(field, "")) if field else pending
    if len(value) < int(os.environ["LENGTH"]):
        raise ValueError(f"the new value is shorter than {os.environ['LENGTH']}")
