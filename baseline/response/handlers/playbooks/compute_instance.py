"""The instance that an incident is about: what it is now, its interfaces, and what it belongs to."""

from __future__ import annotations

import json
import os
from typing import Any

from botocore.exceptions import ClientError
from calls import Call, NothingToDo

State = dict[str, Any]

INCIDENT_TAG = "SecurityBaselineIncident"
"""Tag of everything that an incident made or is about; its value is the incident's ID."""

GONE = frozenset({"InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed"})
DEAD = frozenset({"terminated", "shutting-down"})


def settings() -> State:
    """Give what baseline.yaml says: ``memory``, ``forensics`` and ``cut_connections``."""
    found: State = json.loads(os.environ.get("COMPUTE", "{}"))
    return found


def read(call: Call) -> State:
    """Read the instance as it is now.

    Raises:
        NothingToDo: it is gone, a sample names it, or the incident is about something else.
    """
    if call.target["kind"] != "instance":
        raise NothingToDo(f"the incident is about a {call.target['kind']}, not an instance")
    name = call.target["id"]
    try:
        found = call.client("ec2").describe_instances(InstanceIds=[name])["Reservations"]
    except ClientError as error:
        if error.response["Error"]["Code"] in GONE:
            raise NothingToDo(f"instance {name} does not exist") from error
        raise
    instances = [each for reservation in found for each in reservation["Instances"]]
    if not instances or instances[0]["State"]["Name"] in DEAD:
        raise NothingToDo(f"instance {name} is terminated")
    instance: State = instances[0]
    return instance


def interfaces(call: Call, instance: str) -> list[State]:
    """Read every network interface of an instance, those attached later included."""
    pages = call.client("ec2").get_paginator("describe_network_interfaces")
    filters = [{"Name": "attachment.instance-id", "Values": [instance]}]
    return [each for page in pages.paginate(Filters=filters) for each in page["NetworkInterfaces"]]


def groups(interface: State) -> list[str]:
    """Give the IDs of an interface's security groups."""
    return sorted(each["GroupId"] for each in interface["Groups"])


def addresses(instance: State) -> set[str]:
    """Give the private addresses of an instance, by which load balancers may know it."""
    found = {
        each["PrivateIpAddress"]
        for interface in instance.get("NetworkInterfaces", [])
        for each in interface.get("PrivateIpAddresses", [])
    }
    return found | ({instance["PrivateIpAddress"]} if instance.get("PrivateIpAddress") else set())


def tags(call: Call, name: str) -> list[State]:
    """Give the tags of something that the incident makes."""
    return [
        {"Key": "Name", "Value": name},
        {"Key": INCIDENT_TAG, "Value": call.incident["id"]},
    ]


def prefixed(name: str) -> str:
    """Give a name that begins with the baseline's prefix."""
    return f"{os.environ['PREFIX']}-{name}"
