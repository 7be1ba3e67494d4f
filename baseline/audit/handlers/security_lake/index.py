"""Custom resources for what Security Lake needs and CloudFormation has no type for.

``roles`` makes the service-linked roles that keys and lakes refer to, ``organization`` has Security
Lake take in new accounts. Both read first, and write what is missing. Delete is a no-op: logs go on
being collected when a stack goes.
"""

from __future__ import annotations

import json
import logging
import urllib.request
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

logger = logging.getLogger()
logger.setLevel(logging.INFO)

# Throttled calls are repeated with back-off and jitter. A call that hangs, with its repetitions,
# leaves the function the time to answer CloudFormation.
RETRIES = Config(
    connect_timeout=4, read_timeout=10, retries={"mode": "standard", "max_attempts": 5}
)
ANSWER_SECONDS = 10
# CloudFormation accepts an answer of 4,096 bytes; the reason is the only part that can grow.
REASON_LENGTH = 1_000

Client = Any  # boto3 makes its clients at run time


def roles(event: dict[str, Any], _context: object) -> None:
    """Answer CloudFormation when the service-linked roles exist."""
    wanted = event["ResourceProperties"].get("Roles", {})
    _answer(event, "security-lake-roles", lambda: make_roles(_client("iam"), wanted))


def organization(event: dict[str, Any], _context: object) -> None:
    """Answer CloudFormation when new accounts are taken in, in every Region."""
    properties = event["ResourceProperties"]

    def take_in() -> None:
        for region in properties["Regions"]:
            take_in_accounts(_client("securitylake", region), region, properties)

    _answer(event, "security-lake-organization", take_in)


def make_roles(iam: Client, wanted: dict[str, str]) -> None:
    """Make the service-linked roles that are missing.

    Args:
        iam: client.
        wanted: service principal to the name of its role.
    """
    for principal, name in wanted.items():
        try:
            iam.get_role(RoleName=name)
        except iam.exceptions.NoSuchEntityException:
            logger.info("no role %s; creating it", name)
            _make_role(iam, principal, name)


def take_in_accounts(lake: Client, region: str, properties: dict[str, Any]) -> None:
    """Have new accounts contribute the sources to the lake of a Region.

    Security Lake merges what it is told with what it has, so that sources which others chose stay.
    """
    missing = _missing(lake, region, properties["Sources"])
    if not missing:
        return
    version = properties["Version"]
    sources = [{"sourceName": name, "sourceVersion": version} for name in missing]
    try:
        lake.create_data_lake_organization_configuration(
            autoEnableNewAccount=[{"region": region, "sources": sources}]
        )
    except lake.exceptions.ConflictException:
        # Somebody else wrote at the same time: it may be so already.
        if _missing(lake, region, properties["Sources"]):
            raise
    logger.info("new accounts contribute %s in %s", missing, region)


def _missing(lake: Client, region: str, wanted: list[str]) -> list[str]:
    try:
        answer = lake.get_data_lake_organization_configuration()
    except lake.exceptions.ResourceNotFoundException:
        answer = {}
    found = {
        source["sourceName"]
        for row in answer.get("autoEnableNewAccount", [])
        if row["region"] == region
        for source in row["sources"]
    }
    return [name for name in wanted if name not in found]


def _make_role(iam: Client, principal: str, name: str) -> None:
    try:
        iam.create_service_linked_role(AWSServiceName=principal)
    except iam.exceptions.InvalidInputException:
        # The service has made its role in the meantime; anything else ends in the wait below.
        logger.info("%s exists", name)
    # A key whose policy names a role that is not visible yet is refused.
    iam.get_waiter("role_exists").wait(RoleName=name)


def _client(service: str, region: str | None = None) -> Client:
    return boto3.client(service, region_name=region, config=RETRIES)


def _answer(event: dict[str, Any], name: str, work: Callable[[], None]) -> None:
    physical_id = event.get("PhysicalResourceId", name)
    if event["RequestType"] == "Delete":
        _respond(event, "SUCCESS", physical_id)
        return
    try:
        work()
    except Exception as error:  # without an answer CloudFormation waits until its time limit
        logger.exception("%s failed", name)
        _respond(event, "FAILED", physical_id, reason=_explain(error))
        return
    _respond(event, "SUCCESS", name)


def _explain(error: Exception) -> str:
    if isinstance(error, ClientError) and "AccessDenied" in error.response["Error"]["Code"]:
        return (
            f"{error}. Is this account Security Lake's delegated administrator? Stack organization "
            "names it; otherwise an organization policy denies the call"
        )
    return str(error) or type(error).__name__


def _respond(event: dict[str, Any], status: str, physical_id: str, reason: str = "") -> None:
    body = {
        "Status": status,
        "Reason": reason[:REASON_LENGTH],
        "PhysicalResourceId": physical_id,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
    }
    request = urllib.request.Request(  # noqa: S310 - CloudFormation's own presigned address
        event["ResponseURL"], data=json.dumps(body).encode(), method="PUT"
    )
    # The signature of the address covers an empty content type.
    request.add_header("Content-Type", "")
    with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as response:  # noqa: S310 - as above
        logger.info("answered %s with HTTP status %s", status, response.status)
