"""Revocation: sessions that were issued before a moment may do nothing any more.

What is issued later is not touched, so that the second look at an incident changes nothing, and a
session that was used after the first look is revoked as well.

Source: IAM User Guide, "Revoke IAM role temporary security credentials".
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError
from calls import Call

State = dict[str, Any]

ISSUED = "aws:TokenIssueTime"
FORM = "%Y-%m-%dT%H:%M:%SZ"
GONE = "NoSuchEntity"


def policy_name() -> str:
    """Give the name of the inline policy, the same for users and roles."""
    return f"{os.environ['PREFIX']}-sessions-revoked"


def policy(until: datetime) -> str:
    """Give the policy that denies everything to sessions issued before ``until``."""
    statement = {
        "Sid": "RevokeOlderSessions",
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {"DateLessThan": {ISSUED: until.strftime(FORM)}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def revoke(
    call: Call,
    *,
    who: str,
    read: Callable[[], State],
    write: Callable[[str], object],
    after: list[str | None],
) -> None:
    """Revoke the sessions of a user or a role, unless they are revoked already.

    Args:
        call: the step.
        who: whose sessions, in words.
        read: gives the inline policy of that name.
        write: puts its document.
        after: moments that the revocation has to cover, as events write them.
    """
    known = [found for each in after if (found := moment(each))]
    known = known or [_now()]
    before = _document(read)
    until = revoked_until(before)
    if until and until >= max(known):
        call.note(f"sessions of {who} issued before {until.strftime(FORM)} are revoked already")
        return
    if before:
        call.keep("policy-before.json", before)
    # A token that is issued in this second counts as older, too: AWS compares whole seconds.
    wanted = max(_now() + timedelta(seconds=1), *known)
    call.change(
        f"revoke the sessions of {who} issued before {wanted.strftime(FORM)}",
        lambda: write(policy(wanted)),
    )


def revoked_until(document: State) -> datetime | None:
    """Tell until when sessions are revoked; None where the policy does not do it."""
    statements = document.get("Statement", [])
    if len(statements) != 1 or statements[0].get("Effect") != "Deny":
        return None
    given = statements[0].get("Condition", {}).get("DateLessThan", {}).get(ISSUED)
    whole = json.loads(policy(datetime.now(UTC)))["Statement"][0]
    same = all(statements[0].get(key) == whole[key] for key in ("Action", "Resource"))
    return moment(given) if same else None


def moment(text: str | None) -> datetime | None:
    """Read a moment as GuardDuty, CloudTrail or a policy writes it, up to the next second."""
    if not text:
        return None
    whole, _, fraction = str(text).strip().removesuffix("Z").partition(".")
    try:
        found = datetime.fromisoformat(whole)
    except ValueError:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found + timedelta(seconds=1 if fraction.strip("0") else 0)


def now_text() -> str:
    """Give this moment as policies write it."""
    return (_now() + timedelta(seconds=1)).strftime(FORM)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _document(read: Callable[[], State]) -> State:
    try:
        document: State = read()["PolicyDocument"]
    except ClientError as error:
        if error.response["Error"]["Code"] == GONE:
            return {}
        raise
    return document
