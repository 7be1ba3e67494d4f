"""One account of the patch report: which machines lack patches, and which were never asked.

It reads and changes nothing, so a dry run is the same. A machine that lacks patches is no failure of
the run: the row of its Region counts it and, as far as there is room, a row of its own names it.

Environment: ``ROLE``, ``PARTITION``, ``HOME_REGION``, ``REGIONS`` (governed Regions).
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import patch_rows
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

logger = logging.getLogger()
logger.setLevel(logging.INFO)

Client = Any  # boto3 makes its clients at run time
Credentials = dict[str, str]

RETRIES = Config(retries={"mode": "standard", "max_attempts": 6})
SESSION_SECONDS = 900
ATTEMPTS = 5
THROTTLED = frozenset(
    {"RequestLimitExceeded", "Throttling", "ThrottlingException", "TooManyRequestsException"}
)


class ThrottledError(Exception):
    """AWS throttles the calls in this account; the state machine tries again."""


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Read the machines of the account of an event; see ``AccountSweep`` for both documents."""
    account, rows = event["account"], []
    try:
        credentials = _enter(account["id"])
        for region in os.environ["REGIONS"].split(","):
            rows += list(_region(region, credentials, event.get("attempt", 0)))
    except ClientError as error:
        _raise_when_throttled(error, event.get("attempt", 0))
        rows.append(patch_rows.failed("account", f"{error.operation_name}: {error}"))
    except BotoCoreError as error:
        rows.append(patch_rows.failed("account", str(error)))
    rows = patch_rows.shortened(rows)
    for row in rows:
        logger.info(json.dumps({"account": account["id"], **row}))
    state = "failed" if any(row["state"] == "failed" for row in rows) else "ok"
    return {"account": account, "state": state, "rows": rows}


def _region(region: str, credentials: Credentials, attempt: int) -> Iterator[patch_rows.Row]:
    """Give the rows of a Region; one that fails leaves the others alone."""
    ssm = boto3.client("ssm", region_name=region, config=RETRIES, **credentials)
    try:
        machines = list(_machines(ssm))
        states = list(_patch_states(ssm))
    except ClientError as error:
        _raise_when_throttled(error, attempt)
        yield patch_rows.failed(region, f"{error.operation_name}: {error}")
    except BotoCoreError as error:
        yield patch_rows.failed(region, str(error))
    else:
        yield from patch_rows.of_region(region, machines, states, datetime.now(UTC))


def _machines(ssm: Client) -> Iterator[dict[str, Any]]:
    for page in ssm.get_paginator("describe_instance_information").paginate():
        yield from page["InstanceInformationList"]


def _patch_states(ssm: Client) -> Iterator[dict[str, Any]]:
    patches = [{"Key": "ComplianceType", "Values": ["Patch"], "Type": "EQUAL"}]
    pages = ssm.get_paginator("list_resource_compliance_summaries").paginate(Filters=patches)
    for page in pages:
        yield from page["ResourceComplianceSummaryItems"]


def _enter(account_id: str) -> Credentials:
    found = boto3.client("sts", region_name=os.environ["HOME_REGION"], config=RETRIES).assume_role(
        RoleArn=f"arn:{os.environ['PARTITION']}:iam::{account_id}:role/{os.environ['ROLE']}",
        RoleSessionName="patch-report",
        DurationSeconds=SESSION_SECONDS,
    )["Credentials"]
    return {
        "aws_access_key_id": found["AccessKeyId"],
        "aws_secret_access_key": found["SecretAccessKey"],
        "aws_session_token": found["SessionToken"],
    }


def _raise_when_throttled(error: ClientError, attempt: int) -> None:
    code = str(error.response.get("Error", {}).get("Code", ""))
    if code in THROTTLED and attempt < ATTEMPTS:
        raise ThrottledError(str(error)) from error
