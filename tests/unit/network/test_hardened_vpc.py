"""A VPC is closed, logged and tiered without arguments; anything weaker is asked for by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk.assertions import Template

from baseline.controls.registry import declarations
from baseline.errors import BaselineError
from baseline.network.hardened_vpc import HardenedVpc

Build = Callable[..., HardenedVpc]
Resources = Callable[..., dict[str, Any]]


def of_type(resources: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [found.get("Properties", {}) for found in resources.values() if found["Type"] == kind]


def test_no_way_to_the_internet_by_default(resources: Resources) -> None:
    kinds = {found["Type"] for found in resources().values()}
    assert "AWS::EC2::InternetGateway" not in kinds
    assert "AWS::EC2::NatGateway" not in kinds
    assert "AWS::EC2::EIP" not in kinds
    assert "AWS::EC2::EgressOnlyInternetGateway" not in kinds
    assert "AWS::EC2::Route" not in kinds


def test_a_public_tier_exists_only_by_name(resources: Resources) -> None:
    found = resources(public_subnets=True)
    routes = of_type(found, "AWS::EC2::Route")
    public = {name for name in found if name.startswith("VpcPublicZone") and "RouteTable" in name}
    assert len(of_type(found, "AWS::EC2::InternetGateway")) == 1
    assert len(routes) == 2
    assert {route["RouteTableId"]["Ref"] for route in routes} <= public
    assert "AWS::EC2::NatGateway" not in {resource["Type"] for resource in found.values()}


@pytest.mark.parametrize("control", ["EC2.15"])
@pytest.mark.parametrize("public", [False, True])
def test_no_subnet_gives_out_public_addresses(
    resources: Resources,
    control: str,
    public: bool,
) -> None:
    subnets = of_type(resources(public_subnets=public), "AWS::EC2::Subnet")
    assert len(subnets) == (6 if public else 4)
    assert {subnet["MapPublicIpOnLaunch"] for subnet in subnets} == {False}, control


def test_every_subnet_has_its_own_route_table_and_the_acl_of_its_tier(
    resources: Resources,
) -> None:
    found = resources(availability_zones=3, public_subnets=True)
    subnets = {name for name in found if found[name]["Type"] == "AWS::EC2::Subnet"}
    tables = of_type(found, "AWS::EC2::SubnetRouteTableAssociation")
    acls = of_type(found, "AWS::EC2::SubnetNetworkAclAssociation")
    assert {table["SubnetId"]["Ref"] for table in tables} == subnets
    assert len({table["RouteTableId"]["Ref"] for table in tables}) == len(subnets) == 9
    assert {acl["SubnetId"]["Ref"] for acl in acls} == subnets
    for acl in acls:
        tier = acl["NetworkAclId"]["Ref"].split("NetworkAcl")[0]
        assert acl["SubnetId"]["Ref"].startswith(tier)


@pytest.mark.parametrize("control", ["EC2.6"])
def test_all_traffic_is_logged_to_the_archive(resources: Resources, control: str) -> None:
    found = resources()
    (log,) = (
        each for each in of_type(found, "AWS::EC2::FlowLog") if each["LogDestinationType"] == "s3"
    )
    (vpc,) = (name for name in found if found[name]["Type"] == "AWS::EC2::VPC")
    assert log["ResourceId"] == {"Ref": vpc}, control
    assert log["ResourceType"] == "VPC"
    assert log["TrafficType"] == "ALL"
    assert log["LogDestinationType"] == "s3"
    assert log["LogDestination"] == "arn:aws:s3:::example-flow-logs"
    assert log["MaxAggregationInterval"] == 60
    assert log["DestinationOptions"] == {
        "FileFormat": "parquet",
        "HiveCompatiblePartitions": False,
        "PerHourPartition": True,
    }
    assert log["LogFormat"].startswith("${version} ${account-id} ${interface-id} ${srcaddr} ")
    assert "${flow-direction}" in log["LogFormat"]


def test_logical_ids_do_not_change_with_tiers_zones_or_endpoints(resources: Resources) -> None:
    app = cdk.App()
    stack = cdk.Stack(app, "Stack")
    bucket = cdk.aws_s3.Bucket.from_bucket_name(stack, "FlowLogBucket", "example-flow-logs")
    HardenedVpc(
        stack,
        "Vpc",
        cidr="10.0.0.0/20",
        flow_log_bucket=bucket,
        availability_zones=4,
        public_subnets=True,
        interface_endpoints=("ssm", "kms"),
    )
    large = Template.from_stack(stack).to_json()["Resources"]
    small = resources()
    network = {name: value for name, value in small.items() if "EC2" in value["Type"]}
    assert {name: value["Type"] for name, value in network.items()}.items() <= {
        name: value["Type"] for name, value in large.items()
    }.items()
    for name, value in network.items():
        if value["Type"] == "AWS::EC2::Subnet":
            assert value["Properties"] == large[name]["Properties"]


def test_the_vpc_works_with_other_constructs(stack: cdk.Stack, build: Build) -> None:
    network = build(availability_zones=3)
    ec2.SecurityGroup(stack, "App", vpc=network.vpc, allow_all_outbound=False)
    selected = network.vpc.select_subnets(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)
    assert [subnet.subnet_id for subnet in selected.subnets] == [
        subnet.subnet_id for subnet in network.isolated_subnets
    ]
    assert len(network.private_subnets) == 3
    assert network.public_subnets == []
    assert [subnet.ipv4_cidr_block for subnet in network.private_subnets] == [
        "10.0.0.0/23",
        "10.0.2.0/23",
        "10.0.4.0/23",
    ]


def test_no_function_of_the_cdk_itself_is_deployed(resources: Resources) -> None:
    functions = of_type(resources(), "AWS::Lambda::Function")
    assert {function["Runtime"] for function in functions} == {"python3.14"}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"cidr": "8.8.0.0/20"}, "is not private"),
        ({"cidr": "10.0.0.0/24", "public_subnets": True}, "too small for the public tier"),
        ({"availability_zones": 1}, "availability_zones must be between 2 and 4, got 1"),
        ({"isolated_ports": (22,)}, "administration port"),
        ({"interface_endpoints": ("smm",)}, "did you mean 'ssm'"),
    ],
)
def test_an_unsafe_or_impossible_setting_is_refused_before_anything_is_made(
    stack: cdk.Stack, build: Build, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(BaselineError, match=words):
        build(**settings)
    assert "Resources" not in Template.from_stack(stack).to_json()


def test_controls_are_declared(app: cdk.App, build: Build) -> None:
    build(interface_endpoints=("ec2", "ssm"))
    declared = {str(row["capability"]): row["controls"] for row in declarations(app)}
    assert declared == {
        "default-security-group": ["EC2.2"],
        "dns-firewall": [],
        "hardened-vpc": ["EC2.15", "EC2.21"],
        "vpc-endpoints": ["EC2.10", "EC2.57"],
        "vpc-flow-logs": ["EC2.6"],
    }


@pytest.mark.parametrize("public", [False, True])
def test_no_finding_is_left_unacknowledged(
    app: cdk.App,
    build: Build,
    findings: Callable[[cdk.App], list[str]],
    public: bool,
) -> None:
    build(public_subnets=public, interface_endpoints=("ssm", "kms", "sts"))
    assert findings(app) == []
