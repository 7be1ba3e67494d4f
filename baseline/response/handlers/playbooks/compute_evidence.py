"""What can be read of a machine before anything is changed, and what else its owner started."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import compute_instance
from botocore.exceptions import BotoCoreError, ClientError
from calls import Call, NothingToDo, code_of
from clients import Client

State = dict[str, Any]

INVENTORY = ("AWS:Application", "AWS:Network", "AWS:InstanceInformation")
LAUNCHES = frozenset(
    {
        "CreateAutoScalingGroup",
        "CreateCluster",
        "CreateFleet",
        "CreateFunction20150331",
        "CreateLaunchTemplate",
        "CreateNotebookInstance",
        "RequestSpotFleet",
        "RequestSpotInstances",
        "RunInstances",
        "RunTask",
        "SubmitJob",
    }
)
"""Calls with which miners get machines."""

LOOK_BACK = timedelta(days=7)
MOST_EVENTS = 200
"""LookupEvents answers twice a second; a miner's own calls are near the launch."""

VCPU_QUOTA = "L-1216C47A"
"""Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances."""


def collect_instance(call: Call) -> None:
    """Keep what the machine is, says on its console, and belongs to. Nothing is changed."""
    instance = compute_instance.read(call)
    name, ec2, ssm = instance["InstanceId"], call.client("ec2"), call.client("ssm")
    call.keep("instance.json", instance)
    attached = compute_instance.interfaces(call, name)
    call.keep("interfaces.json", attached)
    ids = sorted({group for each in attached for group in compute_instance.groups(each)})
    volumes = [
        each["Ebs"]["VolumeId"] for each in instance.get("BlockDeviceMappings", []) if "Ebs" in each
    ]
    reads: dict[str, Callable[[], object]] = {
        "groups.json": lambda: ec2.describe_security_groups(GroupIds=ids)["SecurityGroups"],
        "volumes.json": lambda: ec2.describe_volumes(VolumeIds=volumes)["Volumes"],
        "console.txt": lambda: ec2.get_console_output(InstanceId=name).get("Output", ""),
        "console.jpg": lambda: base64.b64decode(
            ec2.get_console_screenshot(InstanceId=name)["ImageData"]
        ),
        "user-data.json": lambda: _user_data(ec2, name),
        "inventory.json": lambda: {kind: _inventory(ssm, name, kind) for kind in INVENTORY},
        "flow-logs.json": lambda: _flow_logs(call, instance, attached),
    }
    for file, read in reads.items():
        _optional(call, file, read)


def _optional(call: Call, file: str, read: Callable[[], object]) -> None:
    """Keep what can be had; not every machine has a screen, or an agent."""
    try:
        found = read()
    except (BotoCoreError, ClientError) as error:
        call.note(f"no {file}: {code_of(error)}")
        return
    call.keep(file, found)


def _user_data(ec2: Client, name: str) -> State:
    """Give the hash of the user data: people put secrets there."""
    found = ec2.describe_instance_attribute(InstanceId=name, Attribute="userData")
    value = found["UserData"].get("Value")
    if not value:
        return {"present": False}
    body = base64.b64decode(value)
    return {"present": True, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}


def _inventory(ssm: Client, name: str, kind: str) -> list[State]:
    entries: list[State] = []
    token: State = {}
    while True:
        page = ssm.list_inventory_entries(InstanceId=name, TypeName=kind, **token)
        entries += page.get("Entries", [])
        if not page.get("NextToken"):
            return entries
        token = {"NextToken": page["NextToken"]}


def _flow_logs(call: Call, instance: State, attached: list[State]) -> list[State]:
    """Give the flow logs that saw the machine, and say where to look."""
    places = {instance.get("VpcId"), instance.get("SubnetId")}
    places |= {
        each[key] for each in attached for key in ("SubnetId", "VpcId", "NetworkInterfaceId")
    }
    known: list[State] = call.client("ec2").describe_flow_logs(
        Filters=[{"Name": "resource-id", "Values": sorted(each for each in places if each)}]
    )["FlowLogs"]
    for each in known:
        where = each.get("LogDestination") or each.get("LogGroupName")
        call.note(f"flow log {each['FlowLogId']} of {each['ResourceId']} is in {where}")
    if not known:
        call.note("no flow log saw the machine; GuardDuty's own copy cannot be read")
    return known


def list_launches(call: Call) -> None:
    """Find what else was started by whoever started the machine, in every Region."""
    instance = compute_instance.read(call)
    trail = call.client("cloudtrail")
    first = next(
        (
            each
            for each in _events(trail, "ResourceName", instance["InstanceId"])
            if each["EventName"] == "RunInstances"
        ),
        None,
    )
    if first is None:
        raise NothingToDo("CloudTrail's last seven days do not have the launch of the machine")
    actor = {key: first.get(key) for key in ("Username", "AccessKeyId", "EventId", "EventTime")}
    key, value = (
        ("AccessKeyId", actor["AccessKeyId"])
        if actor["AccessKeyId"]
        else (
            "Username",
            actor["Username"],
        )
    )
    launches: dict[str, list[State]] = {}
    for region in _regions(call):
        try:
            found = [
                each
                for each in _events(call.client("cloudtrail", region), key, str(value))
                if each["EventName"] in LAUNCHES
            ]
        except (BotoCoreError, ClientError) as error:
            call.note(f"launches in {region} are not known: {code_of(error)}")
            continue
        if found:
            launches[region] = [_launch(each) for each in found]
            call.note(f"{len(found)} launches by {actor['Username']} in {region}")
    call.keep("launches.json", {"actor": actor, "by": key, "launches": launches})
    _tell_limit(call)


def _events(trail: Client, key: str, value: str) -> Iterator[State]:
    pages = trail.get_paginator("lookup_events").paginate(
        LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}],
        StartTime=datetime.now(UTC) - LOOK_BACK,
        PaginationConfig={"MaxItems": MOST_EVENTS},
    )
    for page in pages:
        yield from page["Events"]


def _launch(event: State) -> State:
    keys = ("EventId", "EventName", "EventTime", "Username", "AccessKeyId", "Resources")
    return {key: event.get(key) for key in keys}


def _regions(call: Call) -> list[str]:
    found = call.client("ec2").describe_regions()["Regions"]
    return sorted(each["RegionName"] for each in found)


def _tell_limit(call: Call) -> None:
    """Say how much a miner could still start here."""
    try:
        quota = call.client("service-quotas").get_service_quota(
            ServiceCode="ec2", QuotaCode=VCPU_QUOTA
        )["Quota"]
    except (BotoCoreError, ClientError) as error:
        call.note(f"the limit of instances is not known: {code_of(error)}")
        return
    call.note(
        f"{call.region} lets {quota['Value']:.0f} vCPUs of standard instances run; the guardrail "
        "sandbox-limits keeps types and sizes, AWS Support lowers the quota"
    )
