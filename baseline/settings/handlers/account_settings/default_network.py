"""The default VPC, removed where nobody uses it, and default security groups without rules.

Nothing that carries traffic is touched: a VPC with a network interface, or with anything that AWS
did not put there, stays, and so do the rules of a group that an interface has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from account_access import Account, Client
from botocore.exceptions import ClientError
from setting_rows import SKIPPED, Keeper, Row

VPC = "default_vpc"
GROUP = "default_security_group"
GONE = frozenset(
    {
        "Gateway.NotAttached",
        "InvalidInternetGatewayID.NotFound",
        "InvalidSubnetID.NotFound",
        "InvalidVpcID.NotFound",
    }
)


def remove_vpcs(
    account: Account, region: str, wanted: dict[str, Any], keeper: Keeper
) -> Iterator[Row]:
    """Remove the default VPC of a Region."""
    del wanted
    ec2 = account.client("ec2", region)
    found = _pages(ec2, "describe_vpcs", "Vpcs", **{"is-default": "true"})
    if not found:
        yield keeper.keep(VPC, region, before="absent", after="absent", write=lambda: None)
    for vpc in found:
        identifier = vpc["VpcId"]
        used = in_use(ec2, identifier)
        if used:
            yield Row(region=region, setting=VPC, state=SKIPPED, before=identifier, note=used)
            continue
        yield _removed(ec2, region, identifier, keeper)


def _removed(ec2: Client, region: str, vpc: str, keeper: Keeper) -> Row:
    left = _left_behind(ec2, vpc)
    try:
        row = keeper.keep(
            VPC, region, before=vpc, after="absent", write=lambda: delete_vpc(ec2, vpc)
        )
        return replace(row, note=left)
    except ClientError as error:
        if error.response["Error"]["Code"] != "DependencyViolation":
            raise
        said = error.response["Error"].get("Message", "")
        note = f"something still belongs to it: {said}"
        return Row(region=region, setting=VPC, state=SKIPPED, before=vpc, note=note)


def _left_behind(ec2: Client, vpc: str) -> str:
    """Name gateways that a run may have detached before it broke off; whose they are nobody knows."""
    gateways = _pages(ec2, "describe_internet_gateways", "InternetGateways")
    if any(each["VpcId"] == vpc for one in gateways for each in one.get("Attachments", [])):
        return ""
    alone = [one["InternetGatewayId"] for one in gateways if not one.get("Attachments")]
    return f"it had no internet gateway; attached to nothing: {', '.join(alone)}" if alone else ""


def in_use(ec2: Client, vpc: str) -> str:
    """Say what makes a VPC more than an untouched default; nothing when it is one."""
    here = {"vpc-id": vpc}
    interfaces = _pages(ec2, "describe_network_interfaces", "NetworkInterfaces", **here)
    if interfaces:
        return f"{len(interfaces)} network interfaces stand in it"
    tables = _pages(ec2, "describe_route_tables", "RouteTables", **here)
    own = {
        "subnets": [
            each
            for each in _pages(ec2, "describe_subnets", "Subnets", **here)
            if not each.get("DefaultForAz")
        ],
        "security groups": [
            each
            for each in _pages(ec2, "describe_security_groups", "SecurityGroups", **here)
            if each["GroupName"] != "default"
        ],
        "route tables": [
            table
            for table in tables
            if not any(each.get("Main") for each in table.get("Associations", []))
        ],
        "routes": list(_other_routes(tables)),
    }
    return ", ".join(f"{len(each)} {kind} of somebody" for kind, each in own.items() if each)


def _other_routes(tables: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Give the routes that a default VPC does not have: they lead to something in use."""
    for table in tables:
        for route in table.get("Routes", []):
            target = route.get("GatewayId", "")
            if target != "local" and not target.startswith("igw-"):
                yield route


def delete_vpc(ec2: Client, vpc: str) -> None:
    """Delete a VPC with what AWS put into it; one that is half gone is finished."""
    gateways = _pages(
        ec2, "describe_internet_gateways", "InternetGateways", **{"attachment.vpc-id": vpc}
    )
    for gateway in gateways:
        identifier = gateway["InternetGatewayId"]
        _gone(ec2.detach_internet_gateway, InternetGatewayId=identifier, VpcId=vpc)
        _gone(ec2.delete_internet_gateway, InternetGatewayId=identifier)
    for subnet in _pages(ec2, "describe_subnets", "Subnets", **{"vpc-id": vpc}):
        _gone(ec2.delete_subnet, SubnetId=subnet["SubnetId"])
    _gone(ec2.delete_vpc, VpcId=vpc)


def _gone(remove: Callable[..., object], **what: str) -> None:
    """Remove something; what a repeated call or somebody else removed before is no error."""
    try:
        remove(**what)
    except ClientError as error:
        if error.response["Error"]["Code"] not in GONE:
            raise


def empty_groups(
    account: Account, region: str, wanted: dict[str, Any], keeper: Keeper
) -> Iterator[Row]:
    """Take the rules away from the default security group of each VPC (EC2.2)."""
    del wanted
    ec2 = account.client("ec2", region)
    groups = _pages(ec2, "describe_security_groups", "SecurityGroups", **{"group-name": "default"})
    for group in groups:
        identifier, vpc = group["GroupId"], group.get("VpcId", "")
        rules = len(group["IpPermissions"]) + len(group["IpPermissionsEgress"])
        users = rules and _pages(
            ec2, "describe_network_interfaces", "NetworkInterfaces", **{"group-id": identifier}
        )
        if users:
            note = (
                f"{len(users)} network interfaces of {vpc} use it; give them a group of their own"
            )
            yield Row(region=region, setting=GROUP, state=SKIPPED, before=identifier, note=note)
            continue
        row = keeper.keep(
            GROUP,
            region,
            before={"group": identifier, "rules": rules},
            after={"group": identifier, "rules": 0},
            write=lambda group=group: _revoke(ec2, group),
        )
        yield row
    if not groups:
        yield keeper.keep(GROUP, region, before="absent", after="absent", write=lambda: None)


def _revoke(ec2: Client, group: dict[str, Any]) -> None:
    for rules, revoke in (
        (group["IpPermissions"], ec2.revoke_security_group_ingress),
        (group["IpPermissionsEgress"], ec2.revoke_security_group_egress),
    ):
        if rules:
            try:
                revoke(GroupId=group["GroupId"], IpPermissions=rules)
            except ClientError as error:
                if error.response["Error"]["Code"] != "InvalidPermission.NotFound":
                    raise


def _pages(ec2: Client, operation: str, key: str, **filters: str) -> list[dict[str, Any]]:
    wanted = [{"Name": name, "Values": [value]} for name, value in filters.items()]
    pages = ec2.get_paginator(operation).paginate(Filters=wanted)
    return [item for page in pages for item in page[key]]
