"""Targets of the protection playbooks: the root user, and what records and watches an account."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import findings
import protection_actors as actors
from findings import NotForUs

State = dict[str, Any]

FLOW_LOG = re.compile(r"fl-[0-9a-f]+")
ACCOUNT = re.compile(r"\d{12}")
AUDIT = "IAMAuditRootUserCredentials"
"""The task of a root session that only looks."""


def root_use(event: State) -> State:
    """Find the account whose root user was used, or was made usable.

    Returns:
        ``kind``, ``id`` (of the account), ``account``, ``how`` and ``actor``.
    """
    said = findings.detail(event)
    if findings.kind(event) == "guardduty":
        return _found_root(said)
    if findings.kind(event) not in {"call", "sign_in"}:
        raise NotForUs("the event is no call, no sign-in and no finding of GuardDuty")
    if said.get("eventName") == "AssumeRoot":
        return _root_session(said)
    who = said.get("userIdentity", {})
    if who.get("type") != "Root":
        raise NotForUs("somebody else than the root user did it")
    if who.get("invokedBy"):
        raise NotForUs("AWS did it in the name of the root user")
    if who.get("sessionContext", {}).get("assumedRoot") == "true":
        raise NotForUs("it was a session of central root access, whose opening is answered")
    if said.get("responseElements", {}).get("ConsoleLogin") == "Failure":
        raise NotForUs("nobody got in: the sign-in failed")
    account = str(who.get("accountId") or findings.place(event)[0])
    return _root(account, how=str(said.get("eventName")), actor=actors.actor(said))


def trail_tampering(event: State) -> State:
    """Find what was switched off or weakened, and who did it.

    Returns:
        ``kind`` (``trail``, ``detector``, ``recorder``, ``hub``, ``flow log``, ``log bucket``),
        ``id``, ``call``, ``requested`` (the call's parameters) and ``actor``.
    """
    said = findings.detail(event)
    if findings.kind(event) != "call":
        raise NotForUs("the event is no call")
    if said.get("errorCode"):
        raise NotForUs("the call was refused")
    if actors.is_ours(said):
        raise NotForUs("a deployment of the baseline, or AWS itself, made the call")
    find = PROTECTIONS.get(str(said.get("eventSource")))
    if find is None:
        raise NotForUs(f"{said.get('eventSource')} protects nothing")
    requested: State = said.get("requestParameters", {})
    kind, named = find(requested)
    return {
        "kind": kind,
        "id": str(findings.require(named, f"which {kind}")),
        "call": str(said["eventName"]),
        "requested": requested,
        "actor": actors.actor(said),
    }


def _found_root(said: State) -> State:
    details = said.get("resource", {}).get("accessKeyDetails", {})
    if details.get("userType") != "Root":
        raise NotForUs("the finding is not about the root user")
    remote = said.get("service", {}).get("action", {}).get("awsApiCallAction", {})
    who = {
        **actors.actor({"userIdentity": {"type": "Root"}}),
        "access_key": details.get("accessKeyId"),
        "ip": remote.get("remoteIpDetails", {}).get("ipAddressV4"),
    }
    return _root(str(said["accountId"]), how=str(remote.get("api") or said["type"]), actor=who)


def _root_session(said: State) -> State:
    """Read a session of central root access, unless the baseline's own removal opened it."""
    if said.get("errorCode"):
        raise NotForUs("the root session was refused")
    if actors.is_ours(said):
        raise NotForUs("the removal of root credentials opened the session")
    requested = said.get("requestParameters", {})
    if str(requested.get("taskPolicyArn", {}).get("arn", "")).endswith(AUDIT):
        raise NotForUs("the session only looks")
    found = ACCOUNT.search(str(requested.get("targetPrincipal", "")))
    account = findings.require(found, "which account").group()
    return _root(account, how="AssumeRoot", actor=actors.actor(said))


def _root(account: str, *, how: str, actor: State) -> State:
    return {"kind": "root user", "id": account, "account": account, "how": how, "actor": actor}


def _trail(requested: State) -> tuple[str, object]:
    return "trail", requested.get("name") or requested.get("trailName")


def _detector(requested: State) -> tuple[str, object]:
    return "detector", requested.get("detectorId")


def _recorder(requested: State) -> tuple[str, object]:
    named = requested.get("configurationRecorderName") or requested.get("deliveryChannelName")
    return "recorder", named


def _hub(_: State) -> tuple[str, object]:
    return "hub", "default"


def _flow_log(requested: State) -> tuple[str, object]:
    """Find the flow logs, however the request is nested."""
    found = sorted(set(_texts(requested, FLOW_LOG)))
    return "flow log", ", ".join(found)


def _log_bucket(requested: State) -> tuple[str, object]:
    name = str(requested.get("bucketName") or "")
    if not name.startswith(f"{os.environ['PREFIX']}-"):
        raise NotForUs("the bucket holds no logs of the baseline")
    return "log bucket", name


def _texts(value: object, form: re.Pattern[str]) -> Iterator[str]:
    if isinstance(value, str) and form.fullmatch(value):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each, form)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, form)


PROTECTIONS: Mapping[str, Callable[[State], tuple[str, object]]] = {
    "cloudtrail.amazonaws.com": _trail,
    "config.amazonaws.com": _recorder,
    "ec2.amazonaws.com": _flow_log,
    "guardduty.amazonaws.com": _detector,
    "s3.amazonaws.com": _log_bucket,
    "securityhub.amazonaws.com": _hub,
}
