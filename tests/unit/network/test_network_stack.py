"""The stack passes the configuration on, and the example needs nothing but the construct."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk.assertions import Template

from baseline.config import load
from baseline.config.names import Names
from baseline.network.open_ports import RULE, open_rules
from stacks.network import NetworkStack
from tests.support import CONTEXT

ROOT = Path(__file__).resolve().parents[3]


CONNECTED = ROOT / "examples/configurations/connected.yaml"
CLIENT_VPN = """  client_vpn:
    client_cidr: 172.20.0.0/20
    server_certificate_arn: arn:aws:acm:eu-west-1:444444444444:certificate/c
    saml_provider_arn: arn:aws:iam::444444444444:saml-provider/vpn
    access: { Ops: { group: operators, network: 10.0.0.0/20 } }
"""
# What a configuration says under `network`, and types that come or go with it.
FORMS: dict[str, tuple[str, set[str], set[str]]] = {
    "public tier": (
        "  public_tier: true\n",
        {"AWS::EC2::InternetGateway"},
        {"AWS::EC2::NatGateway"},
    ),
    "NAT and IPv6": (
        "  public_tier: true\n  nat_gateways: true\n  ipv6: true\n",
        {"AWS::EC2::NatGateway", "AWS::EC2::EgressOnlyInternetGateway", "AWS::EC2::VPCCidrBlock"},
        {"AWS::NetworkFirewall::Firewall"},
    ),
    "firewall of the VPC": (
        "  public_tier: true\n  nat_gateways: true\n  inspection: {form: vpc}\n",
        {"AWS::NetworkFirewall::Firewall", "Custom::FirewallEndpoints"},
        {"AWS::EC2::TransitGateway"},
    ),
    "central firewall": (
        "  inspection: {form: central}\n",
        {"AWS::NetworkFirewall::Firewall", "AWS::EC2::TransitGateway", "AWS::RAM::ResourceShare"},
        {"AWS::EC2::InternetGateway", "AWS::EC2::NatGateway"},
    ),
    "VPNs into the VPC": (
        "  site_to_site_vpn: {Berlin: {address: 198.51.100.7}}\n" + CLIENT_VPN,
        {
            "AWS::EC2::VPNConnection",
            "AWS::EC2::VPNGatewayRoutePropagation",
            "AWS::EC2::ClientVpnEndpoint",
        },
        {"AWS::EC2::TransitGateway", "AWS::EC2::ClientVpnRoute"},
    ),
    "quiet": (
        "  dns_firewall: {enabled: false}\n  detection_logs: none\n",
        {"AWS::EC2::FlowLog"},
        {
            "AWS::CloudWatch::Alarm",
            "AWS::Logs::MetricFilter",
            "AWS::Route53Resolver::FirewallRuleGroup",
            "AWS::SNS::Topic",
            "Custom::DnsFirewallLookup",
        },
    ),
    "records without alarms": (
        "  rejected_traffic: {alarms: false}\n",
        {"AWS::Logs::LogGroup"},
        {"AWS::CloudWatch::Alarm", "AWS::Logs::MetricFilter", "AWS::SNS::Topic"},
    ),
    "applications": (
        "  security_groups: {Orders: {database_ports: [1433]}}\n  instance_connect: {ssh: [Orders]}\n",
        {"AWS::EC2::InstanceConnectEndpoint", "AWS::CloudWatch::Alarm"},
        {"AWS::EC2::InternetGateway"},
    ),
}


def network_stack(app: cdk.App, file: Path = ROOT / "baseline.yaml") -> NetworkStack:
    configuration = load(file)
    names = Names.of(configuration)
    return NetworkStack(
        app,
        "network",
        configuration=configuration,
        names=names,
        env=cdk.Environment(account=names.network, region=names.home_region),
    )


def test_flow_logs_go_to_the_bucket_of_the_log_archive(app: cdk.App) -> None:
    stack = network_stack(app)
    names = Names.of(load(ROOT / "baseline.yaml"))
    template = Template.from_stack(stack)
    template.has_resource_properties(
        "AWS::EC2::FlowLog", {"LogDestination": f"arn:aws:s3:::{names.flow_log_bucket}"}
    )
    assert stack.stack_name == f"{names.prefix}-network"


def test_range_zones_and_endpoints_come_from_the_configuration(app: cdk.App) -> None:
    settings = load(ROOT / "baseline.yaml").network
    template = Template.from_stack(network_stack(app))
    template.has_resource_properties("AWS::EC2::VPC", {"CidrBlock": settings.cidr})
    template.resource_count_is("AWS::EC2::Subnet", 2 * settings.availability_zones)
    template.resource_count_is("AWS::EC2::VPCEndpoint", 2 + len(settings.interface_endpoints))


def test_no_finding_is_left_unacknowledged(
    app: cdk.App, findings: Callable[[cdk.App], list[str]]
) -> None:
    network_stack(app)
    assert findings(app) == []


def test_the_example_synthesizes_alone(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, str(ROOT / "examples/hardened_vpc/app.py")],
        cwd=tmp_path,
        env={**os.environ, "CDK_OUTDIR": str(tmp_path / "out"), "PYTHONPATH": str(ROOT)},
        check=True,
        timeout=120,
    )
    template = json.loads((tmp_path / "out/Network.template.json").read_text(encoding="utf-8"))
    kinds = {resource["Type"] for resource in template["Resources"].values()}
    assert {"AWS::EC2::VPC", "AWS::EC2::FlowLog", "Custom::DefaultSecurityGroup"} <= kinds


def types(stack: NetworkStack) -> set[str]:
    template = Template.from_stack(stack).to_json()
    return {resource["Type"] for resource in template["Resources"].values()}


def test_what_costs_by_the_hour_is_off_by_default(app: cdk.App) -> None:
    found = types(network_stack(app))
    assert "AWS::Route53Resolver::FirewallRuleGroup" in found
    assert (
        not {
            "AWS::EC2::NatGateway",
            "AWS::EC2::TransitGateway",
            "AWS::EC2::VPNConnection",
            "AWS::EC2::ClientVpnEndpoint",
            "AWS::NetworkFirewall::Firewall",
        }
        & found
    )


@pytest.mark.parametrize("form", FORMS)
def test_the_configuration_chooses_the_form(app: cdk.App, tmp_path: Path, form: str) -> None:
    text, there, absent = FORMS[form]
    example = (ROOT / "baseline.yaml").read_text(encoding="utf-8")
    assert "\nnetwork:\n" in example
    file = tmp_path / "baseline.yaml"
    file.write_text(example.replace("\nnetwork:\n", f"\nnetwork:\n{text}"), encoding="utf-8")
    found = types(network_stack(app, file))
    assert there <= found
    assert not absent & found


def changed(app: cdk.App, folder: Path, text: str) -> dict[str, Any]:
    """Give the template of the example with something more under `network`."""
    example = (ROOT / "baseline.yaml").read_text(encoding="utf-8")
    file = folder / "baseline.yaml"
    file.write_text(example.replace("\nnetwork:\n", f"\nnetwork:\n{text}"), encoding="utf-8")
    return dict(Template.from_stack(network_stack(app, file)).to_json()["Resources"])


def test_the_groups_of_an_application_are_as_the_configuration_says(
    app: cdk.App, tmp_path: Path
) -> None:
    text = (
        "  public_tier: true\n"
        "  security_groups:\n"
        "    Orders: {clients: [0.0.0.0/0], application_port: 8080, database_ports: [1433]}\n"
        "  instance_connect: {ssh: [Orders]}\n"
    )
    found = changed(app, tmp_path, text)
    rules = {
        (rule["IpProtocol"], rule["FromPort"], rule["ToPort"])
        for each in found.values()
        if each["Type"] == "AWS::EC2::SecurityGroupIngress"
        for rule in [each["Properties"]]
    }
    assert rules == {("tcp", 8080, 8080), ("tcp", 1433, 1433), ("tcp", 22, 22)}
    groups = {
        tag["Value"]: each["Properties"]
        for each in found.values()
        if each["Type"] == "AWS::EC2::SecurityGroup"
        for tag in each["Properties"].get("Tags", [])
        if tag["Key"] == "Name"
    }
    assert set(groups) == {
        f"network/OrdersGroups/{tier}" for tier in ("LoadBalancer", "Application", "Database")
    }
    (clients,) = groups["network/OrdersGroups/LoadBalancer"]["SecurityGroupIngress"]
    assert (clients["CidrIp"], clients["FromPort"]) == ("0.0.0.0/0", 443)
    ports = {
        each["Properties"]["PortRange"]["From"]
        for name, each in found.items()
        if name.startswith("VpcIsolatedInboundPort")
    }
    assert ports == {1433, 3306, 5432}
    assert list(open_rules({"Resources": found})) == []


def test_thresholds_and_recipients_come_from_the_configuration(
    app: cdk.App, tmp_path: Path
) -> None:
    found = changed(app, tmp_path, "  rejected_traffic: {outbound: 7}\n")
    alarms = {
        each["Properties"]["MetricName"]: each["Properties"]
        for each in found.values()
        if each["Type"] == "AWS::CloudWatch::Alarm"
    }
    assert {name: alarm["Threshold"] for name, alarm in alarms.items()} == {
        "RejectedOutbound": 7,
        "RejectedAdministration": 10,
        "RejectedVolume": 1000,
    }
    (topic,) = (name for name, each in found.items() if each["Type"] == "AWS::SNS::Topic")
    assert all(alarm["AlarmActions"] == [{"Ref": topic}] for alarm in alarms.values())
    endpoints = {
        each["Properties"]["Endpoint"]
        for each in found.values()
        if each["Type"] == "AWS::SNS::Subscription"
    }
    assert endpoints == set(load(ROOT / "baseline.yaml").notifications.high)


@pytest.mark.parametrize("control", ["EC2.20"])
def test_a_tunnel_that_is_down_tells_the_same_people(
    app: cdk.App, tmp_path: Path, control: str
) -> None:
    text = "  site_to_site_vpn: {Berlin: {address: 198.51.100.7}}\n"
    found = changed(app, tmp_path, text)
    (topic,) = (name for name, each in found.items() if each["Type"] == "AWS::SNS::Topic")
    (tunnel,) = (
        each["Properties"]
        for each in found.values()
        if each["Type"] == "AWS::CloudWatch::Alarm"
        and each["Properties"]["MetricName"] == "TunnelState"
    )
    assert tunnel["AlarmActions"] == [{"Ref": topic}], control


@pytest.fixture(scope="module")
def connected() -> dict[str, Any]:
    """The template of the example with everything on."""
    stack = network_stack(cdk.App(context=CONTEXT, analytics_reporting=False), CONNECTED)
    template: dict[str, Any] = dict(Template.from_stack(stack).to_json())
    return template


def test_the_connected_example_has_everything(connected: dict[str, Any]) -> None:
    found = {resource["Type"] for resource in connected["Resources"].values()}
    assert {
        "AWS::EC2::ClientVpnRoute",
        "AWS::EC2::TransitGatewayRouteTablePropagation",
        "AWS::EC2::VPCEncryptionControl",
        "AWS::EC2::VPNConnection",
        "AWS::NetworkFirewall::LoggingConfiguration",
        "AWS::RAM::ResourceShare",
        "AWS::Route53Resolver::FirewallDomainList",
        "Custom::FirewallEndpoints",
    } <= found
    assert len(connected["Resources"]) < 400
    assert len(json.dumps(connected)) < 400_000
    assert list(open_rules(connected)) == []


def test_its_firewall_bears_the_prefix(connected: dict[str, Any]) -> None:
    names = {
        str(
            resource["Properties"].get("FirewallName")
            or resource["Properties"].get("FirewallPolicyName")
            or resource["Properties"].get("RuleGroupName")
        )
        for resource in connected["Resources"].values()
        if resource["Type"].startswith("AWS::NetworkFirewall::")
        and "LoggingConfiguration" not in resource["Type"]
    }
    assert names
    assert all(name.startswith("secbase-inspection") for name in names)


@pytest.mark.parametrize("control", ["EC2.13", "EC2.53"])
def test_an_open_administration_port_stops_the_synthesis_of_the_stack(
    app: cdk.App, control: str
) -> None:
    stack = network_stack(app)
    ec2.CfnSecurityGroupIngress(
        stack,
        control.replace(".", ""),
        group_id="sg-1",
        ip_protocol="tcp",
        from_port=22,
        to_port=22,
        cidr_ip="0.0.0.0/0",
    )
    with pytest.raises(RuntimeError, match=f"rule {RULE}: network/{control.replace('.', '')}"):
        app.synth()


def test_every_network_named_is_joined(connected: dict[str, Any]) -> None:
    joined = [
        resource["Properties"]["TransitGatewayAttachmentId"]
        for resource in connected["Resources"].values()
        if resource["Type"] == "AWS::EC2::TransitGatewayRouteTablePropagation"
    ]
    assert len(joined) == 2
    assert "tgw-attach-0123456789abcdef0" in joined


def test_the_connected_example_is_clean(
    app: cdk.App, findings: Callable[[cdk.App], list[str]]
) -> None:
    network_stack(app, CONNECTED)
    assert findings(app) == []


@pytest.mark.tools
def test_cfn_lint_accepts_the_connected_example(connected: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "network.json"
    file.write_text(json.dumps(connected), encoding="utf-8")
    done = subprocess.run(
        ["cfn-lint", "--regions", "eu-west-1", "--ignore-checks=W3005", "--", str(file)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stdout == ""
    assert done.returncode == 0


def test_the_connected_example_is_a_valid_configuration() -> None:
    assert load(CONNECTED).network.inspection.form == "central"
