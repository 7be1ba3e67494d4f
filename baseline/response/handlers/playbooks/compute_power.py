"""What a machine may do in AWS, and stopping it."""

from __future__ import annotations

from typing import Any

import compute_instance
from calls import Call, NothingToDo
from clients import Client

State = dict[str, Any]

STOPPED = frozenset({"stopped", "stopping"})


def detach_profile(call: Call) -> None:
    """Take the instance profile from the instance, so that it gets no credentials any more."""
    instance = compute_instance.read(call)
    ec2, name = call.client("ec2"), instance["InstanceId"]
    found = ec2.describe_iam_instance_profile_associations(
        Filters=[
            {"Name": "instance-id", "Values": [name]},
            {"Name": "state", "Values": ["associated", "associating"]},
        ]
    )["IamInstanceProfileAssociations"]
    call.keep("before.json", found)
    for each in found:
        profile = each["IamInstanceProfile"]["Arn"]
        call.change(
            f"take instance profile {profile.rpartition('/')[2]} from {name}",
            lambda each=each: ec2.disassociate_iam_instance_profile(
                AssociationId=each["AssociationId"]
            ),
        )
        call.note(
            f"credentials that {profile} handed out stay valid for up to six hours: revoke the "
            "sessions of its role with the playbook compromised-role-session"
        )


def stop_instance(call: Call) -> None:
    """Stop the instance, hibernating it where it can. It is never terminated."""
    instance = compute_instance.read(call)
    ec2, name = call.client("ec2"), instance["InstanceId"]
    if instance["State"]["Name"] in STOPPED:
        return
    if instance.get("RootDeviceType") == "instance-store":
        raise NothingToDo(f"{name} runs from instance store, which cannot be stopped; leave it on")
    hibernate = bool(instance.get("HibernationOptions", {}).get("Configured"))
    if _has_instance_store(ec2, instance):
        call.note("what is in the instance store is lost when it stops")
    if not hibernate:
        call.note("what is in memory is lost when it stops")
    call.change(
        f"{'hibernate' if hibernate else 'stop'} {name}",
        lambda: ec2.stop_instances(InstanceIds=[name], Hibernate=hibernate),
    )


def _has_instance_store(ec2: Client, instance: State) -> bool:
    found = ec2.describe_instance_types(InstanceTypes=[instance["InstanceType"]])["InstanceTypes"]
    return bool(found and found[0].get("InstanceStorageSupported"))
