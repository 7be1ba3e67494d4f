"""Network ACLs: they keep no state, so what they deny ends connections that are open.

A rule of a network ACL names the other end, never the machine in the subnet. So an address of the
internet is denied to the whole subnet, and a subnet is closed only where nothing else is in it.

Source: Amazon VPC User Guide, "Network ACL rules"; Amazon EC2 User Guide, "Security group
connection tracking".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import compute_instance
from calls import Call, NothingToDo

State = dict[str, Any]

EVERY_PROTOCOL = "-1"
LAST_NUMBER = 32767
"""The rule that every network ACL ends with, which nobody can change."""


def block_remote_addresses(call: Call) -> None:
    """Deny the other end of the connection, in the network ACL of each of the machine's subnets."""
    instance = compute_instance.read(call)
    remote = call.target.get("remote") or []
    if not remote:
        raise NothingToDo("the finding names no address of the internet at the other end")
    interfaces = compute_instance.interfaces(call, instance["InstanceId"])
    acls = [_acl_of(call, subnet) for subnet in _subnets(interfaces)]
    by_id = {acl["NetworkAclId"]: acl for acl in acls if acl}
    call.keep("before.json", list(by_id.values()))
    call.each(list(by_id.values()), lambda acl: _deny(call, acl, remote))


def _deny(call: Call, acl: State, remote: Sequence[str]) -> None:
    name = acl["NetworkAclId"]
    entries = list(acl["Entries"])
    for address in remote:
        cidr = (
            {"Ipv6CidrBlock": f"{address}/128"}
            if ":" in address
            else {"CidrBlock": f"{address}/32"}
        )
        for egress in (False, True):
            if not _needs(entries, cidr, egress=egress):
                continue
            number = _number(entries, egress=egress)
            if number is None:
                call.problems.append(f"{name} has no free number before its first rule that allows")
                continue
            entry = {
                "RuleNumber": number,
                "Protocol": EVERY_PROTOCOL,
                "RuleAction": "deny",
                "Egress": egress,
                **cidr,
            }
            call.change(
                f"deny traffic {'to' if egress else 'from'} {address} in {name}",
                lambda entry=entry: call.client("ec2").create_network_acl_entry(
                    NetworkAclId=name, **entry
                ),
            )
            entries.append(entry)


def _needs(entries: list[State], cidr: State, *, egress: bool) -> bool:
    """Tell whether something is allowed in this direction, and the address is not denied."""
    allows = any(each["RuleAction"] == "allow" and each["Egress"] is egress for each in entries)
    return allows and not any(_denies(each, cidr, egress=egress) for each in entries)


def _denies(entry: State, cidr: State, *, egress: bool) -> bool:
    same = all(entry.get(key) == value for key, value in cidr.items())
    return (
        same
        and entry["Egress"] is egress
        and entry["RuleAction"] == "deny"
        and entry["Protocol"] == EVERY_PROTOCOL
    )


def _number(entries: list[State], *, egress: bool) -> int | None:
    """Give the first free number before every rule that allows; None where there is none."""
    own = [each for each in entries if each["Egress"] is egress]
    taken = {each["RuleNumber"] for each in own}
    allowing = [each["RuleNumber"] for each in own if each["RuleAction"] == "allow"]
    limit = min([*allowing, LAST_NUMBER])
    return next((number for number in range(1, limit) if number not in taken), None)


def close_lonely_subnets(call: Call, interfaces: list[State]) -> None:
    """Give a subnet in which only the machine is a network ACL that lets nothing through."""
    own = {each["NetworkInterfaceId"] for each in interfaces}
    for subnet in _subnets(interfaces):
        others = [
            each["NetworkInterfaceId"]
            for each in _interfaces_in(call, subnet)
            if each["NetworkInterfaceId"] not in own
        ]
        if others:
            call.note(f"{subnet} stays open: {len(others)} other interfaces are in it")
            continue
        _close(call, subnet)


def _close(call: Call, subnet: str) -> None:
    acl = _acl_of(call, subnet)
    if acl is None:
        return
    closed = _isolation_acl(call, acl["VpcId"])
    if acl["NetworkAclId"] == closed:
        return
    [association] = [
        each["NetworkAclAssociationId"]
        for each in acl["Associations"]
        if each["SubnetId"] == subnet
    ]
    call.keep(f"{subnet}.json", acl)
    call.change(
        f"close {subnet}, in which nothing else is; before it had {acl['NetworkAclId']}",
        lambda: call.client("ec2").replace_network_acl_association(
            AssociationId=association, NetworkAclId=closed
        ),
    )


def _isolation_acl(call: Call, vpc: str) -> str | None:
    """Find or make the network ACL that only denies; None in a dry run that would make it."""
    name = compute_instance.prefixed("isolation")
    found = _find(call, vpc, name)
    if found is not None:
        return found
    made: list[str] = []
    call.change(f"make network ACL {name} in {vpc}", lambda: made.append(_make(call, vpc, name)))
    return made[0] if made else None


def _make(call: Call, vpc: str, name: str) -> str:
    made = call.client("ec2").create_network_acl(
        VpcId=vpc,
        TagSpecifications=[
            {"ResourceType": "network-acl", "Tags": compute_instance.tags(call, name)}
        ],
    )
    return str(made["NetworkAcl"]["NetworkAclId"])


def _find(call: Call, vpc: str, name: str) -> str | None:
    """Find the isolation ACL; one with rules that allow is somebody's change, and is not used."""
    acls = call.client("ec2").describe_network_acls(
        Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "tag:Name", "Values": [name]}]
    )["NetworkAcls"]
    for each in acls:
        if all(entry["RuleAction"] == "deny" for entry in each["Entries"]):
            return str(each["NetworkAclId"])
    return None


def _acl_of(call: Call, subnet: str) -> State | None:
    """Read the network ACL of a subnet; None where another account shares the subnet."""
    found: list[State] = call.client("ec2").describe_network_acls(
        Filters=[{"Name": "association.subnet-id", "Values": [subnet]}]
    )["NetworkAcls"]
    if not found:
        call.note(f"the network ACL of {subnet} belongs to the account that shares the subnet")
        return None
    return found[0]


def _interfaces_in(call: Call, subnet: str) -> list[State]:
    pages = call.client("ec2").get_paginator("describe_network_interfaces")
    filters = [{"Name": "subnet-id", "Values": [subnet]}]
    return [each for page in pages.paginate(Filters=filters) for each in page["NetworkInterfaces"]]


def _subnets(interfaces: list[State]) -> list[str]:
    return sorted({each["SubnetId"] for each in interfaces})
