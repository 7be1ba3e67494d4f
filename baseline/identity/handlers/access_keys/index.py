"""One account of the access key sweep: decides about each IAM user, and does it unless dry run.

A user whose keys cannot be read or changed fails alone; the others are done. Rows hold IDs of access
keys, never their secret part.
"""

from __future__ import annotations

import json
import logging
import os
import random
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import boto3
import key_changes
import key_reading
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from key_rules import Policy, Step, User, decide

logger = logging.getLogger()
logger.setLevel(logging.INFO)

Client = Any  # boto3 makes its clients at run time

RETRIES = Config(
    retries={"mode": "adaptive", "max_attempts": 8}, connect_timeout=5, read_timeout=10
)
# A repeated call could make a second key whose secret part nobody gets.
ONCE = Config(
    retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=5, read_timeout=30
)
SESSION_SECONDS = 3600
# A call that hangs, with all of its repetitions, and the report.
RESERVE_MILLISECONDS = 180_000
# Attempts that the state machine makes after the first one (sweep_definition.ATTEMPTS).
ATTEMPTS = 5
THROTTLED = {
    "RequestLimitExceeded",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
GONE = "NoSuchEntity"
SERVER_ERROR = 500
"""Status codes from here on do not say whether it was done."""
CREATE = "create-successor"
STATES = ("failed", "changed", "would_change")
MESSAGE_ROWS = 100


class ThrottledError(Exception):
    """AWS throttles the calls in this account; the state machine tries again."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - of Lambda
    """Run the rules over every IAM user of one account."""
    account, dry_run = event["account"], event["dry_run"] or os.environ["MODE"] != "apply"
    rows: list[dict[str, Any]] = []
    throttled = None
    try:
        target = _target(account["id"])
        listed = key_reading.list_users(target.iam)
        # A run that ends before its last user begins with others the next time.
        random.shuffle(listed)
        policy = _policy(management=account["management"])
        for row in _rows(
            listed, target, policy, dry_run=dry_run, now=datetime.now(UTC), context=context
        ):
            # At once: a function that is killed has said what it changed.
            logger.info(json.dumps({"account": account["id"], **row}))
            rows.append(row)
    except ClientError as error:
        if error.response["Error"]["Code"] not in THROTTLED:
            raise
        throttled = error
        rows.append(_row("users", "failed", "throttled", f"{error}; the next run goes on"))
    rows.sort(key=lambda row: (str(row.get("user", "")), str(row.get("key") or "")))
    again = throttled is not None and event.get("attempt", 0) < ATTEMPTS
    # The next attempt finds done what this one did: people hear of it now.
    rows += _told(account, rows, dry_run=dry_run, measure=not again)
    if again:
        raise ThrottledError(str(throttled)) from throttled
    return {"account": account, "state": state_of(rows), "rows": [_public(row) for row in rows]}


def _told(
    account: Mapping[str, Any], rows: list[dict[str, Any]], *, dry_run: bool, measure: bool
) -> list[dict[str, Any]]:
    """Tell people and the metric; give a row for each that could not be told."""
    missed = []
    for setting, tell in (
        ("message", None if dry_run else partial(_tell, account, rows)),
        ("metric", partial(_measure, rows) if measure else None),
    ):
        if tell is not None:
            try:
                tell()
            except (BotoCoreError, ClientError) as error:
                missed.append(_row(setting, "failed", "not-told", str(error)))
    for row in missed:
        logger.error(json.dumps({"account": account["id"], **row}))
    return missed


def state_of(rows: Iterable[Mapping[str, Any]]) -> str:
    """Give the account's state: the gravest of its rows."""
    found = {row["state"] for row in rows}
    return next((state for state in STATES if state in found), "ok")


def _rows(
    listed: list[dict[str, Any]],
    target: key_changes.Account,
    policy: Policy,
    *,
    dry_run: bool,
    now: datetime,
    context: Any,  # noqa: ANN401 - of Lambda
) -> Iterator[dict[str, Any]]:
    for number, user in enumerate(listed):
        if context.get_remaining_time_in_millis() < RESERVE_MILLISECONDS:
            left = len(listed) - number
            yield _row("users", "failed", "out-of-time", f"{left} users were not looked at")
            break
        yield from _user(user, target, policy, dry_run=dry_run, now=now)


def _user(
    listed: dict[str, Any],
    target: key_changes.Account,
    policy: Policy,
    *,
    dry_run: bool,
    now: datetime,
) -> Iterator[dict[str, Any]]:
    name = listed["UserName"]
    try:
        user = key_reading.read_user(listed, target.iam, target.secrets, target.secret_prefix)
    except BotoCoreError as error:
        yield _row("user", "failed", "unreadable", type(error).__name__, user=name)
        return
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in THROTTLED:
            raise
        if code != GONE:  # else deleted since the list was made
            detail = f"{error.operation_name}: {code}"
            yield _row("user", "failed", "unreadable", detail, user=name)
        return
    for step in decide(user, policy, now):
        state, detail, told = _step(step, user, target, dry_run=dry_run, now=now)
        yield _row(
            "password" if step.key is None and "password" in step.finding else "access-key",
            state,
            step.finding,
            detail,
            user=name,
            key=step.key,
            action=step.action,
            notable=step.notable or told,
        )
        if state == "failed":  # what comes after it relies on it
            return


def _step(
    step: Step, user: User, target: key_changes.Account, *, dry_run: bool, now: datetime
) -> tuple[str, str, bool]:
    """Carry a step out; give the state, the sentence for the report, and whether people hear of it.

    They hear of what was done, and of what may have been: the next run would find it done.
    """
    if step.action is None:
        return step.state, step.detail, False
    if dry_run:
        return "would_change", step.detail, False
    unanswered = False
    try:
        state, outcome = "changed", key_changes.carry_out(step, user, target, now)
    except key_changes.StoreError as error:
        state, outcome = "failed", str(error)
    except BotoCoreError as error:
        state, outcome, unanswered = "failed", type(error).__name__, True
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in THROTTLED:
            raise
        if code == GONE and step.action != CREATE:
            state, outcome = "changed", "gone already"
        else:
            state, outcome = "failed", f"{error.operation_name}: {code}"
            answered = error.response.get("ResponseMetadata", {})
            unanswered = answered.get("HTTPStatusCode", 0) >= SERVER_ERROR
    return state, f"{step.detail}; {outcome}", state == "changed" or unanswered


def _row(
    setting: str,
    state: str,
    finding: str,
    detail: str,
    **more: Any,  # noqa: ANN401 - JSON
) -> dict[str, Any]:
    return {"setting": setting, "state": state, "finding": finding, "detail": detail, **more}


def _public(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "notable" and value is not None}


def _policy(*, management: bool) -> Policy:
    """Read the policy; break-glass users stand in the management account only."""
    given = json.loads(os.environ["POLICY"])
    users = [
        *given["exempt_users"],
        *(json.loads(os.environ["MANAGEMENT_USERS"]) if management else ()),
    ]
    return Policy(**{**given, "exempt_users": frozenset(users)})


def _target(account: str) -> key_changes.Account:
    partition, role = os.environ["PARTITION"], os.environ["ROLE"]
    arn = f"arn:{partition}:iam::{account}:role/{role}"
    given = boto3.client("sts", config=RETRIES).assume_role(
        RoleArn=arn, RoleSessionName="access-keys", DurationSeconds=SESSION_SECONDS
    )["Credentials"]
    session = boto3.Session(
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        region_name=os.environ["AWS_REGION"],
    )
    emergency = f"arn:{partition}:iam::{account}:role/{os.environ['BREAK_GLASS']}"
    return key_changes.Account(
        iam=session.client("iam", config=RETRIES),
        iam_once=session.client("iam", config=ONCE),
        secrets=session.client("secretsmanager", config=RETRIES),
        secret_prefix=os.environ["SECRET_PREFIX"],
        keepers=(arn, emergency),
    )


def _tell(account: Mapping[str, Any], rows: list[dict[str, Any]]) -> None:
    """Send one message about what changed today and what changes soon."""
    told = [row for row in rows if row.get("notable")]
    if not told:
        return
    lines = [
        f"{row['user']} {row.get('key') or 'password'}: {row['finding']}, {row['detail']}"
        for row in told[:MESSAGE_ROWS]
    ]
    if len(told) > MESSAGE_ROWS:
        lines.append(f"and {len(told) - MESSAGE_ROWS} more, see the report")
    boto3.client("sns", config=RETRIES).publish(
        TopicArn=os.environ["TOPIC"],
        Subject=f"Access keys of account {account['id']}",
        Message="\n".join(lines),
    )


def _measure(rows: list[dict[str, Any]]) -> None:
    findings = sum(row["state"] in {"finding", "would_change"} for row in rows)
    if not findings:
        return
    boto3.client("cloudwatch", config=RETRIES).put_metric_data(
        Namespace=os.environ["NAMESPACE"],
        MetricData=[
            {
                "MetricName": "Findings",
                "Dimensions": [{"Name": "Sweep", "Value": os.environ["SWEEP"]}],
                "Value": findings,
                "Unit": "Count",
            }
        ],
    )
