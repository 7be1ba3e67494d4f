"""Snapshots of a machine's volumes, and copies of them in the forensic account.

A snapshot under the key that AWS manages cannot be shared. So the copy that is shared is made under
the forensic account's own key, which the responder may use through EC2; the forensic account copies
it again, so that nobody of the affected account can take it away.

Source: Amazon EBS User Guide, "Share an Amazon EBS snapshot"; AWS KMS Developer Guide, "Allowing
users in other accounts to use a KMS key".
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import clients
import compute_instance
from botocore.exceptions import BotoCoreError, ClientError
from calls import Call, NothingToDo, StillRunning
from clients import Client

State = dict[str, Any]

FRESH = timedelta(hours=24)
"""Snapshots older than this are of an earlier look at the same machine."""

SOURCE_TAG = "SecurityBaselineIncidentSource"


def snapshot_volumes(call: Call) -> None:
    """Take snapshots of all volumes at the same moment."""
    instance = compute_instance.read(call)
    volumes = _volumes(instance)
    if not volumes:
        raise NothingToDo(f"{instance['InstanceId']} has no EBS volumes")
    taken = {each["VolumeId"]: each for each in _taken(call, volumes)}
    missing = [each for each in volumes if each not in taken]
    ec2, said = call.client("ec2"), f"Evidence of {call.incident['id']}"
    tags = compute_instance.tags(call, said)
    specifications = [{"ResourceType": "snapshot", "Tags": tags}]
    if missing == volumes:
        call.change(
            f"take snapshots of {', '.join(volumes)} at the same moment",
            lambda: ec2.create_snapshots(
                InstanceSpecification={"InstanceId": instance["InstanceId"]},
                Description=said,
                TagSpecifications=specifications,
            ),
        )
    else:
        call.each(missing, lambda volume: _take(call, volume, said, specifications))
    found = taken if call.dry_run else {each["VolumeId"]: each for each in _taken(call, volumes)}
    call.keep("snapshots.json", list(found.values()))
    call.facts["snapshots"] = sorted(each["SnapshotId"] for each in found.values())


def _take(call: Call, volume: str, said: str, specifications: list[State]) -> None:
    call.change(
        f"take a snapshot of {volume}",
        lambda: call.client("ec2").create_snapshot(
            VolumeId=volume, Description=said, TagSpecifications=specifications
        ),
    )


def hand_over_snapshots(call: Call) -> None:
    """Copy the snapshots into the forensic account, under its key, or say whether they can be.

    Raises:
        StillRunning: a snapshot or a copy has not completed.
    """
    instance = compute_instance.read(call)
    taken = list(_taken(call, _volumes(instance)))
    forensics = compute_instance.settings().get("forensics")
    if not forensics:
        _tell_keys(call, taken)
        raise NothingToDo("there is no forensic account; the snapshots stay where they are")
    if not taken:
        raise NothingToDo(
            f"there are no snapshots yet; account {forensics['account']} gets copies of them"
        )
    waiting: list[str] = []
    call.each(taken, lambda each: waiting.extend(_hand_over(call, each, forensics)))
    if waiting and not call.dry_run:
        raise StillRunning(f"waits for {', '.join(waiting)}")


def _hand_over(call: Call, snapshot: State, forensics: State) -> Iterator[str]:
    """Do the next of what one snapshot needs; give what has to complete before the rest."""
    name = snapshot["SnapshotId"]
    if snapshot["State"] != "completed":
        yield name
        return
    ec2 = call.client("ec2")
    copied = _copy_of(call, ec2, name)
    if copied is None:
        key = _key(call, forensics)
        call.change(f"copy {name} under {key}", lambda: _copy(call, ec2, name, key))
        yield f"the copy of {name}"
        return
    if copied["State"] != "completed":
        yield copied["SnapshotId"]
        return
    _share(call, ec2, copied["SnapshotId"], forensics["account"])
    there = _forensic_ec2(call, forensics)
    last = _copy_of(call, there, copied["SnapshotId"])
    if last is None:
        key = _key(call, forensics)
        call.change(
            f"copy {copied['SnapshotId']} into account {forensics['account']}",
            lambda: _copy(call, there, copied["SnapshotId"], key),
        )
        yield f"the copy of {copied['SnapshotId']}"
        return
    if last["State"] != "completed":
        yield last["SnapshotId"]
        return
    call.note(f"{name} is {last['SnapshotId']} in account {forensics['account']}")
    call.keep(f"{name}.json", {"taken": snapshot, "shared": copied, "forensic": last})


def _share(call: Call, ec2: Client, snapshot: str, account: str) -> None:
    found = ec2.describe_snapshot_attribute(
        SnapshotId=snapshot, Attribute="createVolumePermission"
    )["CreateVolumePermissions"]
    if any(each.get("UserId") == account for each in found):
        return
    call.change(
        f"share {snapshot} with account {account}",
        lambda: ec2.modify_snapshot_attribute(
            SnapshotId=snapshot,
            Attribute="createVolumePermission",
            OperationType="add",
            UserIds=[account],
        ),
    )


def _copy(call: Call, ec2: Client, snapshot: str, key: str) -> None:
    said = f"Evidence of {call.incident['id']}, from {snapshot}"
    tags = [*compute_instance.tags(call, said), {"Key": SOURCE_TAG, "Value": snapshot}]
    ec2.copy_snapshot(
        SourceRegion=call.region,
        SourceSnapshotId=snapshot,
        Description=said,
        Encrypted=True,
        KmsKeyId=key,
        TagSpecifications=[{"ResourceType": "snapshot", "Tags": tags}],
    )


def _copy_of(call: Call, ec2: Client, snapshot: str) -> State | None:
    found = _described(
        ec2,
        [
            {"Name": f"tag:{SOURCE_TAG}", "Values": [snapshot]},
            {"Name": f"tag:{compute_instance.INCIDENT_TAG}", "Values": [call.incident["id"]]},
        ],
    )
    return next((each for each in found if each["State"] != "error"), None)


def _taken(call: Call, volumes: list[str]) -> Iterator[State]:
    """Give this look's snapshots of the volumes, not those of an earlier incident."""
    if not volumes:
        return
    oldest = datetime.now(UTC) - FRESH
    filters = [
        {"Name": "volume-id", "Values": volumes},
        {"Name": f"tag:{compute_instance.INCIDENT_TAG}", "Values": [call.incident["id"]]},
    ]
    for each in _described(call.client("ec2"), filters):
        copied = any(tag["Key"] == SOURCE_TAG for tag in each.get("Tags", []))
        if not copied and each["State"] != "error" and each["StartTime"] > oldest:
            yield each


def _described(ec2: Client, filters: list[State]) -> list[State]:
    pages = ec2.get_paginator("describe_snapshots").paginate(OwnerIds=["self"], Filters=filters)
    return [each for page in pages for each in page["Snapshots"]]


def _tell_keys(call: Call, taken: list[State]) -> None:
    """Say which snapshots nobody could share as they are."""
    for each in taken:
        name, key = each["SnapshotId"], each.get("KmsKeyId")
        if not each.get("Encrypted") or not key:
            call.note(f"{name} is not encrypted")
            continue
        try:
            manager = call.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyManager"]
        except (BotoCoreError, ClientError) as error:
            call.note(f"who manages {key} of {name} is not known: {error}")
            continue
        if manager == "AWS":
            call.note(f"{name} is under the key that AWS manages: it cannot be shared, only copied")


def _key(call: Call, forensics: State) -> str:
    place = f"{call.incident['partition']}:kms:{call.region}:{forensics['account']}"
    return f"arn:{place}:{forensics['key_alias']}"


def _forensic_ec2(call: Call, forensics: State) -> Client:
    """Give a client of the forensic account, with the role that may only copy snapshots."""
    role = f"arn:{call.incident['partition']}:iam::{forensics['account']}:role/{forensics['role']}"
    found = clients.assumed(role, incident=call.incident["id"])
    return clients.foreign("ec2", region=call.region, credentials=found)


def _volumes(instance: State) -> list[str]:
    return sorted(
        each["Ebs"]["VolumeId"] for each in instance.get("BlockDeviceMappings", []) if "Ebs" in each
    )
