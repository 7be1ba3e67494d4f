"""Custom resources that find a service's resource and create it if absent.

Designating a delegated administrator makes GuardDuty's detector and Security Hub's hub in that
account, and Cost Explorer makes a cost anomaly monitor, so a template that creates them fails where
the service was first. Delete is a no-op: detection stays on when a stack goes.
"""

from __future__ import annotations

import json
import logging
import urllib.request
from collections.abc import Callable, Collection
from typing import Any

import boto3
from botocore.config import Config
from memberships import keep_membership

logger = logging.getLogger()
logger.setLevel(logging.INFO)

# Throttled calls are repeated with back-off and jitter. A call that hangs, with its repetitions,
# leaves the function the time to answer CloudFormation.
RETRIES = Config(
    connect_timeout=4, read_timeout=10, retries={"mode": "standard", "max_attempts": 5}
)
ANSWER_SECONDS = 10
# AWS Organizations answers there.
GLOBAL_REGION = "us-east-1"
CONSOLIDATED = "SECURITY_CONTROL"
MANAGED = "DIMENSIONAL"
# Dimension of a monitor to the attribute with its ARN, and its name where it is created.
MONITORS = {
    "SERVICE": ("ServiceMonitorArn", "AWS services"),
    "LINKED_ACCOUNT": ("AccountMonitorArn", "Accounts"),
}
# CloudFormation accepts an answer of 4,096 bytes; the reason is the only part that can grow.
REASON_LENGTH = 1_000

Data = dict[str, str]


def detector(event: dict[str, Any], _context: object) -> None:
    """Answer CloudFormation with ``DetectorId``."""
    _answer(event, "detector", lambda: find_detector(boto3.client("guardduty", config=RETRIES)))


def detectors(event: dict[str, Any], _context: object) -> None:
    """Answer CloudFormation when every Region knows its detector."""
    properties = event["ResourceProperties"]
    _answer(event, "detectors", lambda: tell_regions(properties))


def hub(event: dict[str, Any], _context: object) -> None:
    """Answer CloudFormation with ``HubArn``."""
    _answer(event, "hub", lambda: find_hub(boto3.client("securityhub", config=RETRIES)))


def membership(event: dict[str, Any], _context: object) -> None:
    """Answer CloudFormation with ``MembershipId`` in AWS Security Incident Response."""
    wanted = event["ResourceProperties"]

    def keep() -> Data:
        client = boto3.client("security-ir", config=RETRIES)
        return keep_membership(client, wanted, token=event["RequestId"])

    _answer(event, "membership", keep)


def unified(event: dict[str, Any], _context: object) -> None:
    """Answer CloudFormation with ``HubArn`` of the new Security Hub."""
    _answer(event, "unified", lambda: find_unified_hub(boto3.client("securityhub", config=RETRIES)))


def units(event: dict[str, Any], _context: object) -> None:
    """Answer CloudFormation with ``Unit0``, ``Unit1`` and so on, in the order of ``Paths``."""
    properties = event["ResourceProperties"]

    def find() -> Data:
        client = boto3.client("organizations", region_name=GLOBAL_REGION, config=RETRIES)
        return find_units(client, properties["RootId"], properties["Paths"])

    _answer(event, "units", find)


def monitors(event: dict[str, Any], _context: object) -> None:
    """Answer CloudFormation with ``ServiceMonitorArn`` and ``AccountMonitorArn``.

    ``Dimensions`` names what is monitored; both by default.
    """
    wanted = event.get("ResourceProperties", {}).get("Dimensions", [*MONITORS])
    _answer(event, "monitors", lambda: find_monitors(boto3.client("ce", config=RETRIES), wanted))


def find_detector(guardduty: Any) -> Data:  # noqa: ANN401 - boto3 clients have no published type
    """Give the Region's only detector, created and enabled if there is none."""
    for page in guardduty.get_paginator("list_detectors").paginate():
        for detector_id in page["DetectorIds"]:
            return {"DetectorId": detector_id}
    logger.info("no detector in this Region; creating one")
    return {"DetectorId": guardduty.create_detector(Enable=True)["DetectorId"]}


def tell_regions(properties: dict[str, Any]) -> Data:
    """Write the detector of each Region, and copies of values, into parameters there."""
    for region in properties["Regions"]:
        guardduty = boto3.client("guardduty", region_name=region, config=RETRIES)
        values = {
            properties["DetectorParameter"]: find_detector(guardduty)["DetectorId"],
            **properties["Copies"],
        }
        ssm = boto3.client("ssm", region_name=region, config=RETRIES)
        for name, value in values.items():
            _put(ssm, name, value)
    return {}


def _put(ssm: Any, name: str, value: str) -> None:  # noqa: ANN401 - boto3 clients have no published type
    try:
        if ssm.get_parameter(Name=name)["Parameter"]["Value"] == value:
            return
    except ssm.exceptions.ParameterNotFound:
        logger.info("no parameter %s in this Region; creating it", name)
    ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)


def find_monitors(ce: Any, wanted: Collection[str] = (*MONITORS,)) -> Data:  # noqa: ANN401 - boto3 clients have no published type
    """Give the account's monitors over AWS services and over accounts, each created if absent.

    An account has room for one of each.
    """
    found = {
        monitor["MonitorDimension"]: monitor["MonitorArn"]
        for page in ce.get_paginator("get_anomaly_monitors").paginate()
        for monitor in page["AnomalyMonitors"]
        if monitor["MonitorType"] == MANAGED and "MonitorDimension" in monitor
    }
    for dimension, (_, name) in MONITORS.items():
        if dimension in wanted and dimension not in found:
            logger.info("no monitor over %s; creating one", dimension)
            found[dimension] = ce.create_anomaly_monitor(
                AnomalyMonitor={
                    "MonitorName": name,
                    "MonitorType": MANAGED,
                    "MonitorDimension": dimension,
                }
            )["MonitorArn"]
    return {
        attribute: found[dimension]
        for dimension, (attribute, _) in MONITORS.items()
        if dimension in wanted
    }


def find_units(organizations: Any, root: str, paths: list[str]) -> Data:  # noqa: ANN401 - as above
    """Give the ID of each unit, looked up by its path from the root.

    Raises:
        LookupError: a unit does not exist.
    """
    pages = organizations.get_paginator("list_organizational_units_for_parent")
    below: dict[str, dict[str, str]] = {}
    found: Data = {}
    for number, path in enumerate(paths):
        place = root
        for name in path.split("/"):
            if place not in below:
                below[place] = {
                    unit["Name"]: unit["Id"]
                    for page in pages.paginate(ParentId=place)
                    for unit in page["OrganizationalUnits"]
                }
            if name not in below[place]:
                raise LookupError(f"the organization has no unit {path}: {name} is not there")
            place = below[place][name]
        found[f"Unit{number}"] = place
    return found


def find_unified_hub(securityhub: Any) -> Data:  # noqa: ANN401 - as above
    """Give the Region's hub of the new Security Hub, enabled if there is none."""
    try:
        return {"HubArn": securityhub.describe_security_hub_v2()["HubV2Arn"]}
    except securityhub.exceptions.ResourceNotFoundException:
        logger.info("the new Security Hub is off in this Region; enabling it")
        return {"HubArn": securityhub.enable_security_hub_v2()["HubV2Arn"]}


def find_hub(securityhub: Any) -> Data:  # noqa: ANN401 - boto3 clients have no published type
    """Give the Region's hub with one finding per control, enabled if there is none.

    The default standards stay off: the configuration policy of the organization names them.
    """
    try:
        found = securityhub.describe_hub()
    except (
        securityhub.exceptions.InvalidAccessException,
        securityhub.exceptions.ResourceNotFoundException,
    ):
        logger.info("no hub in this Region; enabling Security Hub")
        _enable(securityhub)
        found = securityhub.describe_hub()
    # Separate findings for each standard would send the same message several times.
    if found.get("ControlFindingGenerator", CONSOLIDATED) != CONSOLIDATED:
        securityhub.update_security_hub_configuration(ControlFindingGenerator=CONSOLIDATED)
    return {"HubArn": found["HubArn"]}


def _enable(securityhub: Any) -> None:  # noqa: ANN401 - boto3 clients have no published type
    try:
        securityhub.enable_security_hub(
            EnableDefaultStandards=False, ControlFindingGenerator=CONSOLIDATED
        )
    except securityhub.exceptions.ResourceConflictException:
        # The designation of the administrator enabled it in the meantime.
        logger.info("Security Hub was enabled meanwhile")


def _answer(event: dict[str, Any], name: str, find: Callable[[], Data]) -> None:
    physical_id = event.get("PhysicalResourceId", name)
    if event["RequestType"] == "Delete":
        _respond(event, "SUCCESS", physical_id, {})
        return
    try:
        data = find()
    except Exception as error:  # without an answer CloudFormation waits until its time limit
        logger.exception("lookup of the %s failed", name)
        _respond(event, "FAILED", physical_id, {}, reason=str(error) or type(error).__name__)
        return
    _respond(event, "SUCCESS", name, data)


def _respond(
    event: dict[str, Any], status: str, physical_id: str, data: Data, reason: str = ""
) -> None:
    body = {
        "Status": status,
        "Reason": reason[:REASON_LENGTH],
        "PhysicalResourceId": physical_id,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": data,
    }
    request = urllib.request.Request(  # noqa: S310 - CloudFormation's own presigned address
        event["ResponseURL"], data=json.dumps(body).encode(), method="PUT"
    )
    # The signature of the address covers an empty content type.
    request.add_header("Content-Type", "")
    with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as response:  # noqa: S310 - as above
        logger.info("answered %s with HTTP status %s", status, response.status)
