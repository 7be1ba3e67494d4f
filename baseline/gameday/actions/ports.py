"""A security group that lets the internet in, in a VPC of its own without a way to the internet."""

from __future__ import annotations

from baseline.gameday.actions.action import Action, Place, unless_gone

CIDR = "10.255.255.240/28"
ANYWHERE = "0.0.0.0/0"


def open_group(place: Place, *, port: int = 22) -> None:
    """Make a VPC and a security group, and open a port of it to the internet."""
    ec2 = place.client("ec2")
    vpc = ec2.create_vpc(CidrBlock=CIDR, TagSpecifications=place.tags("vpc"))["Vpc"]["VpcId"]
    place.facts["vpc"] = vpc
    group = ec2.create_security_group(
        GroupName=place.run,
        Description="Game day: opened on purpose, closes itself",
        VpcId=vpc,
        TagSpecifications=place.tags("security-group"),
    )["GroupId"]
    place.facts["group"] = group
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
    """Delete the security group and its VPC."""
    ec2 = place.client("ec2")
    if "group" in place.facts:
        unless_gone(ec2.delete_security_group, GroupId=place.facts["group"])
    unless_gone(ec2.delete_vpc, VpcId=place.facts["vpc"])


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
