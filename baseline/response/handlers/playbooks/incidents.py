"""Opening an incident: what it is about, whether somebody deals with it already, and its ticket."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import clients
import custody
import findings
import sizes
import tickets
from botocore.exceptions import BotoCoreError, ClientError

logger = logging.getLogger(__name__)

State = dict[str, Any]
Find = Callable[[State], State]
"""Gives what an event is about, or raises :class:`findings.NotForUs`: ``kind`` and ``id`` of the
resource, what its steps need, and ``account`` and ``region`` where the event's own are not meant."""

TAKEN = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})


def open_incident(event: State, *, find: Find) -> State:
    """Open an incident, or tell that there is nothing to open.

    Evidence or a ticket that cannot be written does not hold up the containment.

    Args:
        event: the operation, with ``playbook``, ``event``, ``execution`` and ``started``.
        find: what the playbook looks for in an event.

    Returns:
        The state: ``proceed``, ``reason``, ``incident``, ``results`` and ``approvals``.
    """
    source = event["event"]
    try:
        incident = _by_hand(event) if "by_hand" in source else _from_event(event, find)
    except findings.NotForUs as reason:
        logger.info("no incident: %s", reason)
        return {"proceed": False, "reason": str(reason)}
    if "by_hand" not in source and _is_taken(incident, source, event["execution"]):
        return {"proceed": False, "reason": "another execution answers this event"}
    problems: list[str] = []
    evidence: list[State] = []
    if not incident["dry_run"]:
        try:
            evidence.append(custody.keep(incident, event["execution"], "event.json", source))
        except (BotoCoreError, ClientError) as error:
            problems.append(f"the event could not be kept: {error}")
        try:
            incident["ticket"] = tickets.open_ticket(incident, event["execution"])
        except (BotoCoreError, ClientError) as error:
            problems.append(f"no ticket: {error}")
    return {
        "proceed": True,
        "reason": None,
        "incident": incident,
        "opened": {"problems": problems, "evidence": evidence},
        "results": {},
        "approvals": {},
    }


def _from_event(event: State, find: Find) -> State:
    source = findings.record(event["event"])
    target = find(source)
    account, region = findings.place(source)
    said = findings.summary(source)
    # A sample names what does not exist: it shows what would be done, and wakes nobody.
    return _incident(
        event,
        account=target.pop("account", account),
        region=target.pop("region", region),
        target=target,
        finding=said,
        dry_run=said["sample"],
    )


def _by_hand(event: State) -> State:
    """Take what a person started: account, Region, target and why."""
    asked = event["event"]["by_hand"]
    missing = [key for key in ("account", "region", "target", "reason") if not asked.get(key)]
    if missing:
        raise findings.NotForUs(f"by_hand does not say {', '.join(missing)}")
    return _incident(
        event,
        account=asked["account"],
        region=asked["region"],
        target=dict(asked["target"]),
        finding={
            "id": event["execution"],
            "type": "by hand",
            "title": asked["reason"],
            "sample": False,
            "detected": event["started"],
            "updated": "",
        },
        dry_run=bool(asked.get("dry_run", False)),
    )


def _incident(
    event: State, *, account: str, region: str, target: State, finding: State, dry_run: bool
) -> State:
    settings = json.loads(os.environ["PLAYBOOKS"])[event["playbook"]]
    about = f"{event['playbook']}|{account}|{region}|{target['kind']}|{target['id']}"
    digest = hashlib.sha256(about.encode()).hexdigest()[:12]
    incident = {
        "id": f"{event['playbook']}-{digest}",
        "playbook": event["playbook"],
        "title": settings["title"],
        "severity": settings["severity"],
        "account": account,
        "region": region,
        "partition": os.environ["PARTITION"],
        "finding": sizes.shortened(finding),
        "detected": finding["detected"],
        "mode": settings["mode"],
        "dry_run": dry_run or settings["mode"] == "dry_run",
        "target": sizes.shortened(target),
        "ticket": None,
    }
    sizes.check(incident)
    return incident


def _is_taken(incident: State, source: State, execution: str) -> bool:
    """Claim the event; another execution may have it, because EventBridge delivers more than once.

    GuardDuty and Security Hub repeat a finding when it changes: it is looked at again, at most once
    an hour. Where the claim cannot be written, the incident is opened: twice is better than never.
    """
    said = incident["finding"]
    # A finding keeps its ID when it is updated; the hour makes the next look another claim.
    text = f"{incident['id']}|{said['id']}|{str(said['updated'])[:13]}|{incident['dry_run']}"
    key = f"incidents/claims/{hashlib.sha256(text.encode()).hexdigest()}"
    bucket, s3 = os.environ["EVIDENCE_BUCKET"], clients.own("s3")
    claim = {"execution": execution, "at": datetime.now(UTC).isoformat(timespec="seconds")}
    try:
        s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(claim).encode(), IfNoneMatch="*")
    except (BotoCoreError, ClientError) as error:
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
        if code not in TAKEN:
            logger.warning("the event is not claimed: %s", error)
            return False
    else:
        return False
    try:
        found = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    except (BotoCoreError, ClientError, ValueError) as error:
        logger.warning("the claim cannot be read: %s", error)
        return False
    logger.info("event %s is claimed by %s", source.get("id"), found.get("execution"))
    return bool(found.get("execution") != execution)
