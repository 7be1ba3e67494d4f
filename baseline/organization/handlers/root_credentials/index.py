"""Root credentials: one account of the sweep, and the steps of a removal.

``handler`` looks; it is what the sweep calls for each account. ``root`` looks and removes, for the
state machine of the removal; ``step`` does what that machine cannot: plan, ask, match, report.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import root_calls
import root_plan
import root_state
from botocore.exceptions import BotoCoreError, ClientError
from root_calls import ThrottledError

logger = logging.getLogger()
logger.setLevel(logging.INFO)


class ReportError(Exception):
    """A removal could not be reported everywhere; what was done is in the function's log."""


RUNBOOK = "docs/runbooks/management-root.md"
BLOCKED = (
    "a service control policy denies everything here, to root sessions and to the root user alike"
)
MESSAGE_BYTES = 250_000
"""A message of SNS has at most 256 KiB."""

Event = dict[str, Any]


def handler(event: Event, _context: object) -> Event:
    """Say which root credentials an account has, and whether its address is corporate.

    What cannot be read is a row that says so; the other row is not lost with it.
    """
    account = event["account"]
    rows = [
        _row("root-credentials", lambda: _credentials(account)),
        _row("root-email", lambda: _address(account["id"])),
    ]
    findings = sum(row["state"] in {"finding", "would_change"} for row in rows)
    if findings:
        try:
            root_calls.measure("Findings", findings)
        except (BotoCoreError, ClientError) as error:
            rows.append(_failed("metric", error))
    for row in rows:
        logger.info(json.dumps({"account": account["id"], **row}))
    found = {row["state"] for row in rows}
    state = next((state for state in ("failed", "would_change") if state in found), "ok")
    return {"account": account, "state": state, "rows": rows}


def _row(setting: str, read: Callable[[], Event]) -> Event:
    try:
        return read()
    except (BotoCoreError, ClientError) as error:
        if root_calls.throttled(error):
            raise ThrottledError(str(error)) from error
        return _failed(setting, error)


def _failed(setting: str, error: Exception) -> Event:
    return {"setting": setting, "state": "failed", "detail": root_calls.said(error)}


def _credentials(account: dict[str, Any]) -> dict[str, Any]:
    row = {"setting": "root-credentials"}
    if account["management"]:
        return {
            **row,
            "state": "manual",
            "detail": f"no session reaches the root user of this account; see {RUNBOOK}",
        }
    try:
        found = root_state.look(root_calls.root_session(account["id"], root_calls.LOOK))
    except ClientError as error:
        if root_calls.by_guardrail(error):
            return {**row, "state": "blocked", "detail": BLOCKED}
        raise
    state = "would_change" if found.exists else "ok"
    counts = {name: len(ids) if name != "password" else ids for name, ids in found.row().items()}
    return {**row, "state": state, "detail": found.sentence(), **counts}


def _address(account: str) -> dict[str, Any]:
    email = root_calls.describe(account)["Email"]
    row = {"setting": "root-email", "email": email}
    if _is_corporate(email):
        return {**row, "state": "ok"}
    return {
        **row,
        "state": "finding",
        "detail": f"not in email_domains [{os.environ['EMAIL_DOMAINS'].replace(',', ', ')}]; whoever "
        "reads this mailbox can take the account over",
    }


def _is_corporate(email: str) -> bool:
    domain = email.rpartition("@")[2].lower()
    known = os.environ["EMAIL_DOMAINS"].lower().split(",")
    return any(domain == own or domain.endswith(f".{own}") for own in known)


def root(event: Event, _context: object) -> Event:
    """Look at the root credentials of one account, or remove the approved ones.

    What AWS refuses is a result, so that a hundred of them fit into the state of the execution.
    """
    try:
        return _look(event) if event["task"] == "look" else _remove(event)
    except (BotoCoreError, ClientError) as error:
        if root_calls.throttled(error):
            raise ThrottledError(str(error)) from error
        logger.exception("%s failed", event["task"])
        given = event["account"]
        known = {"account": given, "name": ""} if isinstance(given, str) else given
        return {
            "account": known["account"],
            "name": known["name"],
            "state": "failed",
            "detail": root_calls.said(error),
        }


def _look(event: Event) -> Event:
    account = event["account"]
    described = root_calls.describe(account)
    found = root_state.look(root_calls.root_session(account, root_calls.LOOK))
    return {
        "account": account,
        "name": described.get("Name", ""),
        "email": described["Email"],
        "exists": found.exists,
        "found": found.row(),
        "sentence": found.sentence(),
    }


def _remove(event: Event) -> Event:
    """Remove what was approved, if it is still what is there; then look again."""
    approved = event["account"]
    account = approved["account"]
    result = {"account": account, "name": approved["name"]}
    session = root_calls.root_session(account, root_calls.REMOVE)
    found = root_state.look(session)
    if root_state.beyond(found, approved["found"]):
        detail = f"there is more than was approved ({found.sentence()}); nothing was removed"
        return {**result, "state": "failed", "detail": detail}
    root_state.remove(session, found)
    left = root_state.left(session)
    logger.info(json.dumps({"account": account, "removed": found.row(), "left": left.row()}))
    if left.exists:
        return {**result, "state": "failed", "detail": f"still there: {left.sentence()}"}
    # An earlier attempt of this run may have been broken off after it removed some.
    gone = root_state.missing(found, approved["found"])
    before = f"gone already: {gone.sentence()}" if gone.exists else ""
    if not found.exists:
        return {**result, "state": "ok", "detail": before or "gone already"}
    said = [f"removed: {found.sentence()}", *([before] if before else [])]
    return {**result, "state": "changed", "detail": "; ".join(said)}


def step(event: Event, _context: object) -> Event:
    """Do one step of a removal."""
    try:
        return STEPS[event["step"]](event)
    except ClientError as error:
        if root_calls.throttled(error):
            raise ThrottledError(str(error)) from error
        raise


def _plan(event: Event) -> Event:
    given = event["input"]
    if "output" in given:  # a sweep has ended
        given = {"accounts": _of_sweep(given["output"], event), "dry_run": False}
        if not given["accounts"]:
            return {"accounts": [], "dry_run": True}
    return root_plan.parse(
        given, management=os.environ["MANAGEMENT"], may_remove=os.environ["MODE"] == "remove"
    )


def _of_sweep(output: str, event: Event) -> list[str]:
    """Give the accounts with root credentials, unless they are being asked about already.

    The event of a sweep's end may start two executions: the older one asks.
    """
    pages = boto3.client("stepfunctions", config=root_calls.RETRIES).get_paginator(
        "list_executions"
    )
    running = [
        each
        for page in pages.paginate(stateMachineArn=event["machine"], statusFilter="RUNNING")
        for each in page["executions"]
    ]
    first = min(running, key=lambda each: (each["startDate"], each["name"]), default=None)
    if first is not None and first["name"] != event["run"]:
        logger.info("execution %s waits for its approval; nothing to do", first["name"])
        return []
    place = json.loads(output)["report"]
    found = boto3.client("s3", config=root_calls.RETRIES).get_object(
        Bucket=place["bucket"], Key=place["key"]
    )
    return root_plan.candidates_of_report(json.loads(found["Body"].read()))


def _select(event: Event) -> Event:
    """Divide what was looked at: candidates, accounts without credentials, failures."""
    looked = event["looked"]
    return {
        "candidates": [each for each in looked if each.get("exists")],
        "results": [
            {
                "account": each["account"],
                "name": each.get("name", ""),
                "state": each.get("state", "ok"),
                "detail": each.get("detail") or each["sentence"],
            }
            for each in looked
            if not each.get("exists")
        ],
    }


def _ask(event: Event) -> Event:
    """Ask for an approval; the token stays out of the log."""
    message = root_plan.question(
        event["candidates"],
        token=event["token"],
        region=os.environ["AWS_REGION"],
        execution=event["run"],
        hours=os.environ["APPROVAL_HOURS"],
    )
    root_calls.publish("Approval wanted: removal of root credentials", message)
    logger.info("asked about %d accounts", len(event["candidates"]))
    return {}


def _match(event: Event) -> Event:
    return root_plan.approved(event["answer"], event["candidates"])


def _report(event: Event) -> Event:
    """Write the report, count the failures, and tell people when something was asked of them."""
    end = event["end"]
    results = [*event["results"], *end["removed"]]
    done = {result["account"] for result in results}
    results += [_kept(each) for each in event["candidates"] if each["account"] not in done]
    failed = sum(result["state"] == "failed" for result in results)
    report = {
        "sweep": os.environ["SWEEP"],
        "run": event["run"],
        "ended": datetime.now(UTC).isoformat(),
        **{key: value for key, value in end.items() if key != "removed"},
        "accounts": sorted(results, key=lambda result: str(result["account"])),
    }
    key = f"reports/{report['ended'][:10]}/{event['run']}.json"
    problems: list[str] = []
    for said, action in _places(report, key, failed, problems):
        try:
            action()
        except (BotoCoreError, ClientError) as error:
            logger.exception("%s", said)
            problems.append(f"{said}: {root_calls.said(error)}")
    logger.info(json.dumps(report))
    if problems:
        raise ReportError("; ".join(problems))
    return {**report, "failed": failed, "report": {"bucket": os.environ["BUCKET"], "key": key}}


def _places(
    report: Event, key: str, failed: int, problems: list[str]
) -> list[tuple[str, Callable[[], object]]]:
    """Give where a removal is reported; people come last, and hear of the places that failed."""
    places: list[tuple[str, Callable[[], object]]] = [
        ("the report was not written", lambda: _write(report, key)),
        ("failures were not counted", lambda: root_calls.measure("FailedAccounts", failed)),
    ]
    if report["asked"]:
        subject = f"Removal of root credentials: {report['outcome']}"
        places.append(
            ("nobody was told", lambda: root_calls.publish(subject, _told(report, problems)))
        )
    return places


def _write(report: Event, key: str) -> None:
    boto3.client("s3", config=root_calls.RETRIES).put_object(
        Bucket=os.environ["BUCKET"],
        Key=key,
        Body=json.dumps(report).encode(),
        ContentType="application/json",
    )


def _kept(candidate: Event) -> Event:
    return {
        "account": candidate["account"],
        "name": candidate["name"],
        "state": "would_change",
        "detail": candidate["sentence"],
    }


def _told(report: Event, problems: list[str]) -> str:
    by = f" by {report['approver']}" if report["approver"] else ""
    why = f": {report['cause']}" if report["cause"] else ""
    lines = [f"{row['account']} {row['name']}: {row['detail']}" for row in report["accounts"]]
    lines += [f"Problem: {problem}" for problem in problems]
    text = "\n".join([f"Execution {report['run']} {report['outcome']}{by}{why}", *lines])
    return text.encode()[:MESSAGE_BYTES].decode(errors="ignore")


STEPS = {"plan": _plan, "select": _select, "ask": _ask, "match": _match, "report": _report}
