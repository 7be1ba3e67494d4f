"""Actors: who made a call, and whether a deployment of the baseline or AWS itself did."""

from __future__ import annotations

import os
from typing import Any

State = dict[str, Any]

QUALIFIER = "secbase"
"""Qualifier of the CDK bootstrap of the core accounts."""
CONTROL_TOWER = "AWSControlTowerExecution"


def actor(said: State) -> State:
    """Give who made a recorded call, from where and with what."""
    who = said.get("userIdentity", {})
    return {
        "type": who.get("type"),
        "arn": who.get("arn"),
        "account": who.get("accountId"),
        "access_key": who.get("accessKeyId"),
        "role": issuer(said),
        "user": who.get("userName"),
        "invoked_by": who.get("invokedBy"),
        "ip": said.get("sourceIPAddress"),
        "agent": said.get("userAgent"),
    }


def issuer(said: State) -> str | None:
    """Give the name of the role that issued the caller's session."""
    session = said.get("userIdentity", {}).get("sessionContext", {}).get("sessionIssuer", {})
    return str(session["userName"]) if session.get("userName") else None


def is_ours(said: State) -> bool:
    """Tell whether the baseline, its deployment or AWS itself made a call.

    The guardrails keep others from making or using roles of these names.
    """
    role, prefix = issuer(said) or "", os.environ["PREFIX"]
    own = (f"{prefix}-", f"cdk-{QUALIFIER}-", "stacksets-exec-", "AWSServiceRoleFor")
    service = said.get("userIdentity", {}).get("type") == "AWSService"
    return role.startswith(own) or role == CONTROL_TOWER or service


def in_words(who: State) -> str:
    """Say who it was."""
    name = who["arn"] or who["user"] or who["type"] or "somebody"
    place = f" from {who['ip']}" if who["ip"] else ""
    return f"{name}{place}"


def follow_up(who: State, account: str) -> str | None:
    """Name the playbook that contains the actor; None where there is none."""
    if who["role"]:
        return f"start compromised-role-session for role {who['role']} of account {account}"
    if who["type"] == "IAMUser" and who["access_key"]:
        return (
            f"start compromised-access-key for key {who['access_key']} of user {who['user']} in "
            f"account {account}"
        )
    if who["type"] == "Root":
        return f"root-use answers what the root user of account {account} did"
    return None
