"""Gives the groups of the configuration their permission sets in one account of a unit.

Called by an AccountSweep for each account. Reads first, changes only what differs, and takes away
only what it made itself and only when it is told to.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import assignment_plan
import boto3
from assignment_calls import (
    RETRIES,
    THROTTLED,
    Center,
    FailedError,
    Ledger,
    ThrottledError,
    Tree,
    UnfinishedError,
    code_of,
)
from assignment_plan import Assignment, Entry
from botocore.exceptions import BotoCoreError, ClientError

logger = logging.getLogger()
logger.setLevel(logging.INFO)

# Worst first: the account is as bad as its worst row.
STATES = ("failed", "in_progress", "would_change", "changed")

Row = dict[str, str]

__all__ = ["ThrottledError", "handler"]


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - of Lambda
    """Bring one account to what the configuration asks for; give what was done."""
    account = event["account"]
    try:
        rows = _rows(event, context)
    except ClientError as error:
        if code_of(error) in THROTTLED:
            raise ThrottledError(str(error)) from error
        raise
    found = {row["state"] for row in rows}
    state = next((state for state in STATES if state in found), "ok")
    logger.info("account %s: %s, %d rows", account["id"], state, len(rows))
    return {"account": account, "state": state, "rows": rows}


def _rows(event: dict[str, Any], context: Any) -> list[Row]:  # noqa: ANN401 - of Lambda
    account = event["account"]["id"]
    if event["account"].get("management"):
        return []  # it has permission sets of its own, which nobody else may change
    entries = _entries(os.environ["PARAMETERS"], event["run"])
    ledger = Ledger(os.environ["TABLE"])
    center = Center(os.environ["INSTANCE"], context.get_remaining_time_in_millis)
    wanted = assignment_plan.wanted(entries, account, Tree().chain(account))
    made = ledger.made(account)
    plan = assignment_plan.plan(
        wanted=wanted,
        found=center.found(account, {each.permission_set for each in wanted | made}),
        made=made,
        remove=os.environ["REMOVE"] == "true",
    )
    titles = {entry.assignment: entry.title for entry in entries}
    dry_run = bool(event["dry_run"])

    def create(assignment: Assignment) -> None:
        ledger.note(account, assignment, event["run"])
        center.create(account, assignment)

    def remove(assignment: Assignment) -> None:
        center.delete(account, assignment)
        ledger.forget(account, assignment)

    def forget(assignment: Assignment) -> None:
        ledger.forget(account, assignment)

    rows = [_row(titles, each, "assign", create, dry_run=dry_run) for each in plan.create]
    rows += [_row(titles, each, "remove", remove, dry_run=dry_run) for each in plan.remove]
    rows += [
        {
            "setting": _title(titles, each),
            "state": "ok",
            "detail": "asked for no more; kept, because remove_assignments is false",
        }
        for each in plan.keep
    ]
    if not dry_run:
        forgotten = [_row(titles, each, "forget", forget, dry_run=False) for each in plan.forget]
        # That a record went with its assignment is no news.
        rows += [row for row in forgotten if row["state"] != "changed"]
    return rows


def _row(
    titles: dict[Assignment, str],
    assignment: Assignment,
    verb: str,
    change: Callable[[Assignment], None],
    *,
    dry_run: bool,
) -> Row:
    row = {"setting": _title(titles, assignment), "detail": verb}
    if dry_run:
        return row | {"state": "would_change"}
    try:
        change(assignment)
    except UnfinishedError as error:
        row |= {"state": "in_progress", "detail": f"{verb}: {error}"}
    except (BotoCoreError, ClientError, FailedError) as error:
        row |= {"state": "failed", "detail": f"{verb}: {error}"}
    else:
        row |= {"state": "changed"}
    # At once: what is throttled or killed later has said what it changed.
    logger.info("%s: %s, %s", row["setting"], row["state"], row["detail"])
    return row


def _title(titles: dict[Assignment, str], assignment: Assignment) -> str:
    return titles.get(assignment, f"{assignment.permission_set} for {assignment.group}")


@lru_cache(maxsize=1)
def _entries(path: str, _run: str) -> list[Entry]:
    """Read the configuration's assignments, once in a run: a warm function outlives deployments."""
    client = boto3.client("ssm", config=RETRIES)
    pages = client.get_paginator("get_parameters_by_path").paginate(Path=path, Recursive=False)
    return assignment_plan.parse(
        parameter["Value"] for page in pages for parameter in page["Parameters"]
    )
