"""Preserving a machine: its tag, and that nothing terminates it or deletes its volumes."""

from __future__ import annotations

from typing import Any

import compute_instance
from calls import Call
from clients import Client

State = dict[str, Any]


def preserve_instance(call: Call) -> None:
    """Tag the instance and its volumes, and protect both from termination."""
    instance = compute_instance.read(call)
    name, ec2 = instance["InstanceId"], call.client("ec2")
    before = {
        "DisableApiTermination": _attribute(call, name, "disableApiTermination"),
        "InstanceInitiatedShutdownBehavior": _attribute(
            call, name, "instanceInitiatedShutdownBehavior"
        ),
        "BlockDeviceMappings": instance.get("BlockDeviceMappings", []),
        "Tags": instance.get("Tags", []),
    }
    call.keep("before.json", before)
    call.each(
        [_tag, _protect_from_termination, _stop_at_shutdown, _keep_volumes],
        lambda action: action(call, ec2, instance, before),
    )


def _tag(call: Call, ec2: Client, instance: State, _before: State) -> None:
    tag = {"Key": compute_instance.INCIDENT_TAG, "Value": call.incident["id"]}
    if tag in instance.get("Tags", []):
        return
    volumes = [each["Ebs"]["VolumeId"] for each in _volumes(instance)]
    call.change(
        f"tag {instance['InstanceId']} and its volumes {tag['Key']}={tag['Value']}",
        lambda: ec2.create_tags(Resources=[instance["InstanceId"], *volumes], Tags=[tag]),
    )


def _protect_from_termination(call: Call, ec2: Client, instance: State, before: State) -> None:
    if before["DisableApiTermination"]:
        return
    if instance.get("InstanceLifecycle") == "spot":
        # EC2 refuses termination protection for Spot Instances.
        call.note("a Spot Instance cannot be protected from termination")
        return
    name = instance["InstanceId"]
    call.change(
        f"protect {name} from termination",
        lambda: ec2.modify_instance_attribute(
            InstanceId=name, DisableApiTermination={"Value": True}
        ),
    )


def _stop_at_shutdown(call: Call, ec2: Client, instance: State, before: State) -> None:
    """Let a shutdown from inside stop the machine instead of terminating it."""
    if before["InstanceInitiatedShutdownBehavior"] != "terminate":
        return
    name = instance["InstanceId"]
    call.change(
        f"let a shutdown inside {name} stop it, not terminate it",
        lambda: ec2.modify_instance_attribute(
            InstanceId=name, Attribute="instanceInitiatedShutdownBehavior", Value="stop"
        ),
    )


def _keep_volumes(call: Call, ec2: Client, instance: State, _before: State) -> None:
    name = instance["InstanceId"]
    for each in _volumes(instance):
        if not each["Ebs"].get("DeleteOnTermination"):
            continue
        mapping = {"DeviceName": each["DeviceName"], "Ebs": {"DeleteOnTermination": False}}
        call.change(
            f"keep volume {each['Ebs']['VolumeId']} when {name} is terminated",
            lambda mapping=mapping: ec2.modify_instance_attribute(
                InstanceId=name, BlockDeviceMappings=[mapping]
            ),
        )


def _volumes(instance: State) -> list[State]:
    return [each for each in instance.get("BlockDeviceMappings", []) if "Ebs" in each]


def _attribute(call: Call, instance: str, name: str) -> object:
    found = call.client("ec2").describe_instance_attribute(InstanceId=instance, Attribute=name)
    return found[name[0].upper() + name[1:]].get("Value")
