"""Clients: of the security account with the function's own role, of others with the responder's."""

from __future__ import annotations

import os
import re
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

RETRIES = Config(retries={"mode": "standard", "max_attempts": 6})
SESSION = re.compile(r"[^\w+=,.@-]")

Client = Any  # boto3 clients have no published type


@cache
def own(service: str) -> Client:
    """Give a client of the security account and home Region."""
    return boto3.client(service, config=RETRIES)


def credentials(account: str, *, incident: str) -> dict[str, str]:
    """Assume the responder's role in an account; its CloudTrail names the incident.

    Args:
        account: ID of the affected account.
        incident: ID of the incident.

    Returns:
        The credentials, as arguments of a client.
    """
    role = f"arn:{os.environ['PARTITION']}:iam::{account}:role/{os.environ['RESPONDER_ROLE']}"
    return assumed(role, incident=incident)


def assumed(role: str, *, incident: str) -> dict[str, str]:
    """Assume a role; its CloudTrail names the incident.

    Args:
        role: ARN of the role.
        incident: ID of the incident.

    Returns:
        The credentials, as arguments of a client.
    """
    name = SESSION.sub("-", incident)[:64]
    found = own("sts").assume_role(RoleArn=role, RoleSessionName=name)["Credentials"]
    return {
        "aws_access_key_id": found["AccessKeyId"],
        "aws_secret_access_key": found["SecretAccessKey"],
        "aws_session_token": found["SessionToken"],
    }


def foreign(service: str, *, region: str, credentials: dict[str, str]) -> Client:
    """Give a client of another account.

    It comes from the default session, which has read the service's model already.
    """
    return boto3.client(service, region_name=region, config=RETRIES, **credentials)
