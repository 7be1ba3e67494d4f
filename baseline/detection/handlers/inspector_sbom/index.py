"""Starts an export of bills of materials in every Region, and looks whether it has ended.

Inspector exports for as long as it takes, one report of an account and Region at a time. A Region
that fails stops no other; a Region without anything to export has not failed.

Environment: ``REGIONS`` (separated by commas), ``FORMAT``, ``BUCKET`` and ``KEY`` (name of the
bucket and ARN of the key's alias, with ``{region}`` for the Region).
"""

from __future__ import annotations

import json
import logging
import os
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

logger = logging.getLogger()
logger.setLevel(logging.INFO)

Export = dict[str, str]

# Throttled calls are repeated with back-off and jitter.
RETRIES = Config(retries={"mode": "standard", "max_attempts": 8})
RUNNING, DONE, EMPTY, FAILED = "running", "done", "empty", "failed"
NOTHING = "NO_FINDINGS_FOUND"
# An export goes on whether or not its state can be read just now.
PASSING = frozenset({"InternalServerException", "ServiceUnavailable", "ThrottlingException"})
NOTE = 500


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Start the exports, or look at those that were running.

    ``event`` is ``{"started": ...}``, whose day the objects' keys begin with, or what the last
    call gave.
    """
    if "exports" not in event:
        day = event["started"][:10]
        return _summary([_start(region, day) for region in os.environ["REGIONS"].split(",")], 0)
    exports = [
        _check(export) if export["state"] == RUNNING else export for export in event["exports"]
    ]
    return _summary(exports, event["checks"] + 1)


def _start(region: str, day: str) -> Export:
    try:
        kms = boto3.client("kms", region_name=region, config=RETRIES)
        alias = os.environ["KEY"].format(region=region)
        key = kms.describe_key(KeyId=alias)["KeyMetadata"]["Arn"]
        inspector = boto3.client("inspector2", region_name=region, config=RETRIES)
        report = inspector.create_sbom_export(
            reportFormat=os.environ["FORMAT"],
            s3Destination={
                "bucketName": os.environ["BUCKET"].format(region=region),
                "keyPrefix": day,
                "kmsKeyArn": key,
            },
        )["reportId"]
    except (BotoCoreError, ClientError) as error:
        return _export(region, "", FAILED, str(error))
    return _export(region, report, RUNNING)


def _check(export: Export) -> Export:
    region, report = export["region"], export["report"]
    inspector = boto3.client("inspector2", region_name=region, config=RETRIES)
    try:
        found = inspector.get_sbom_export(reportId=report)
    except (BotoCoreError, ClientError) as error:
        if _passes(error):
            logger.warning("%s: %s; looked at again", region, error)
            return export
        return _export(region, report, FAILED, str(error))
    status, code = found["status"], found.get("errorCode", "")
    if status == "IN_PROGRESS":
        return export
    if status == "SUCCEEDED":
        return _export(region, report, DONE)
    if code == NOTHING:
        return _export(region, report, EMPTY)
    return _export(region, report, FAILED, f"{status} {code}: {found.get('errorMessage', '')}")


def _passes(error: Exception) -> bool:
    return not isinstance(error, ClientError) or error.response["Error"]["Code"] in PASSING


def _export(region: str, report: str, state: str, note: str = "") -> Export:
    export = {"region": region, "report": report, "state": state, "note": note[:NOTE]}
    logger.info(json.dumps(export))
    return export


def _summary(exports: list[Export], checks: int) -> dict[str, Any]:
    states = [export["state"] for export in exports]
    return {
        "exports": exports,
        "checks": checks,
        "running": states.count(RUNNING),
        "failed": states.count(FAILED),
    }
