"""Targets of the identity playbooks: the access key or the role that an event is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import findings
from findings import NotForUs

State = dict[str, Any]

EXPOSED = "AWS_RISK_CREDENTIALS_EXPOSED"
ACCESS_KEY = re.compile(r"A[KS]IA[A-Z0-9]{12,124}")
ROLE_TYPES = frozenset({"AssumedRole", "Role"})


def compromised_access_key(event: State) -> State:
    """Find the access key of an IAM user.

    Returns:
        ``kind``, ``id`` (of the key), ``user`` (None where the event does not name it),
        ``last_seen`` and ``others`` (what else the event is about, in words).
    """
    if event.get("source") == "aws.health":
        return _exposed(event)
    found = _guardduty(event, types={"IAMUser"})
    return {
        "kind": "access key",
        "id": findings.require(found["key"], "which access key"),
        "user": findings.require(found["name"], "which user"),
        "last_seen": found["last_seen"],
        "others": found["others"],
    }


def compromised_role_session(event: State) -> State:
    """Find the role whose session was used.

    Returns:
        ``kind``, ``id`` (name of the role), ``role_id``, ``session``, ``access_key``,
        ``instance`` (ID of the EC2 instance it was made for, if any), ``last_seen``, ``others``.
    """
    found = _guardduty(event, types=ROLE_TYPES)
    role_id, _, session = str(found["principal"] or "").partition(":")
    instance = findings.detail(event).get("resource", {}).get("instanceDetails", {})
    return {
        "kind": "role",
        "id": findings.require(found["name"], "which role"),
        "role_id": role_id or None,
        "session": session or None,
        "access_key": found["key"],
        "instance": instance.get("instanceId"),
        "last_seen": found["last_seen"],
        "others": found["others"],
    }


def _exposed(event: State) -> State:
    """Read what AWS Health tells: an access key that somebody published.

    Source: AWS Health User Guide, "AWS Health events Amazon EventBridge schema".
    """
    said = event.get("detail", {})
    if said.get("eventTypeCode") != EXPOSED or said.get("statusCode") == "closed":
        raise NotForUs("the event tells of no exposed access key")
    values = [str(each.get("entityValue")) for each in said.get("affectedEntities", [])]
    keys = [value for value in values if ACCESS_KEY.fullmatch(value)]
    return {
        "kind": "access key",
        "id": findings.require(keys, "which access key")[0],
        "user": None,
        "last_seen": None,
        "others": [f"access key {key}" for key in keys[1:]],
        # The administrator of Health gets the events of all accounts.
        "account": str(said.get("affectedAccount") or event["account"]),
    }


def _guardduty(event: State, *, types: frozenset[str] | set[str]) -> State:
    if findings.kind(event) != "guardduty":
        raise NotForUs("the event is no finding of GuardDuty")
    actors = list(_actors(findings.detail(event)))
    meant = [each for each in actors if each["type"] in types]
    if not meant:
        kinds = ", ".join(sorted({str(each["type"]) for each in actors})) or "nobody"
        raise NotForUs(f"it is about {kinds}, which another playbook answers")
    return {
        **meant[0],
        "last_seen": findings.detail(event).get("service", {}).get("eventLastSeen"),
        "others": [
            f"{each['type']} {each['name']}" for each in actors if each["name"] != meant[0]["name"]
        ],
    }


def _actors(finding: State) -> Iterator[State]:
    """Give who acted: one for a finding, several for a sequence of an attack.

    Source: Amazon GuardDuty API Reference, "AccessKeyDetails" and "Actor".
    """
    details = finding.get("resource", {}).get("accessKeyDetails", {})
    if details:
        yield {
            "type": details.get("userType"),
            "name": details.get("userName"),
            "key": details.get("accessKeyId"),
            "principal": details.get("principalId"),
        }
    sequence = finding.get("service", {}).get("detection", {}).get("sequence", {})
    for actor in sequence.get("actors", []):
        user = actor.get("user", {})
        yield {
            "type": user.get("type"),
            "name": _role_name(actor.get("session", {}).get("issuer")) or user.get("name"),
            "key": user.get("credentialUid"),
            "principal": user.get("uid"),
        }


def _role_name(issuer: object) -> str | None:
    """Give the role that issued a session, from its ARN."""
    arn = str(issuer or "")
    return arn.rpartition("/")[2] if ":role/" in arn else None
