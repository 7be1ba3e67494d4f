"""Switches Inspector on in this account, so that its administrator can be configured.

The organization policy does the same for every account, but comes last, and works in its own time:
filters and scan configurations fail where Inspector is off. What the policy switches off stays
off. Delete is a no-op: scans stay on when a stack goes.
"""

from __future__ import annotations

import logging
from typing import Any

import boto3
from botocore.config import Config

logger = logging.getLogger()
logger.setLevel(logging.INFO)

Client = Any  # boto3 makes its clients at run time

# Throttled calls are repeated with back-off and jitter.
RETRIES = Config(retries={"mode": "standard", "max_attempts": 8})
PHYSICAL_ID = "inspector"
ON = "ENABLED"
STARTING = "ENABLING"
# Scan to its name in the answer of BatchGetAccountStatus.
STATES = {
    "EC2": "ec2",
    "ECR": "ecr",
    "LAMBDA": "lambda",
    "LAMBDA_CODE": "lambdaCode",
    "CODE_REPOSITORY": "codeRepository",
}
# No failure: it is on, it comes on, or the organization does not want it.
HARMLESS = frozenset({"ALREADY_ENABLED", "ENABLE_IN_PROGRESS", "BLOCKED_BY_ORGANIZATION_POLICY"})


class ActivationError(Exception):
    """Inspector refuses to be switched on; the reason is its own."""


def on_event(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Ask Inspector in every Region to switch on what is off there."""
    if event["RequestType"] != "Delete":
        properties = event["ResourceProperties"]
        for region, scans in properties["Scans"].items():
            _start(region, properties["Account"], scans)
    return {"PhysicalResourceId": PHYSICAL_ID}


def is_complete(event: dict[str, Any], _context: object) -> dict[str, bool]:
    """Tell whether Inspector is on in every Region, and none of its scans is still starting."""
    if event["RequestType"] == "Delete":
        return {"IsComplete": True}
    properties = event["ResourceProperties"]
    account, wanted = properties["Account"], properties["Scans"]
    return {"IsComplete": all(_is_on(region, account, wanted[region]) for region in wanted)}


def _start(region: str, account: str, scans: list[str]) -> None:
    inspector = _client(region)
    found = _state(inspector, account)
    off = [scan for scan in scans if found.get(STATES[scan]) not in (ON, STARTING)]
    if not off:
        return
    logger.info("switching %s on in %s", ", ".join(off), region)
    answer = inspector.enable(accountIds=[account], resourceTypes=off)
    for failed in answer.get("failedAccounts", []):
        if failed["errorCode"] not in HARMLESS:
            raise ActivationError(
                f"Inspector in {region}: {failed['errorCode']}: {failed['errorMessage']}"
            )


def _is_on(region: str, account: str, scans: list[str]) -> bool:
    found = _state(_client(region), account)
    starting = [scan for scan in scans if found.get(STATES[scan]) == STARTING]
    return ON in found.values() and not starting


def _state(inspector: Client, account: str) -> dict[str, str]:
    """Give the state of each scan; nothing where Inspector was never on."""
    for found in inspector.batch_get_account_status(accountIds=[account])["accounts"]:
        return {name: state["status"] for name, state in found["resourceState"].items()}
    return {}


def _client(region: str) -> Client:
    return boto3.client("inspector2", region_name=region, config=RETRIES)
