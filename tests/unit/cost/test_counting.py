"""What is counted in templates: metrics of an alarm, zones of an endpoint, accounts of a StackSet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from baseline.config import Configuration, read
from baseline.cost import estimate
from baseline.cost.capabilities import capability_of
from baseline.cost.counting import counted, items_of
from baseline.cost.places import Landscape
from baseline.errors import BaselineError
from tests.support import ROOT

ALARM = "AWS::CloudWatch::Alarm"


def items(kind: str, properties: dict[str, Any], **resources: Any) -> list[tuple[str, float]]:
    return list(items_of(kind, properties, resources))


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    found = read(ROOT / "baseline.yaml")
    assert isinstance(found, Configuration)
    return found


def assembly(folder: Path, resources: dict[str, Any], *, stack: str = "network") -> Path:
    """Write an assembly of one stack in the management account."""
    template = {"Resources": resources}
    (folder / "one.template.json").write_text(json.dumps(template), encoding="utf-8")
    artifact = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://111111111111/eu-west-1",
        "properties": {"templateFile": "one.template.json"},
    }
    manifest = {"artifacts": {stack: artifact, "x": {"type": "cdk:asset-manifest"}}}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def test_an_alarm_is_billed_by_its_metrics() -> None:
    one = {"MetricName": "x"}
    three = {"Metrics": [{"MetricStat": {}}, {"MetricStat": {}}, {"MetricStat": {}}, {"Id": "all"}]}
    assert items(ALARM, one) == [("cloudwatch.alarm", 1)]
    assert items(ALARM, three) == [("cloudwatch.alarm", 3)]


def test_a_gateway_endpoint_is_free() -> None:
    kind = "AWS::EC2::VPCEndpoint"
    assert items(kind, {"VpcEndpointType": "Gateway"}) == []
    interface = {"VpcEndpointType": "Interface", "SubnetIds": ["a", "b", "c"]}
    assert items(kind, interface) == [("vpc.interface-endpoint", 3)]


def test_a_database_is_billed_by_its_least_capacity() -> None:
    cluster = {"Properties": {"ServerlessV2ScalingConfiguration": {"MinCapacity": 0.5}}}
    properties = {"DBClusterIdentifier": {"Ref": "Cluster"}}
    found = items("AWS::RDS::DBInstance", properties, Cluster=cluster)
    assert found == [("aurora.capacity", 0.5)]


def test_a_vpn_on_a_transit_gateway_is_attached_and_has_a_secret() -> None:
    properties = {"TransitGatewayId": "tgw", "PreSharedKeyStorage": "SecretsManager"}
    assert {item for item, _ in items("AWS::EC2::VPNConnection", properties)} == {
        "vpn.connection",
        "transit-gateway.attachment",
        "secretsmanager.secret",
    }


def test_a_stack_set_is_billed_in_every_account_and_region(
    tmp_path: Path, configuration: Configuration
) -> None:
    body = {"Resources": {"Key": {"Type": "AWS::KMS::Key", "Properties": {}}}}
    group = {
        "DeploymentTargets": {"OrganizationalUnitIds": ["r-exam"]},
        "Regions": ["eu-west-1", "eu-central-1"],
    }
    properties = {
        "StackSetName": "secbase-member-backup",
        "TemplateBody": json.dumps(body),
        "StackInstancesGroup": [group],
    }
    resources = {"Set": {"Type": "AWS::CloudFormation::StackSet", "Properties": properties}}
    folder = assembly(tmp_path, resources, stack="members")
    found = counted(folder, Landscape.of(configuration), prefix="secbase")
    places = {(key.capability, key.place.account_class) for key in found.resources}
    # Service-managed StackSets leave the management account out.
    assert places == {
        ("backups", role)
        for role in ("log_archive", "security", "network", "shared_services", "member")
    }
    assert found.of("kms.key") == 5 * 2


def test_a_stack_and_a_type_of_somebody_else_are_told(
    tmp_path: Path, configuration: Configuration
) -> None:
    resources = {
        "Key": {"Type": "AWS::KMS::Key"},
        "Odd": {"Type": "AWS::Braket::Thing"},
    }
    folder = assembly(tmp_path, resources, stack="my-own")
    found = counted(folder, Landscape.of(configuration), prefix="secbase")
    assert found.capabilities == {"other"}
    remarks = estimate(configuration, resources=found).remarks
    assert any("AWS::Braket::Thing" in remark for remark in remarks)


@pytest.mark.parametrize(
    ("stack", "capability"),
    [
        ("security", "security"),
        ("security-regional-eu-central-1", "security"),
        ("security-lake-eu-central-1", "security-lake"),
        ("members-management-patching-eu-west-1", "patching"),
        ("members-management-regional-eu-west-1", "members"),
        ("standalone-log-archive-eu-central-1", "log-archive"),
        ("workload-edge", "workload"),
        ("something-else", "other"),
    ],
)
def test_the_longest_name_of_a_stack_decides(stack: str, capability: str) -> None:
    assert capability_of(stack) == capability


@pytest.mark.parametrize("text", [None, "[]", "{"])
def test_what_is_no_assembly_is_one_line(
    tmp_path: Path, configuration: Configuration, text: str | None
) -> None:
    if text is not None:
        (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(BaselineError, match=r"manifest\.json"):
        counted(tmp_path, Landscape.of(configuration), prefix="secbase")
