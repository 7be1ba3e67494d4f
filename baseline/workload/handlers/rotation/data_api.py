"""Adapter of a user of an Aurora PostgreSQL cluster, through the RDS Data API: no driver and no network.

The administrator's secret sets the password. The new one is tried by signing in with it: the Data
API takes credentials from a secret only, so they lie in a secret of this function for the moment.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
from typing import Any

import boto3

LENGTH = 48
ITERATIONS = 4096
"""Of SCRAM-SHA-256, as PostgreSQL's own default (scram_iterations)."""

EMPTY = "{}"
USER = re.compile(r"[a-z_][a-z0-9_]{0,30}")


def create(_current: str | None, *, token: str) -> str:
    """Generate a password of letters and digits: nothing in it has a meaning in SQL."""
    del token
    found: str = boto3.client("secretsmanager").get_random_password(
        PasswordLength=LENGTH, ExcludePunctuation=True, RequireEachIncludedType=True
    )["RandomPassword"]
    return found


def apply(pending: str) -> None:
    """Give the user the new password, and make the user where there is none."""
    user, password = _credentials(pending)
    found = _execute(
        "SELECT 1 FROM pg_roles WHERE rolname = :name",
        parameters=[{"name": "name", "value": {"stringValue": user}}],
    )
    verb = "ALTER" if found.get("records") else "CREATE"
    # Not the password: what is executed can stand in the database's log.
    _execute(f'{verb} ROLE "{user}" WITH LOGIN PASSWORD {_literal(scram(password))}')


def check(pending: str) -> None:
    """Sign in with the new password."""
    user, password = _credentials(pending)
    probe, client = os.environ["PROBE_SECRET"], boto3.client("secretsmanager")
    document = json.dumps({"username": user, "password": password})
    try:
        client.put_secret_value(SecretId=probe, SecretString=document)
        _execute("SELECT 1", secret=probe)
    finally:
        # Twice: the version before the current one stays readable.
        for _ in range(2):
            client.put_secret_value(SecretId=probe, SecretString=EMPTY)


def scram(password: str, salt: bytes | None = None) -> str:
    """Give what PostgreSQL keeps of a password.

    Source: RFC 5803; PostgreSQL documentation, "pg_authid".
    """
    salt = salt or os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    shown = [base64.b64encode(each).decode() for each in (salt, stored, server)]
    return f"SCRAM-SHA-256${ITERATIONS}:{shown[0]}${shown[1]}:{shown[2]}"


def _literal(text: str) -> str:
    """Quote a text without a colon, after which the Data API would look for a parameter."""
    return "E'" + text.replace(":", "\\x3a") + "'"


def _credentials(pending: str) -> tuple[str, str]:
    document: dict[str, Any] = json.loads(pending)
    user, password = str(document["username"]), str(document["password"])
    if not USER.fullmatch(user):
        raise ValueError("the user's name is not made of small letters, digits and _")
    if not password.isascii() or not password.isalnum():
        raise ValueError("the new password is not made of letters and digits")
    return user, password


def _execute(sql: str, *, secret: str | None = None, **more: object) -> dict[str, Any]:
    answer: dict[str, Any] = boto3.client("rds-data").execute_statement(
        resourceArn=os.environ["CLUSTER"],
        secretArn=secret or os.environ["ADMINISTRATOR_SECRET"],
        database=os.environ["DATABASE"],
        sql=sql,
        **more,
    )
    return answer
