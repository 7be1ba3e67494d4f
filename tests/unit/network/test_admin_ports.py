"""Nobody opens SSH or RDP to the internet: not by an argument, not by a rule, not in a template."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk.assertions import Template

from baseline.controls.registry import declarations
from baseline.errors import BaselineError
from baseline.network.admin_ports import AdminPortsClosed
from baseline.network.hardened_vpc import HardenedVpc
from baseline.network.instance_connect import InstanceConnectEndpoint
from baseline.network.open_ports import RULE, check_peer, is_anywhere, open_rules
from baseline.network.ranges import IpamPool
from baseline.network.security_groups import TieredSecurityGroups

Build = Callable[..., HardenedVpc]
OPEN: dict[str, dict[str, Any]] = {
    "SSH": {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"},
    "RDP": {"IpProtocol": "tcp", "FromPort": 3389, "ToPort": 3389, "CidrIp": "0.0.0.0/0"},
    "SSH over IPv6": {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIpv6": "::/0"},
    "IPv6 written out": {
        "IpProtocol": "tcp",
        "FromPort": 22,
        "ToPort": 22,
        "CidrIpv6": "0000:0000:0000:0000:0000:0000:0000:0000/0",
    },
    "range with SSH": {"IpProtocol": "tcp", "FromPort": 20, "ToPort": 25, "CidrIp": "0.0.0.0/0"},
    "range with RDP": {"IpProtocol": "6", "FromPort": 3000, "ToPort": 4000, "CidrIp": "0.0.0.0/0"},
    "all TCP": {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535, "CidrIp": "0.0.0.0/0"},
    "all traffic": {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"},
    "half the internet": {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/1"},
    "other half": {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "128.0.0.0/1"},
    "ports as text": {"IpProtocol": "tcp", "FromPort": "22", "ToPort": "22", "CidrIp": "0.0.0.0/0"},
}
CLOSED: dict[str, dict[str, Any]] = {
    "HTTPS": {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0"},
    "SSH from one network": {
        "IpProtocol": "tcp",
        "FromPort": 22,
        "ToPort": 22,
        "CidrIp": "10.0.0.0/8",
    },
    "SSH from an office": {
        "IpProtocol": "tcp",
        "FromPort": 22,
        "ToPort": 22,
        "CidrIp": "198.51.100.0/24",
    },
    "UDP 22": {"IpProtocol": "udp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"},
    "ping": {"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1, "CidrIp": "0.0.0.0/0"},
    "between the ports": {
        "IpProtocol": "tcp",
        "FromPort": 23,
        "ToPort": 3388,
        "CidrIp": "0.0.0.0/0",
    },
}


@pytest.mark.parametrize("rule", OPEN.values(), ids=OPEN)
@pytest.mark.parametrize("separate", [False, True])
def test_an_open_rule_of_a_template_is_found(rule: dict[str, Any], separate: bool) -> None:
    resource: dict[str, Any] = (
        {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": rule}
        if separate
        else {"Type": "AWS::EC2::SecurityGroup", "Properties": {"SecurityGroupIngress": [rule]}}
    )
    assert [found.split(":")[0] for found in open_rules({"Resources": {"Group": resource}})]


@pytest.mark.parametrize("rule", CLOSED.values(), ids=CLOSED)
def test_a_closed_rule_is_left_alone(rule: dict[str, Any]) -> None:
    resource = {"Type": "AWS::EC2::SecurityGroup", "Properties": {"SecurityGroupIngress": [rule]}}
    assert list(open_rules({"Resources": {"Group": resource}})) == []


def properties(rule: dict[str, Any]) -> dict[str, Any]:
    names = {
        "IpProtocol": "ip_protocol",
        "FromPort": "from_port",
        "ToPort": "to_port",
        "CidrIp": "cidr_ip",
        "CidrIpv6": "cidr_ipv6",
    }
    return {
        names[key]: int(value) if key.endswith("Port") else value for key, value in rule.items()
    }


@pytest.mark.parametrize("rule", OPEN.values(), ids=OPEN)
@pytest.mark.parametrize("separate", [False, True])
def test_an_open_rule_stops_the_synthesis(
    app: cdk.App, stack: cdk.Stack, rule: dict[str, Any], separate: bool
) -> None:
    if separate:
        ec2.CfnSecurityGroupIngress(stack, "Rule", group_id="sg-1", **properties(rule))
    else:
        ec2.CfnSecurityGroup(
            stack,
            "Group",
            group_description="open",
            security_group_ingress=[ec2.CfnSecurityGroup.IngressProperty(**properties(rule))],
        )
    cdk.Aspects.of(app).add(AdminPortsClosed())
    with pytest.raises(RuntimeError, match=f"rule {RULE}: Stack/"):
        app.synth()


@pytest.mark.parametrize("rule", CLOSED.values(), ids=CLOSED)
def test_a_closed_rule_does_not_stop_the_synthesis(
    app: cdk.App, stack: cdk.Stack, rule: dict[str, Any]
) -> None:
    ec2.CfnSecurityGroupIngress(stack, "Rule", group_id="sg-1", **properties(rule))
    cdk.Aspects.of(app).add(AdminPortsClosed())
    assert len(app.synth().stacks) == 1


@pytest.mark.parametrize("peer", [ec2.Peer.any_ipv4(), ec2.Peer.any_ipv6()])
@pytest.mark.parametrize(
    "port", [ec2.Port.SSH, ec2.Port.RDP, ec2.Port.all_tcp(), ec2.Port.all_traffic()]
)
def test_a_group_of_the_cdk_is_read_too(
    app: cdk.App, stack: cdk.Stack, peer: ec2.IPeer, port: ec2.Port
) -> None:
    vpc = ec2.Vpc.from_vpc_attributes(
        stack, "Vpc", vpc_id="vpc-1", availability_zones=["eu-west-1a"]
    )
    group = ec2.SecurityGroup(stack, "Group", vpc=vpc, allow_all_outbound=False)
    group.add_ingress_rule(peer, port)
    cdk.Aspects.of(app).add(AdminPortsClosed())
    with pytest.raises(RuntimeError, match=f"rule {RULE}: Stack/Group"):
        app.synth()


@pytest.mark.parametrize("cidr", ["0.0.0.0/0", "::/0", "0.0.0.0/1"])
@pytest.mark.parametrize("port", [22, 3389])
def test_an_open_argument_is_an_error_that_names_the_rule(cidr: str, port: int) -> None:
    with pytest.raises(BaselineError, match=f"rule {RULE}: clients holds '{cidr}'.* port {port}"):
        check_peer("clients", cidr, port)


def test_other_arguments_pass() -> None:
    check_peer("clients", "0.0.0.0/0", 443)
    check_peer("clients", "10.0.0.0/8", 22)
    assert not is_anywhere({"Fn::GetAtt": ["Vpc", "CidrBlock"]})


def test_no_template_of_the_example_opens_an_administration_port(
    templates: dict[str, dict[str, Any]],
) -> None:
    groups = [
        resource
        for template in templates.values()
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::EC2::SecurityGroup"
    ]
    assert groups
    assert [found for template in templates.values() for found in open_rules(template)] == []


def test_an_argument_that_lets_everybody_in_does_not_exist(build: Build) -> None:
    vpc = build().vpc
    constructs: tuple[Any, ...] = (HardenedVpc, TieredSecurityGroups, InstanceConnectEndpoint)
    for construct in constructs:
        with pytest.raises(TypeError, match="allow_from_anywhere"):
            construct(vpc.stack, "Open", allow_from_anywhere=True)


def groups_of(template: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        name: value["Properties"]
        for name, value in template["Resources"].items()
        if value["Type"] == "AWS::EC2::SecurityGroup"
    }


def rules_of(template: Mapping[str, Any], direction: str) -> list[dict[str, Any]]:
    return [
        value["Properties"]
        for value in template["Resources"].values()
        if value["Type"] == f"AWS::EC2::SecurityGroup{direction}"
    ]


@pytest.mark.parametrize("control", ["EC2.13", "EC2.14", "EC2.53", "EC2.54"])
@pytest.mark.parametrize("protocol", ["ssh", "rdp"])
def test_the_instance_connect_endpoint_reaches_the_groups_named_only(
    stack: cdk.Stack, build: Build, protocol: str, control: str
) -> None:
    network = build(instance_connect=True, dns_protection=None)
    target = ec2.SecurityGroup(stack, "Target", vpc=network.vpc, allow_all_outbound=False)
    InstanceConnectEndpoint(
        stack,
        "Connect",
        vpc=network.vpc,
        subnet=network.private_subnets[0],
        ssh=[target] if protocol == "ssh" else (),
        rdp=[target] if protocol == "rdp" else (),
    )
    template = Template.from_stack(stack).to_json()
    port = {"ssh": 22, "rdp": 3389}[protocol]
    (egress,) = rules_of(template, "Egress")
    (ingress,) = rules_of(template, "Ingress")
    groups = {name.removesuffix(name[-8:]): name for name in groups_of(template)}
    own, other = groups["ConnectSecurityGroup"], groups["Target"]
    for rule in (egress, ingress):
        assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("tcp", port, port)
    assert egress["GroupId"] == {"Fn::GetAtt": [own, "GroupId"]}, control
    assert egress["DestinationSecurityGroupId"] == {"Fn::GetAtt": [other, "GroupId"]}
    assert ingress["GroupId"] == {"Fn::GetAtt": [other, "GroupId"]}
    assert ingress["SourceSecurityGroupId"] == {"Fn::GetAtt": [own, "GroupId"]}
    assert "SecurityGroupIngress" not in groups_of(template)[own]
    (endpoint,) = (
        value["Properties"]
        for value in template["Resources"].values()
        if value["Type"] == "AWS::EC2::InstanceConnectEndpoint"
    )
    assert endpoint["PreserveClientIp"] is False
    assert endpoint["SecurityGroupIds"] == [{"Fn::GetAtt": [own, "GroupId"]}]


def test_showing_the_client_s_address_is_visible(stack: cdk.Stack, build: Build) -> None:
    network = build(instance_connect=True)
    target = ec2.SecurityGroup(stack, "Target", vpc=network.vpc, allow_all_outbound=False)
    InstanceConnectEndpoint(
        stack,
        "Connect",
        vpc=network.vpc,
        subnet=network.private_subnets[0],
        ssh=[target],
        preserve_client_ip=True,
    )
    Template.from_stack(stack).has_resource_properties(
        "AWS::EC2::InstanceConnectEndpoint", {"PreserveClientIp": True}
    )


def test_an_endpoint_to_nothing_is_refused(stack: cdk.Stack, build: Build) -> None:
    network = build()
    with pytest.raises(BaselineError, match="names no security group in ssh or rdp"):
        InstanceConnectEndpoint(
            stack, "Connect", vpc=network.vpc, subnet=network.private_subnets[0]
        )


@pytest.mark.parametrize("control", ["EC2.18", "EC2.19"])
def test_tiers_admit_their_neighbour_only_and_spell_out_what_leaves(
    stack: cdk.Stack, build: Build, control: str
) -> None:
    network = build(dns_protection=None)
    TieredSecurityGroups(stack, "Groups", vpc=network.vpc, gateway_prefix_lists=["pl-6da54004"])
    template = Template.from_stack(stack).to_json()
    names = {name.removesuffix(name[-8:]): name for name in groups_of(template)}
    chain = [
        (names[a], names[b], port)
        for a, b, port in (
            ("GroupsLoadBalancer", "GroupsApplication", 8443),
            ("GroupsApplication", "GroupsDatabase", 5432),
        )
    ]

    def ends(direction: str, client: str, server: str) -> list[tuple[str, str, int]]:
        return sorted(
            (rule[client]["Fn::GetAtt"][0], rule[server]["Fn::GetAtt"][0], rule["FromPort"])
            for rule in rules_of(template, direction)
            if client in rule and server in rule
        )

    assert ends("Egress", "GroupId", "DestinationSecurityGroupId") == sorted(chain), control
    assert ends("Ingress", "SourceSecurityGroupId", "GroupId") == sorted(chain)
    groups = groups_of(template)
    application = groups[names["GroupsApplication"]]["SecurityGroupEgress"]
    assert [(rule["CidrIp"], rule["FromPort"], rule["ToPort"]) for rule in application] == [
        ("10.0.0.0/20", 443, 443)
    ]
    (gateway,) = (
        rule for rule in rules_of(template, "Egress") if "DestinationPrefixListId" in rule
    )
    assert gateway["DestinationPrefixListId"] == "pl-6da54004"
    assert (gateway["FromPort"], gateway["ToPort"]) == (443, 443)
    clients = groups[names["GroupsLoadBalancer"]]["SecurityGroupIngress"]
    assert [(rule["CidrIp"], rule["FromPort"]) for rule in clients] == [("10.0.0.0/20", 443)]
    # What the CDK writes for "nothing": a rule that matches no packet.
    nothing = groups[names["GroupsDatabase"]]["SecurityGroupEgress"]
    assert [rule["CidrIp"] for rule in nothing] == ["255.255.255.255/32"]


@pytest.mark.parametrize("port", [22, 3389])
def test_a_tier_on_an_administration_port_is_refused(
    stack: cdk.Stack, build: Build, port: int
) -> None:
    vpc = build().vpc
    with pytest.raises(BaselineError, match=f"rule {RULE}: {port}"):
        TieredSecurityGroups(stack, "Groups", vpc=vpc, application_port=port)
    with pytest.raises(BaselineError, match=f"rule {RULE}: {port}"):
        TieredSecurityGroups(stack, "More", vpc=vpc, database_ports=[port])


def test_no_finding_is_left_with_an_allocated_range(
    app: cdk.App, stack: cdk.Stack, build: Build, findings: Callable[[cdk.App], list[str]]
) -> None:
    pool = IpamPool(pool_id="ipam-pool-0123456789abcdef0", netmask_length=20)
    network = build(cidr=None, ipam_pool=pool, interface_endpoints=("ssm",))
    TieredSecurityGroups(stack, "Groups", vpc=network.vpc)
    cdk.Aspects.of(app).add(AdminPortsClosed())
    assert findings(app) == []


def test_no_finding_is_left(
    app: cdk.App, stack: cdk.Stack, build: Build, findings: Callable[[cdk.App], list[str]]
) -> None:
    network = build(instance_connect=True, public_subnets=True)
    groups = TieredSecurityGroups(stack, "Groups", vpc=network.vpc, clients=["0.0.0.0/0", "::/0"])
    InstanceConnectEndpoint(
        stack,
        "Connect",
        vpc=network.vpc,
        subnet=network.private_subnets[0],
        ssh=[groups.application],
    )
    cdk.Aspects.of(app).add(AdminPortsClosed())
    assert findings(app) == []
    assert {"instance-connect-endpoint", "tiered-security-groups"} <= {
        str(row["capability"]) for row in declarations(app)
    }
