"""A member account with a machine that has everything an incident touches, in moto.

What moto lacks (agents, the trail, DNS Firewall, screens) is answered here.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from botocore import session
from botocore.client import BaseClient
from moto.ec2.models.elastic_network_interfaces import NetworkInterface

from tests.unit.response import machine
from tests.unit.response.machine import REGION

EVENTS = Path(__file__).parent / "events"
DOMAIN_LIST = "rslvr-fdl-0123456789abcdef"


def recorded(type: str, target: str | None = None) -> dict[str, Any]:
    """Give the recorded event of a finding type, about an instance or function that is there."""
    name = re.sub(r"[^A-Za-z0-9.]+", "-", type)
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    assert event["detail"]["type"] == type
    if target is not None:
        event["detail"]["resource"]["instanceDetails"]["instanceId"] = target
    return event


@cache
def member(service: str) -> Any:
    """Give a client of the member account; one for a test, for speed."""
    return machine.member(service)


@contextmanager
def quick() -> Iterator[None]:
    """Let steps share their clients: making one takes longer than what a step does in moto."""
    call = sys.modules["calls"].Call
    real, kept = call.client, {}

    def client(self: Any, service: str, region: str | None = None) -> Any:
        place = (self.account, service, region or self.region, self.dry_run)
        if place not in kept:
            kept[place] = real(self, service, region)
        return kept[place]

    member.cache_clear()
    with (
        patch.object(session, "create_loader", cache(session.create_loader)),
        patch.object(call, "client", client),
    ):
        yield


@dataclass
class World:
    """The machine and what belongs to it."""

    instance: str
    vpc: str
    shared_subnet: str
    lonely_subnet: str
    interfaces: list[str]
    groups: list[str]
    volumes: list[str]
    target_group: str
    address_group: str
    cluster: str
    domains: list[str] = field(default_factory=lambda: ["bad.example.com."])
    agent: dict[str, Any] | None = None
    launches: list[dict[str, Any]] = field(default_factory=list)
    commands: list[dict[str, Any]] = field(default_factory=list)

    def described(self) -> dict[str, Any]:
        found = member("ec2").describe_instances(InstanceIds=[self.instance])
        instance: dict[str, Any] = found["Reservations"][0]["Instances"][0]
        return instance

    def groups_of(self, interface: str) -> list[str]:
        """Give the names of an interface's groups."""
        found = member("ec2").describe_network_interfaces(NetworkInterfaceIds=[interface])
        return [each["GroupName"] for each in found["NetworkInterfaces"][0]["Groups"]]

    def group(self, name: str) -> dict[str, Any] | None:
        found = member("ec2").describe_security_groups(
            Filters=[{"Name": "group-name", "Values": [name]}]
        )["SecurityGroups"]
        return found[0] if found else None

    def acl_of(self, subnet: str) -> dict[str, Any]:
        found = member("ec2").describe_network_acls(
            Filters=[{"Name": "association.subnet-id", "Values": [subnet]}]
        )
        acl: dict[str, Any] = found["NetworkAcls"][0]
        return acl

    def denied(self, subnet: str) -> set[tuple[str, bool]]:
        """Give what a subnet's ACL denies beyond its last rules: network, and whether outgoing."""
        return {
            (str(each.get("CidrBlock")), bool(each["Egress"]))
            for each in self.acl_of(subnet)["Entries"]
            if each["RuleAction"] == "deny" and each["RuleNumber"] != 32767
        }

    def attribute(self, name: str) -> Any:
        found = member("ec2").describe_instance_attribute(InstanceId=self.instance, Attribute=name)
        return found[name[0].upper() + name[1:]]["Value"]

    def targets(self) -> list[str]:
        """Give who is served by the target groups."""
        client = member("elbv2")
        return [
            each["Target"]["Id"]
            for group in (self.target_group, self.address_group)
            for each in client.describe_target_health(TargetGroupArn=group)[
                "TargetHealthDescriptions"
            ]
        ]

    def classic(self) -> list[str]:
        found = member("elb").describe_load_balancers()["LoadBalancerDescriptions"][0]
        return [each["InstanceId"] for each in found["Instances"]]

    def scaled(self) -> list[str]:
        """Give the instances of the Auto Scaling group."""
        found = member("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"][0]
        return [each["InstanceId"] for each in found["Instances"]]

    def container_status(self) -> str:
        client = member("ecs")
        arns = client.list_container_instances(cluster=self.cluster)["containerInstanceArns"]
        found = client.describe_container_instances(cluster=self.cluster, containerInstances=arns)
        return str(found["containerInstances"][0]["status"])

    def profiles(self) -> list[str]:
        found = member("ec2").describe_iam_instance_profile_associations(
            Filters=[{"Name": "instance-id", "Values": [self.instance]}]
        )["IamInstanceProfileAssociations"]
        return [
            each["IamInstanceProfile"]["Arn"] for each in found if each["State"] == "associated"
        ]

    def snapshots(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = member("ec2").describe_snapshots(
            Filters=[{"Name": "tag-key", "Values": ["SecurityBaselineIncident"]}]
        )["Snapshots"]
        return found

    def state(self) -> str:
        return str(self.described()["State"]["Name"])

    def everything(self) -> dict[str, Any]:
        """Give all that a playbook may change, to compare."""
        return {
            "groups": [self.groups_of(each) for each in self.interfaces],
            "acls": [self.acl_of(each) for each in (self.shared_subnet, self.lonely_subnet)],
            "protected": self.attribute("disableApiTermination"),
            "shutdown": self.attribute("instanceInitiatedShutdownBehavior"),
            "disks": self.described()["BlockDeviceMappings"],
            "tags": self.described().get("Tags", []),
            "targets": self.targets(),
            "classic": self.classic(),
            "scaled": self.scaled(),
            "containers": self.container_status(),
            "profiles": self.profiles(),
            "snapshots": self.snapshots(),
            "state": self.state(),
            "known groups": sorted(
                each["GroupId"]
                for each in member("ec2").describe_security_groups()["SecurityGroups"]
            ),
            "domains": sorted(self.domains),
            "commands": len(self.commands),
        }


def build() -> World:
    """Make the machine: two interfaces in two subnets, of which one has nothing else in it."""
    ec2 = member("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    shared, lonely, other = (
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"{REGION}{zone}"
        )["Subnet"]["SubnetId"]
        for number, zone in ((1, "a"), (2, "a"), (3, "b"))
    )
    groups = [
        ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        for name in ("orders-api", "admin")
    ]
    ec2.create_network_interface(SubnetId=shared, Groups=groups[:1])
    image = ec2.register_image(Name="orders", RootDeviceName="/dev/xvda")["ImageId"]
    iam = member("iam")
    iam.create_instance_profile(InstanceProfileName="orders-api")
    instance = ec2.run_instances(
        ImageId=image,
        InstanceType="t3.medium",
        MinCount=1,
        MaxCount=1,
        SubnetId=shared,
        SecurityGroupIds=groups,
        UserData="#!/bin/sh\nexport PASSWORD=swordfish\n",
        InstanceInitiatedShutdownBehavior="terminate",
    )["Instances"][0]["InstanceId"]
    second = ec2.create_network_interface(SubnetId=lonely, Groups=groups[1:])
    second_id = second["NetworkInterface"]["NetworkInterfaceId"]
    ec2.attach_network_interface(NetworkInterfaceId=second_id, InstanceId=instance, DeviceIndex=1)
    ec2.associate_iam_instance_profile(
        InstanceId=instance, IamInstanceProfile={"Name": "orders-api"}
    )
    described = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    address = described["PrivateIpAddress"]
    target_group, address_group = _serve(vpc, (shared, other), instance, address)
    _scale(instance, shared)
    return World(
        instance=instance,
        vpc=vpc,
        shared_subnet=shared,
        lonely_subnet=lonely,
        interfaces=sorted(
            each["NetworkInterfaceId"]
            for each in ec2.describe_network_interfaces(
                Filters=[{"Name": "attachment.instance-id", "Values": [instance]}]
            )["NetworkInterfaces"]
        ),
        groups=groups,
        volumes=[each["Ebs"]["VolumeId"] for each in described["BlockDeviceMappings"]],
        target_group=target_group,
        address_group=address_group,
        cluster=_containers(instance),
    )


def _serve(vpc: str, subnets: tuple[str, str], instance: str, address: str) -> tuple[str, str]:
    elbv2 = member("elbv2")
    found = []
    for name, kind, target in (("by-id", "instance", instance), ("by-ip", "ip", address)):
        arn = elbv2.create_target_group(
            Name=name, Protocol="HTTP", Port=80, VpcId=vpc, TargetType=kind
        )["TargetGroups"][0]["TargetGroupArn"]
        elbv2.register_targets(TargetGroupArn=arn, Targets=[{"Id": target, "Port": 80}])
        found.append(arn)
    elb = member("elb")
    elb.create_load_balancer(
        LoadBalancerName="old",
        Listeners=[{"Protocol": "tcp", "LoadBalancerPort": 80, "InstancePort": 80}],
        Subnets=[subnets[0]],
    )
    elb.register_instances_with_load_balancer(
        LoadBalancerName="old", Instances=[{"InstanceId": instance}]
    )
    return found[0], found[1]


def _scale(instance: str, subnet: str) -> None:
    client = member("autoscaling")
    client.create_auto_scaling_group(
        AutoScalingGroupName="orders",
        InstanceId=instance,
        MinSize=0,
        MaxSize=3,
        DesiredCapacity=0,
        VPCZoneIdentifier=subnet,
    )
    client.attach_instances(AutoScalingGroupName="orders", InstanceIds=[instance])


def _containers(instance: str) -> str:
    client = member("ecs")
    client.create_cluster(clusterName="shop")
    client.register_container_instance(
        cluster="shop",
        instanceIdentityDocument=json.dumps({"instanceId": instance, "region": REGION}),
    )
    return "shop"


@contextmanager
def answered(world: World) -> Iterator[None]:
    """Answer what moto cannot, from the world."""
    real = BaseClient._make_api_call

    def call(client: Any, operation: str, parameters: Any) -> Any:
        answer = getattr(Answers, operation, None)
        return answer(world, parameters) if answer else real(client, operation, parameters)

    # EC2 gives an interface its own groups; moto adds those that the machine was started with.
    own = property(lambda self: self._group_set)
    with (
        patch.object(BaseClient, "_make_api_call", call),
        patch.object(NetworkInterface, "group_set", own),
    ):
        yield


class Answers:
    """Operations by their names, in the shapes of botocore's models."""

    @staticmethod
    def DescribeInstanceInformation(world: World, _: Any) -> Any:  # noqa: N802
        return {"InstanceInformationList": [world.agent] if world.agent else []}

    @staticmethod
    def DescribeRegions(_world: World, _: Any) -> Any:  # noqa: N802
        return {"Regions": [{"RegionName": REGION}, {"RegionName": "eu-west-1"}]}

    @staticmethod
    def ListInventoryEntries(_world: World, asked: Any) -> Any:  # noqa: N802
        if "NextToken" in asked:
            return {"TypeName": asked["TypeName"], "Entries": [{"Name": "xmrig"}]}
        return {"TypeName": asked["TypeName"], "Entries": [{"Name": "bash"}], "NextToken": "more"}

    @staticmethod
    def GetConsoleScreenshot(world: World, _: Any) -> Any:  # noqa: N802
        return {"InstanceId": world.instance, "ImageData": "/9j/4AAQ"}

    @staticmethod
    def LookupEvents(world: World, asked: Any) -> Any:  # noqa: N802
        [wanted] = asked["LookupAttributes"]
        key, value = wanted["AttributeKey"], wanted["AttributeValue"]
        if key == "ResourceName":
            found = [
                each
                for each in world.launches
                if any(part["ResourceName"] == value for part in each["Resources"])
            ]
        else:
            found = [each for each in world.launches if each.get(key) == value]
        return {"Events": found}

    @staticmethod
    def SendCommand(world: World, asked: Any) -> Any:  # noqa: N802
        sent = {**asked, "CommandId": f"c-{len(world.commands)}", "Status": "InProgress"}
        sent["RequestedDateTime"] = datetime.now(UTC)
        world.commands.insert(0, sent)
        return {"Command": sent}

    @staticmethod
    def ListCommands(world: World, asked: Any) -> Any:  # noqa: N802
        here = [each for each in world.commands if asked["InstanceId"] in each["InstanceIds"]]
        answer = [dict(each) for each in here]
        for each in here:
            if each["Status"] == "InProgress":
                each["Status"] = each.get("ends", "Success")
        return {"Commands": answer}

    @staticmethod
    def GetCommandInvocation(world: World, asked: Any) -> Any:  # noqa: N802
        [sent] = [each for each in world.commands if each["CommandId"] == asked["CommandId"]]
        return {
            "CommandId": sent["CommandId"],
            "Status": sent["Status"],
            "StandardOutputContent": "9f86d0  image",
            "StandardErrorContent": "" if sent["Status"] == "Success" else "tool: FAILED",
        }

    @staticmethod
    def ListFirewallDomainLists(_world: World, _: Any) -> Any:  # noqa: N802
        aws = {"Id": "rslvr-fdl-aws", "Name": "AWSManaged", "ManagedOwnerName": "Route 53"}
        return {"FirewallDomainLists": [aws, {"Id": DOMAIN_LIST, "Name": "shop-blocked"}]}

    @staticmethod
    def ListFirewallRuleGroupAssociations(world: World, asked: Any) -> Any:  # noqa: N802
        assert asked["VpcId"] == world.vpc
        here = [{"FirewallRuleGroupId": "rslvr-frg-1", "VpcId": world.vpc}] if world.domains else []
        return {"FirewallRuleGroupAssociations": here}

    @staticmethod
    def ListFirewallRules(_world: World, _: Any) -> Any:  # noqa: N802
        return {
            "FirewallRules": [
                {"Action": "BLOCK", "FirewallDomainListId": "rslvr-fdl-aws"},
                {"Action": "BLOCK", "FirewallDomainListId": DOMAIN_LIST},
            ]
        }

    @staticmethod
    def ListFirewallDomains(world: World, _: Any) -> Any:  # noqa: N802
        return {"Domains": list(world.domains)}

    @staticmethod
    def UpdateFirewallDomains(world: World, asked: Any) -> Any:  # noqa: N802
        assert asked["Operation"] == "ADD"
        world.domains += [f"{each}." for each in asked["Domains"]]
        return {"Id": asked["FirewallDomainListId"], "Status": "COMPLETE"}
