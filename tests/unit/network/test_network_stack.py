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
        {"AWS::Route53Resolver::FirewallRuleGroup", "Custom::DnsFirewallLookup"},
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


@pytest.fixture(scope="module")
def connected() -> dict[str, Any]:
    """The template of the example with everything on."""
    stack = network_stack(cdk.App(context=CONTEXT, analytics_reporting=False), CONNECTED)
    return dict(Template.from_stack(stack).to_json())


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
