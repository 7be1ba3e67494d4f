"""One account of the Trusted Advisor sweep: security checks are refreshed, read and told.

A check that is refreshed today is read tomorrow: Trusted Advisor takes its time. An account whose
support plan does not allow it is no failure: the report names it, Security Hub has one
informational finding about it, and people hear of the first such account once.

Environment: ``ROLE``, ``PARTITION``, ``HOME_REGION``, ``SECURITY_HUB`` (``true`` where findings go
there), ``BUCKET`` and ``MARKER`` (where it is remembered that people know), ``TOPIC``.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import advisor_findings
import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

logger = logging.getLogger()
logger.setLevel(logging.INFO)

Client = Any  # boto3 makes its clients at run time
Credentials = dict[str, str]
Row = dict[str, Any]

# The only Region in which the AWS Support API answers about Trusted Advisor.
SUPPORT_REGION = "us-east-1"
CATEGORY = "security"
RETRIES = Config(retries={"mode": "standard", "max_attempts": 6})
SESSION_SECONDS = 900
BATCH = 100
ATTEMPTS = 5
NO_PLAN = "SubscriptionRequiredException"
# What is refreshed by Trusted Advisor itself refuses to be refreshed by others.
REFRESHES_ITSELF = frozenset({"InvalidParameterValueException", "InvalidParameterValue"})
THROTTLED = frozenset(
    {"RequestLimitExceeded", "Throttling", "ThrottlingException", "TooManyRequestsException"}
)
NO_HUB = frozenset({"InvalidAccessException", "ResourceNotFoundException"})


class ThrottledError(Exception):
    """AWS throttles the calls in this account; the state machine tries again."""


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Read the checks of the account of an event; see ``AccountSweep`` for both documents."""
    account, rows = event["account"], []
    try:
        rows = list(_visit(account, dry_run=event["dry_run"]))
    except ClientError as error:
        if _code(error) in THROTTLED and event.get("attempt", 0) < ATTEMPTS:
            raise ThrottledError(str(error)) from error
        rows = [_row("account", "failed", note=f"{error.operation_name}: {error}")]
    except BotoCoreError as error:
        rows = [_row("account", "failed", note=str(error))]
    for row in rows:
        logger.info(json.dumps({"account": account["id"], **row}))
    return {"account": account, "state": _state(rows), "rows": rows}


def _visit(account: dict[str, Any], *, dry_run: bool) -> Iterator[Row]:
    entered = _enter(account["id"])
    support = _client("support", SUPPORT_REGION, entered)
    now = datetime.now(UTC)
    stamp = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    place = {
        "account": account["id"],
        "partition": os.environ["PARTITION"],
        "region": os.environ["HOME_REGION"],
    }
    try:
        checks = _security_checks(support)
    except ClientError as error:
        if _code(error) != NO_PLAN:
            raise
        yield _row("support-plan", "unchanged", note=advisor_findings.PLAN_TEXT)
        findings = [advisor_findings.of_plan(place, stamp, missing=True)]
        if not dry_run:
            yield from _tell_once(account)
    else:
        findings = [advisor_findings.of_plan(place, stamp, missing=False)]
        for check in checks:
            row, finding = _check(support, check, place, stamp, dry_run=dry_run)
            yield row
            findings += [finding] if finding else []
    if os.environ["SECURITY_HUB"] == "true" and not dry_run:
        yield from _import(entered, findings, place, now)


def _enter(account_id: str) -> Credentials:
    found = _client("sts", os.environ["HOME_REGION"]).assume_role(
        RoleArn=f"arn:{os.environ['PARTITION']}:iam::{account_id}:role/{os.environ['ROLE']}",
        RoleSessionName="trusted-advisor",
        DurationSeconds=SESSION_SECONDS,
    )["Credentials"]
    return {
        "aws_access_key_id": found["AccessKeyId"],
        "aws_secret_access_key": found["SecretAccessKey"],
        "aws_session_token": found["SessionToken"],
    }


def _client(service: str, region: str, credentials: Credentials | None = None) -> Client:
    # One session for all: it reads the description of a service once.
    return boto3.client(service, region_name=region, config=RETRIES, **(credentials or {}))


def _security_checks(support: Client) -> list[dict[str, Any]]:
    found = support.describe_trusted_advisor_checks(language="en")["checks"]
    return [check for check in found if check["category"] == CATEGORY]


def _check(
    support: Client, check: dict[str, Any], place: dict[str, str], stamp: str, *, dry_run: bool
) -> tuple[Row, dict[str, Any] | None]:
    """Read one check and refresh it for the next run; one that fails leaves the others alone."""
    try:
        result = support.describe_trusted_advisor_check_result(checkId=check["id"], language="en")[
            "result"
        ]
        if not dry_run:
            _refresh(support, check["id"])
    except (BotoCoreError, ClientError) as error:
        if isinstance(error, ClientError) and _code(error) in THROTTLED:
            raise
        return _row(check["name"], "failed", note=str(error)), None
    if result["status"] == "not_available":
        return _row(check["name"], "unchanged", note="not read by Trusted Advisor yet"), None
    finding = advisor_findings.of_check(check, result, place, stamp)
    return _row(check["name"], "unchanged", found=finding["Compliance"]["Status"]), finding


def _refresh(support: Client, check_id: str) -> None:
    try:
        support.refresh_trusted_advisor_check(checkId=check_id)
    except ClientError as error:
        if _code(error) not in REFRESHES_ITSELF:
            raise


def _import(
    entered: Credentials, findings: list[dict[str, Any]], place: dict[str, str], now: datetime
) -> Iterator[Row]:
    """Bring Security Hub up to date; only the account itself may import its findings."""
    hub = _client("securityhub", place["region"], entered)
    try:
        known = _known(hub, place)
    except ClientError as error:
        if _code(error) not in NO_HUB:
            raise
        yield _row("findings", "failed", note="Security Hub is off in this account")
        return
    new = [one for one in findings if advisor_findings.changed(one, known.get(one["Id"]), now)]
    if not new:
        yield _row("findings", "unchanged")
        return
    for start in range(0, len(new), BATCH):
        answer = hub.batch_import_findings(Findings=new[start : start + BATCH])
        for failed in answer.get("FailedFindings", []):
            yield _row(failed["Id"], "failed", note=failed["ErrorMessage"])
    yield _row("findings", "changed", found=f"{len(new)} imported")


def _known(hub: Client, place: dict[str, str]) -> dict[str, dict[str, Any]]:
    filters = {
        "AwsAccountId": [{"Value": place["account"], "Comparison": "EQUALS"}],
        "GeneratorId": [{"Value": advisor_findings.GENERATOR, "Comparison": "PREFIX"}],
        "ProductArn": [{"Value": advisor_findings.product(place), "Comparison": "EQUALS"}],
    }
    return {
        finding["Id"]: finding
        for page in hub.get_paginator("get_findings").paginate(Filters=filters)
        for finding in page["Findings"]
    }


def _tell_once(account: dict[str, Any]) -> Iterator[Row]:
    """Tell people of the first account without the plan; the marker is the memory of it.

    The account that made the marker tells, in each run until that has come off.
    """
    region = os.environ["HOME_REGION"]
    try:
        if not _mark(account["id"], told=False, IfNoneMatch="*") and _is_told(account["id"]):
            return
        _publish(account, region)
        _mark(account["id"], told=True)
    except (BotoCoreError, ClientError) as error:
        if isinstance(error, ClientError) and _code(error) in THROTTLED:
            raise
        yield _row("message", "failed", note=f"nobody was told: {error}")


def _mark(account: str, *, told: bool, **condition: str) -> bool:
    """Write the marker; False where there is one and the condition wants none."""
    marked = {"account": account, "time": datetime.now(UTC).isoformat(), "told": told}
    try:
        _client("s3", os.environ["HOME_REGION"]).put_object(
            Bucket=os.environ["BUCKET"],
            Key=os.environ["MARKER"],
            Body=json.dumps(marked).encode(),
            **condition,
        )
    except ClientError as error:
        if _code(error) in {"PreconditionFailed", "ConditionalRequestConflict"}:
            return False
        raise
    return True


def _is_told(account: str) -> bool:
    """Tell whether people know, or another account tells them."""
    found = _client("s3", os.environ["HOME_REGION"]).get_object(
        Bucket=os.environ["BUCKET"], Key=os.environ["MARKER"]
    )
    marked = json.loads(found["Body"].read())
    return bool(marked.get("told", True)) or marked["account"] != account


def _publish(account: dict[str, Any], region: str) -> None:
    _client("sns", region).publish(
        TopicArn=os.environ["TOPIC"],
        Subject="Trusted Advisor is not available",
        Message=(
            f"Account {account['id']} ({account.get('name', '')}): {advisor_findings.PLAN_TEXT} "
            "There may be more such accounts: the report of the run names each of them. This is "
            "told once."
        ),
    )


def _row(name: str, state: str, *, found: str = "", note: str = "") -> Row:
    row = {"setting": name, "state": state, "found": found, "note": note}
    return {key: value for key, value in row.items() if value}


def _state(rows: list[Row]) -> str:
    found = {row["state"] for row in rows}
    return next((state for state in ("failed", "changed") if state in found), "ok")


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
