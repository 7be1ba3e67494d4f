"""What a hardened VPC can be besides: allocated, dual stack, with a way out, joined to others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from baseline.controls.registry import declarations
from baseline.errors import BaselineError
from baseline.network.block_public_access import VpcBlockPublicAccess
from baseline.network.cidr_plan import BLOCKS, block_share, plan, slot_share
from baseline.network.hardened_vpc import HardenedVpc
from baseline.network.ranges import IpamPool

Build = Callable[..., HardenedVpc]
Resources = Callable[..., dict[str, Any]]
POOL = IpamPool(pool_id="ipam-pool-0123456789abcdef0", netmask_length=20)


def of_type(resources: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {
        name: found.get("Properties", {})
        for name, found in resources.items()
        if found["Type"] == kind
    }


@pytest.mark.parametrize("prefix", [16, 20, 22])
@pytest.mark.parametrize("tier", BLOCKS)
@pytest.mark.parametrize("zone", [1, 4])
def test_an_allocated_range_is_cut_as_a_written_one(prefix: int, tier: Any, zone: int) -> None:
    (written,) = (
        each.cidr
        for each in plan(f"10.0.0.0/{prefix}", availability_zones=4, tiers=[tier])
        if each.zone == zone
    )
    share = slot_share(prefix, tier, zone)
    # What Fn::Cidr does: equal parts, counted from the start.
    start = share.number * 2 ** (32 - share.prefix)
    assert written == f"10.{start >> 16 & 255}.{start >> 8 & 255}.{start & 255}/{share.prefix}"
    assert share.number < share.parts <= 256
    assert block_share(prefix, tier).parts <= 16


def test_a_pool_gives_the_range(resources: Resources) -> None:
    found = resources(cidr=None, ipam_pool=POOL)
    (vpc,) = of_type(found, "AWS::EC2::VPC").items()
    assert vpc[1]["Ipv4IpamPoolId"] == POOL.pool_id
    assert vpc[1]["Ipv4NetmaskLength"] == 20
    assert "CidrBlock" not in vpc[1]
    subnets = of_type(found, "AWS::EC2::Subnet")
    second = next(p for name, p in subnets.items() if "PrivateZone2" in name)
    assert second["CidrBlock"] == {
        "Fn::Select": [1, {"Fn::Cidr": [{"Fn::GetAtt": [vpc[0], "CidrBlock"]}, 8, "9"]}]
    }


@pytest.mark.parametrize(
    "settings",
    [{"cidr": None}, {"ipam_pool": POOL}],
    ids=["neither", "both"],
)
def test_a_vpc_has_one_source_of_its_range(build: Build, settings: dict[str, Any]) -> None:
    with pytest.raises(BaselineError, match="give one of them"):
        build(**settings)


def test_a_pool_s_range_has_to_be_large_enough(build: Build) -> None:
    with pytest.raises(BaselineError, match="too small for the public tier"):
        build(
            cidr=None,
            ipam_pool=IpamPool(pool_id="ipam-pool-0", netmask_length=24),
            public_subnets=True,
        )


def test_a_way_out_exists_only_by_name(resources: Resources) -> None:
    found = resources(public_subnets=True, nat_gateways=True)
    gateways = of_type(found, "AWS::EC2::NatGateway")
    routes = [
        route for route in of_type(found, "AWS::EC2::Route").values() if "NatGatewayId" in route
    ]
    assert len(gateways) == len(of_type(found, "AWS::EC2::EIP")) == len(routes) == 2
    for route in routes:
        zone = route["RouteTableId"]["Ref"].split("Zone")[1][0]
        assert route["RouteTableId"]["Ref"].startswith("VpcPrivate")
        subnet = gateways[route["NatGatewayId"]["Ref"]]["SubnetId"]["Ref"]
        assert subnet.startswith(f"VpcPublicZone{zone}")


def test_nat_gateways_need_a_public_tier(build: Build) -> None:
    with pytest.raises(BaselineError, match="needs public_subnets=True"):
        build(nat_gateways=True)


def test_ipv6_is_off_by_default(resources: Resources) -> None:
    found = resources()
    assert not of_type(found, "AWS::EC2::VPCCidrBlock")
    assert not any(
        "Ipv6CidrBlock" in properties
        for kind in ("AWS::EC2::Subnet", "AWS::EC2::NetworkAclEntry")
        for properties in of_type(found, kind).values()
    )


def test_ipv6_gives_each_subnet_its_own_64_and_no_way_out(resources: Resources) -> None:
    found = resources(ipv6=True)
    subnets = of_type(found, "AWS::EC2::Subnet")
    numbers = [each["Ipv6CidrBlock"]["Fn::Select"][0] for each in subnets.values()]
    assert sorted(numbers) == [0, 1, 16, 17]
    assert {each["AssignIpv6AddressOnCreation"] for each in subnets.values()} == {False}
    assert not of_type(found, "AWS::EC2::Route")
    assert not of_type(found, "AWS::EC2::EgressOnlyInternetGateway")
    (block,) = of_type(found, "AWS::EC2::VPCCidrBlock")
    assert all(block in found[name]["DependsOn"] for name in subnets)


def test_every_ipv4_row_has_an_ipv6_twin_with_a_number_of_its_own(resources: Resources) -> None:
    entries = of_type(
        resources(ipv6=True, public_subnets=True, isolated_ports=(1433, 1434, 5432)),
        "AWS::EC2::NetworkAclEntry",
    )
    old = {name: each for name, each in entries.items() if "CidrBlock" in each}
    new = {name: each for name, each in entries.items() if "Ipv6CidrBlock" in each}
    assert len(old) == len(new)
    numbers = [
        (each["NetworkAclId"]["Ref"], each["Egress"], each["RuleNumber"])
        for each in entries.values()
    ]
    assert len(numbers) == len(set(numbers))
    assert all(1 <= number <= 32766 for _, _, number in numbers)
    for each in new.values():
        if each["Ipv6CidrBlock"] == "::/0" and not each["Egress"]:
            ports = each["PortRange"]
            assert not any(ports["From"] <= port <= ports["To"] for port in (22, 3389))


def test_ipv6_leaves_through_an_egress_only_gateway(resources: Resources) -> None:
    found = resources(ipv6=True, public_subnets=True, nat_gateways=True)
    routes = of_type(found, "AWS::EC2::Route")
    out = [each for each in routes.values() if "EgressOnlyInternetGatewayId" in each]
    assert len(out) == 2
    assert {each["DestinationIpv6CidrBlock"] for each in out} == {"::/0"}
    assert all(each["RouteTableId"]["Ref"].startswith("VpcPrivate") for each in out)


def test_ports_whose_ipv6_rows_collide_are_refused(build: Build) -> None:
    with pytest.raises(BaselineError, match="a multiple of 257 apart"):
        build(ipv6=True, isolated_ports=(5000, 5257))


def test_a_transit_gateway_is_reached_from_the_private_tier_only(resources: Resources) -> None:
    found = resources(transit_gateway_id="tgw-0123456789abcdef0", connected_ranges=["10.8.0.0/13"])
    routes = of_type(found, "AWS::EC2::Route")
    (attachment,) = of_type(found, "AWS::EC2::TransitGatewayAttachment")
    assert {each["DestinationCidrBlock"] for each in routes.values()} == {
        "0.0.0.0/0",
        "10.8.0.0/13",
    }
    for name, each in routes.items():
        assert each["TransitGatewayId"] == "tgw-0123456789abcdef0"
        assert each["RouteTableId"]["Ref"].startswith("VpcPrivate")
        assert attachment in found[name]["DependsOn"]
    subnets = found[attachment]["Properties"]["SubnetIds"]
    assert all(each["Ref"].startswith("VpcTransit") for each in subnets)
    assert found[attachment]["Properties"]["Options"]["Ipv6Support"] == "disable"


@pytest.mark.parametrize(
    ("ranges", "words"),
    [
        (["10.8.0.0/33"], "is not an IPv4 range"),
        (["8.8.0.0/16"], "is not private"),
        (["10.0.4.0/24"], "lies in the VPC's own range"),
        ([f"10.{n}.0.0/16" for n in range(1, 6)], "at most 4"),
    ],
)
def test_a_connected_range_that_cannot_be_is_refused(
    stack: cdk.Stack, build: Build, ranges: list[str], words: str
) -> None:
    with pytest.raises(BaselineError, match=words):
        build(connected_ranges=ranges)
    assert "Resources" not in Template.from_stack(stack).to_json()


@pytest.mark.parametrize("control", ["EC2.6"])
def test_rejected_traffic_reaches_an_encrypted_log_group(
    resources: Resources, control: str
) -> None:
    found = resources()
    (log,) = (
        each
        for each in of_type(found, "AWS::EC2::FlowLog").values()
        if each["LogDestinationType"] == "cloud-watch-logs"
    )
    group = found[log["LogGroupName"]["Ref"]]
    key = found[group["Properties"]["KmsKeyId"]["Fn::GetAtt"][0]]["Properties"]
    role = found[log["DeliverLogsPermissionArn"]["Fn::GetAtt"][0]]["Properties"]
    trust = role["AssumeRolePolicyDocument"]["Statement"][0]
    assert log["TrafficType"] == "REJECT", control
    assert group["DeletionPolicy"] == "Retain"
    assert group["Properties"]["RetentionInDays"] == 90
    assert key["EnableKeyRotation"] is True
    assert trust["Principal"] == {"Service": "vpc-flow-logs.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "333333333333"},
        "ArnLike": {"aws:SourceArn": "arn:aws:ec2:eu-west-1:333333333333:vpc-flow-log/*"},
    }
    (policy,) = (
        each
        for each in of_type(found, "AWS::IAM::ManagedPolicy").values()
        if each["Roles"] == [{"Ref": log["DeliverLogsPermissionArn"]["Fn::GetAtt"][0]}]
    )
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Resource"] == {"Fn::GetAtt": [log["LogGroupName"]["Ref"], "Arn"]}


@pytest.mark.parametrize(("choice", "logs"), [("ALL", 2), (None, 1)])
def test_the_choice_of_detection_logs_is_visible(
    resources: Resources, choice: str | None, logs: int
) -> None:
    found = of_type(resources(detection_logs=choice), "AWS::EC2::FlowLog")
    assert len(found) == logs
    assert {each["TrafficType"] for each in found.values()} == {"ALL"}


def test_leaving_out_the_dns_firewall_is_visible(resources: Resources) -> None:
    found = resources(dns_protection=None)
    assert not any("Route53Resolver" in each["Type"] for each in found.values())


@pytest.mark.parametrize("mode", ["monitor", "enforce"])
def test_encryption_control_excludes_only_the_gateways_that_exist(
    resources: Resources, mode: str
) -> None:
    found = resources(encryption_control=mode, public_subnets=True)
    (control,) = of_type(found, "AWS::EC2::VPCEncryptionControl").values()
    expected = {"InternetGatewayExclusionInput": "enable"} if mode == "enforce" else {}
    assert {key: value for key, value in control.items() if key not in ("VpcId", "Tags")} == {
        "Mode": mode,
        **expected,
    }


def test_no_encryption_control_and_no_exclusion_by_default(resources: Resources) -> None:
    kinds = {each["Type"] for each in resources().values()}
    assert "AWS::EC2::VPCEncryptionControl" not in kinds
    assert "AWS::EC2::VPCBlockPublicAccessExclusion" not in kinds


def test_an_exclusion_from_the_block_is_visible(resources: Resources) -> None:
    found = resources(public_access_exclusion="allow-egress")
    (exclusion,) = of_type(found, "AWS::EC2::VPCBlockPublicAccessExclusion").values()
    assert exclusion["InternetGatewayExclusionMode"] == "allow-egress"
    assert "SubnetId" not in exclusion


@pytest.mark.parametrize("control", ["EC2.172"])
def test_the_block_is_complete_unless_told_otherwise(
    app: cdk.App, stack: cdk.Stack, control: str
) -> None:
    VpcBlockPublicAccess(stack, "Block")
    VpcBlockPublicAccess(stack, "Ingress", mode="block-ingress")
    found = of_type(
        Template.from_stack(stack).to_json()["Resources"],
        "AWS::EC2::VPCBlockPublicAccessOptions",
    )
    modes = {name[:5]: each["InternetGatewayBlockMode"] for name, each in found.items()}
    assert modes == {"Block": "block-bidirectional", "Ingre": "block-ingress"}
    assert {str(row["capability"]): row["controls"] for row in declarations(app)} == {
        "vpc-block-public-access": [control]
    }


def test_no_finding_is_left_with_everything_on(
    app: cdk.App, build: Build, findings: Callable[[cdk.App], list[str]]
) -> None:
    build(
        public_subnets=True,
        nat_gateways=True,
        ipv6=True,
        transit_gateway_id="tgw-0123456789abcdef0",
        connected_ranges=["10.8.0.0/13"],
        instance_connect=True,
        encryption_control="enforce",
        public_access_exclusion="allow-bidirectional",
    )
    assert findings(app) == []


def test_it_can_stand_in_any_account_and_region(
    app: cdk.App, findings: Callable[[cdk.App], list[str]]
) -> None:
    stack = cdk.Stack(app, "Agnostic")
    bucket = cdk.aws_s3.Bucket.from_bucket_name(stack, "Logs", "example-flow-logs")
    HardenedVpc(stack, "Vpc", cidr="10.20.0.0/20", flow_log_bucket=bucket)
    assert findings(app) == []
