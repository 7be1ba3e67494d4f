"""The stack passes the configuration on, and the example needs nothing but the construct."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
from aws_cdk.assertions import Template

from baseline.config import load
from baseline.config.names import Names
from stacks.network import NetworkStack

ROOT = Path(__file__).resolve().parents[3]


def network_stack(app: cdk.App) -> NetworkStack:
    configuration = load(ROOT / "baseline.yaml")
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
