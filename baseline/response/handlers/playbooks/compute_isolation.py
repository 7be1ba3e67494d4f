"""Isolating a machine by security group, so that connections that are open die, too.

A connection that a security group tracks outlives a change of the group. So each interface first
gets the isolation group, which lets nothing new in or out; then, for a moment, a group that lets
everything through, under which connections are not tracked; then the isolation group again.

Source: Amazon EC2 User Guide, "Security group connection tracking"; AWS Systems Manager Automation
runbook reference, "AWSSupport-ContainEC2Instance".
"""

from __future__ import annotations

import time
from typing import Any

import compute_acls
import compute_instance
from botocore.exceptions import BotoCoreError, ClientError
from calls import Call, PartlyFailed

State = dict[str, Any]

EVERYTHING: tuple[State, ...] = (
    {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
    {"Ipv6Ranges": [{"CidrIpv6": "::/0"}]},
)
DELETIONS = 4
PAUSE_SECONDS = 2
IN_USE = "DependencyViolation"
DUPLICATE = "InvalidPermission.Duplicate"


def isolate_instance(call: Call) -> None:
    """Give every interface of the instance the isolation group alone, and cut what is open."""
    instance = compute_instance.read(call)
    found = compute_instance.interfaces(call, instance["InstanceId"])
    call.keep("before.json", [_groups_of(each) for each in found])
    failed: list[str] = []
    for vpc in sorted({each["VpcId"] for each in found}):
        there = [each for each in found if each["VpcId"] == vpc]
        try:
            _isolate(call, vpc, there)
        except (BotoCoreError, ClientError) as error:
            failed.append(f"{vpc}: {error}")
    try:
        compute_acls.close_lonely_subnets(call, found)
    except (BotoCoreError, ClientError) as error:
        failed.append(f"network ACL: {error}")
    if failed:
        done = f"; done: {'; '.join(call.changes)}" if call.changes else ""
        raise PartlyFailed(f"{'; '.join(failed)}{done}")


def _isolate(call: Call, vpc: str, interfaces: list[State]) -> None:
    isolation = _isolation_group(call, vpc)
    waiting = [each for each in interfaces if compute_instance.groups(each) != [isolation]]
    # The open group is made first: while it exists, connections remain to be cut.
    opened = _open_group(call, vpc, make=bool(waiting))
    for each in waiting:
        _set(call, each, isolation)
    if opened:
        _cut(call, interfaces, opened, isolation)


def _set(call: Call, interface: State, group: str | None) -> None:
    name = interface["NetworkInterfaceId"]
    call.change(
        f"leave {name} only the isolation group, instead of "
        f"{', '.join(compute_instance.groups(interface))}",
        lambda: _give(call, name, group),
    )


def _give(call: Call, interface: str, group: str | None) -> None:
    call.client("ec2").modify_network_interface_attribute(
        NetworkInterfaceId=interface, Groups=[group]
    )


def _cut(call: Call, interfaces: list[State], opened: str, isolation: str | None) -> None:
    """Pass every interface through the open group, and delete the group."""
    names = [each["NetworkInterfaceId"] for each in interfaces]

    def pass_through() -> None:
        _open(call, opened)
        try:
            for name in names:
                _give(call, name, opened)
        finally:
            failed = _close(call, names, isolation)
        if failed:
            raise failed
        _delete(call, opened)

    call.change(f"cut the open connections of {', '.join(names)}", pass_through)


def _delete(call: Call, group: str) -> None:
    """Delete the open group; EC2 needs a moment to see that no interface has it any more."""
    for attempt in range(1, DELETIONS + 1):
        try:
            call.client("ec2").delete_security_group(GroupId=group)
        except ClientError as error:
            if error.response["Error"]["Code"] != IN_USE or attempt == DELETIONS:
                raise
            time.sleep(PAUSE_SECONDS)
        else:
            return


def _close(call: Call, names: list[str], isolation: str | None) -> Exception | None:
    """Give each interface the isolation group again, whatever happened to the others."""
    failed: Exception | None = None
    for name in names:
        try:
            _give(call, name, isolation)
        except (BotoCoreError, ClientError) as error:
            failed = error
    return failed


def _isolation_group(call: Call, vpc: str) -> str | None:
    """Find or make the group without rules; None in a dry run that would make it."""
    ec2, name = call.client("ec2"), compute_instance.prefixed("isolation")
    found = _find(call, vpc, name) or _made(
        call, vpc, name, "Isolates machines under investigation: no rules"
    )
    if found is None:
        return None
    group = found["GroupId"]
    for kind, rules, revoke in (
        ("ingress", found["IpPermissions"], ec2.revoke_security_group_ingress),
        ("egress", found["IpPermissionsEgress"], ec2.revoke_security_group_egress),
    ):
        if rules:
            call.change(
                f"remove the {kind} rules of {name}",
                lambda revoke=revoke, rules=rules: revoke(GroupId=group, IpPermissions=rules),
            )
    return str(group)


def _open_group(call: Call, vpc: str, *, make: bool) -> str | None:
    """Find or make the group under which nothing is tracked; None where there is nothing to cut.

    Where it cannot be made, the machine is isolated all the same; the report says what remains.
    """
    if not compute_instance.settings().get("cut_connections", True):
        if make:
            call.note("connections that are open last until they end: cut_connections is false")
        return None
    name = compute_instance.prefixed(f"untracked-{call.incident['id']}")
    found = _find(call, vpc, name)
    if found is None and make:
        try:
            found = _made(call, vpc, name, "Cuts open connections; deleted at once")
        except (BotoCoreError, ClientError) as error:
            call.problems.append(f"connections that are open were not cut: {error}")
    return str(found["GroupId"]) if found else None


def _open(call: Call, group: str) -> None:
    ec2 = call.client("ec2")
    for allow in (ec2.authorize_security_group_ingress, ec2.authorize_security_group_egress):
        # One range each: a duplicate in a request would keep out what else is in it.
        for ranges in EVERYTHING:
            try:
                allow(GroupId=group, IpPermissions=[{"IpProtocol": "-1", **ranges}])
            except ClientError as error:
                if error.response["Error"]["Code"] != DUPLICATE:
                    raise


def _made(call: Call, vpc: str, name: str, description: str) -> State | None:
    """Make a group, and give it with the rule that EC2 puts into it; None in a dry run."""
    ec2, made = call.client("ec2"), []

    def make() -> None:
        made.append(
            ec2.create_security_group(
                GroupName=name,
                Description=description,
                VpcId=vpc,
                TagSpecifications=[
                    {"ResourceType": "security-group", "Tags": compute_instance.tags(call, name)}
                ],
            )["GroupId"]
        )

    call.change(f"make security group {name} in {vpc}", make)
    if not made:
        return None
    ec2.get_waiter("security_group_exists").wait(GroupIds=made)
    found: State = ec2.describe_security_groups(GroupIds=made)["SecurityGroups"][0]
    return found


def _find(call: Call, vpc: str, name: str) -> State | None:
    found = call.client("ec2").describe_security_groups(
        Filters=[{"Name": "group-name", "Values": [name]}, {"Name": "vpc-id", "Values": [vpc]}]
    )["SecurityGroups"]
    return found[0] if found else None


def _groups_of(interface: State) -> State:
    keys = ("NetworkInterfaceId", "SubnetId", "VpcId", "PrivateIpAddresses", "Groups")
    return {key: interface.get(key) for key in keys}
