"""Custom resources DnsFirewallLookup and FirewallEndpoints: what CloudFormation cannot look up.

``DnsFirewallLookup`` gives the IDs of AWS's managed domain lists, which differ per Region, and sets
what the DNS Firewall of a VPC does when it fails. ``FirewallEndpoints`` gives the endpoint of a
network firewall in each subnet, which its attribute lists in no order. Delete does nothing.
"""

from __future__ import annotations

import json
import logging
import urllib.request
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config

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

Data = dict[str, str]
Properties = dict[str, Any]


def dns_firewall(event: dict[str, Any], _context: object) -> None:
    """Answer CloudFormation with the ID of each list, under the list's name."""
    _answer(
        event,
        lambda properties: prepare(boto3.client("route53resolver", config=RETRIES), properties),
    )


def firewall_endpoints(event: dict[str, Any], _context: object) -> None:
    """Answer CloudFormation with ``Endpoint1`` and so on, in the order of the subnets."""
    _answer(
        event,
        lambda properties: endpoints(boto3.client("network-firewall", config=RETRIES), properties),
    )


def prepare(resolver: Any, properties: Properties) -> Data:  # noqa: ANN401 - boto3 has no types
    """Set the failure mode of the VPC and give the IDs of the managed lists that are asked for."""
    wanted = properties["Lists"]
    found = {
        row["Name"]: row["Id"]
        for page in _pages(resolver)
        for row in page["FirewallDomainLists"]
        # A list of one's own may bear the same name, and has no such owner.
        if row.get("ManagedOwnerName")
    }
    missing = sorted(set(wanted) - set(found))
    if missing:
        raise LookupError(f"this Region has no managed domain list {', '.join(missing)}")
    vpc, mode = properties["VpcId"], properties["FailOpen"]
    current = resolver.get_firewall_config(ResourceId=vpc)["FirewallConfig"]
    if current.get("FirewallFailOpen") != mode:
        resolver.update_firewall_config(ResourceId=vpc, FirewallFailOpen=mode)
    return {name: found[name] for name in wanted}


def _pages(resolver: Any) -> Any:  # noqa: ANN401 - boto3 has no types
    return resolver.get_paginator("list_firewall_domain_lists").paginate()


def endpoints(firewalls: Any, properties: Properties) -> Data:  # noqa: ANN401 - boto3 has no types
    """Give the firewall's endpoint in each subnet, once all are ready."""
    status = firewalls.describe_firewall(FirewallArn=properties["FirewallArn"])["FirewallStatus"]
    attachments = [state.get("Attachment", {}) for state in status.get("SyncStates", {}).values()]
    ready = {
        attachment["SubnetId"]: attachment["EndpointId"]
        for attachment in attachments
        if attachment.get("Status") == "READY"
    }
    missing = [subnet for subnet in properties["SubnetIds"] if subnet not in ready]
    if missing:
        raise LookupError(f"the firewall has no endpoint that is ready in {', '.join(missing)}")
    return {
        f"Endpoint{number}": ready[subnet]
        for number, subnet in enumerate(properties["SubnetIds"], start=1)
    }


def _answer(event: dict[str, Any], find: Callable[[Properties], Data]) -> None:
    # One answer per resource: a changed VPC or firewall is another CloudFormation resource.
    physical_id = event.get("PhysicalResourceId", event["LogicalResourceId"])
    if event["RequestType"] == "Delete":
        _respond(event, "SUCCESS", physical_id, {})
        return
    try:
        data = find(event["ResourceProperties"])
    except Exception as error:  # without an answer CloudFormation waits until its time limit
        logger.exception("lookup for %s failed", event["LogicalResourceId"])
        _respond(event, "FAILED", physical_id, {}, reason=str(error) or type(error).__name__)
        return
    _respond(event, "SUCCESS", physical_id, data)


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
