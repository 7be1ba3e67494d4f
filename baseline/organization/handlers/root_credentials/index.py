"""Root credentials: one account of the sweep, and the steps of a removal.

``handler`` looks; it is what the sweep calls for each account. ``root`` looks and removes, for the
state machine of the removal; ``step`` does what that machine cannot: plan, ask, match, report.
"""

from __future__ import annotations

import json
import logging
import os
from datetime import UTC, datetime
from typing import Any

import boto3
import root_calls
import root_plan
import root_state
from botocore.exceptions import ClientError
from root_calls import ThrottledError

logger = logging.getLogger()
logger.setLevel(logging.INFO)

RUNBOOK = "docs/runbooks/management-root.md"
Event = dict[str, Any]


def handler(event: Event, _context: object) -> Event:
    """Say which root credentials an account has, and whether its address is corporate."""
    account = event["account"]
    try:
        rows = [_credentials(account), _address(account["id"])]
    except ClientError as error:
        if root_calls.throttled(error):
            raise ThrottledError(str(error)) from error
        raise
    for row in rows:
        logger.info(json.dumps({"account": account["id"], **row}))
    findings = sum(row["state"] in {"finding", "would_change"} for row in rows)
    if findings:
        root_calls.measure("Findings", findings)
    found = any(row["state"] == "would_change" for row in rows)
    return {"account": account, "state": "would_change" if found else "ok", "rows": rows}


def _credentials(account: dict[str, Any]) -> dict[str, Any]:
    row = {"setting": "root-credentials"}
    if account["management"]:
        return {
            **row,
            "state": "manual",
            "detail": f"no session reaches the root user of this account; see {RUNBOOK}",
        }
    found = root_state.look(root_calls.root_session(account["id"], root_calls.LOOK))
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
    """Look at the root credentials of one account, or remove the approved ones."""
    try:
        return _look(event) if event["task"] == "look" else _remove(event)
    except ClientError as error:
        if root_calls.throttled(error):
            raise ThrottledError(str(error)) from error
        raise


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
    left = root_state.look(session)
    logger.info(json.dumps({"account": account, "removed": found.row(), "left": left.row()}))
    if left.exists:
        return {**result, "state": "failed", "detail": f"still there: {left.sentence()}"}
    if not found.exists:
        return {**result, "state": "ok", "detail": "gone already"}
    return {**result, "state": "changed", "detail": f"removed: {found.sentence()}"}


def step(event: Event, _context: object) -> Event:
    """Do one step of a removal."""
    return STEPS[event["step"]](event)


def _plan(event: Event) -> Event:
    given = event["input"]
    if "output" in given:  # a sweep has ended
        given = {"accounts": _of_sweep(given["output"], event["machine"]), "dry_run": False}
        if not given["accounts"]:
            return {"accounts": [], "dry_run": True}
    return root_plan.parse(
        given, management=os.environ["MANAGEMENT"], may_remove=os.environ["MODE"] == "remove"
    )


def _of_sweep(output: str, machine: str) -> list[str]:
    """Give the accounts with root credentials, unless they are being asked about already."""
    client = boto3.client("stepfunctions", config=root_calls.RETRIES)
    running = client.list_executions(stateMachineArn=machine, statusFilter="RUNNING", maxResults=2)
    if len(running["executions"]) > 1:
        logger.info("another execution waits for its approval; nothing to do")
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
    boto3.client("s3", config=root_calls.RETRIES).put_object(
        Bucket=os.environ["BUCKET"],
        Key=key,
        Body=json.dumps(report).encode(),
        ContentType="application/json",
    )
    root_calls.measure("FailedAccounts", failed)
    if end["asked"]:
        root_calls.publish(f"Removal of root credentials: {end['outcome']}", _told(report))
    logger.info(json.dumps(report))
    return {**report, "failed": failed, "report": {"bucket": os.environ["BUCKET"], "key": key}}


def _kept(candidate: Event) -> Event:
    return {
        "account": candidate["account"],
        "name": candidate["name"],
        "state": "would_change",
        "detail": candidate["sentence"],
    }


def _told(report: Event) -> str:
    by = f" by {report['approver']}" if report["approver"] else ""
    why = f": {report['cause']}" if report["cause"] else ""
    lines = [f"{row['account']} {row['name']}: {row['detail']}" for row in report["accounts"]]
    return "\n".join([f"Execution {report['run']} {report['outcome']}{by}{why}", *lines])


STEPS = {"plan": _plan, "select": _select, "ask": _ask, "match": _match, "report": _report}
