"""A security group that lets the internet in, in a VPC of its own without a way to the internet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from baseline.gameday.actions.action import Action, Place, unless_gone

CIDR = "10.255.255.240/28"
ANYWHERE = "0.0.0.0/0"


def open_group(place: Place, *, port: int = 22) -> None:
    """Make a VPC and a security group, and open a port of it to the internet."""
    ec2 = place.client("ec2")
    with place.making("vpc"):
        vpc = ec2.create_vpc(CidrBlock=CIDR, TagSpecifications=place.tags("vpc"))["Vpc"]["VpcId"]
    place.note(vpc=vpc)
    with place.making("group"):
        group = ec2.create_security_group(
            GroupName=place.run,
            Description="Game day: opened on purpose, closes itself",
            VpcId=vpc,
            TagSpecifications=place.tags("security-group"),
        )["GroupId"]
    place.note(group=group)
    rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
    place.call(
        "ec2",
        "authorize_security_group_ingress",
        event="AuthorizeSecurityGroupIngress",
        request={"groupId": group},
        GroupId=group,
        IpPermissions=[{**rule, "IpRanges": [{"CidrIp": ANYWHERE}]}],
    )


def delete_group(place: Place) -> None:
    """Delete the security group and its VPC; one whose ID nobody was told bears the run's tag."""
    ec2 = place.client("ec2")
    for group in _made(place, "group", "GroupId", "SecurityGroups", ec2.describe_security_groups):
        unless_gone(ec2.delete_security_group, GroupId=group)
    for vpc in _made(place, "vpc", "VpcId", "Vpcs", ec2.describe_vpcs):
        unless_gone(ec2.delete_vpc, VpcId=vpc)


def _made(
    place: Place, fact: str, key: str, answer: str, look: Callable[..., dict[str, Any]]
) -> list[str]:
    known = place.facts.get(fact)
    if known is None:
        return []
    return [known] if known else [each[key] for each in look(Filters=place.tagged)[answer]]


OPEN_GROUP = Action(
    name="open-security-group",
    run=open_group,
    says="makes a VPC without internet and opens a port of a security group in it",
    optional=frozenset({"port"}),
    gives=frozenset({"group", "vpc"}),
)
DELETE_GROUP = Action(
    name="delete-security-group",
    run=delete_group,
    says="deletes the security group and its VPC",
    after=frozenset({"vpc"}),
)
