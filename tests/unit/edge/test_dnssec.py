"""A zone is signed with a key of its own, and somebody hears before its answers stop validating."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from baseline.controls.registry import declarations
from baseline.edge.dnssec import ZoneSigning
from baseline.edge.zone import ProtectedZone
from baseline.errors import BaselineError
from baseline.primitives.alarm_topic import AlarmTopic
from tests.support import CONTEXT

Resources = dict[str, dict[str, Any]]


def make(stack: cdk.Stack) -> ZoneSigning:
    zone = ProtectedZone(stack, "Zone", name="example.com")
    alarms = AlarmTopic(stack, "Alarms", addresses=["dns@example.com"], display_name="DNS")
    return ZoneSigning(stack, "Signing", zone=zone.zone, topic=alarms.topic)


@pytest.fixture(scope="module")
def resources() -> Resources:
    """The resources of a signed zone."""
    app = cdk.App(context=CONTEXT, analytics_reporting=False)
    environment = cdk.Environment(account="333333333333", region="us-east-1")
    stack = cdk.Stack(app, "S", env=environment)
    make(stack)
    return dict(Template.from_stack(stack).to_json()["Resources"])


def of_type(resources: Resources, kind: str) -> dict[str, dict[str, Any]]:
    return {name: row for name, row in resources.items() if row["Type"] == kind}


def signing_key(resources: Resources) -> tuple[str, dict[str, Any]]:
    ((name, row),) = (
        (name, row)
        for name, row in of_type(resources, "AWS::KMS::Key").items()
        if row["Properties"].get("KeyUsage") == "SIGN_VERIFY"
    )
    return name, row


def test_the_key_is_of_the_kind_that_route_53_takes(resources: Resources) -> None:
    _, key = signing_key(resources)
    assert key["Properties"]["KeySpec"] == "ECC_NIST_P256"
    assert "EnableKeyRotation" not in key["Properties"]
    assert key["DeletionPolicy"] == "Retain"


def test_route_53_signs_this_zone_and_no_other(resources: Resources) -> None:
    _, key = signing_key(resources)
    (zone,) = of_type(resources, "AWS::Route53::HostedZone")
    statements = {row.get("Sid"): row for row in key["Properties"]["KeyPolicy"]["Statement"]}
    sign = statements["SignZone"]
    assert sign["Principal"] == {"Service": "dnssec-route53.amazonaws.com"}
    assert sign["Action"] == ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"]
    assert sign["Condition"]["StringEquals"] == {"aws:SourceAccount": "333333333333"}
    source = sign["Condition"]["ArnEquals"]["aws:SourceArn"]["Fn::Join"][1]
    assert {"Ref": zone} in source
    grant = statements["GrantToAws"]
    assert grant["Action"] == "kms:CreateGrant"
    assert grant["Condition"] == {
        **sign["Condition"],
        "Bool": {"kms:GrantIsForAWSResource": "true"},
    }


def test_the_zone_is_signed_once_its_key_is_active(resources: Resources) -> None:
    name, _ = signing_key(resources)
    ((key_name, key),) = of_type(resources, "AWS::Route53::KeySigningKey").items()
    ((_, signing),) = of_type(resources, "AWS::Route53::DNSSEC").items()
    (zone,) = of_type(resources, "AWS::Route53::HostedZone")
    assert key["Properties"] == {
        "HostedZoneId": {"Ref": zone},
        "KeyManagementServiceArn": {"Fn::GetAtt": [name, "Arn"]},
        "Name": "baseline_1",
        "Status": "ACTIVE",
    }
    assert signing["Properties"] == {"HostedZoneId": {"Ref": zone}}
    assert key_name in signing["DependsOn"]


def test_what_a_parent_relies_on_stays(resources: Resources) -> None:
    kinds = ("AWS::Route53::HostedZone", "AWS::Route53::KeySigningKey", "AWS::Route53::DNSSEC")
    for kind in kinds:
        (row,) = of_type(resources, kind).values()
        assert row["DeletionPolicy"] in ("Retain", "RetainExceptOnCreate"), kind


@pytest.mark.parametrize("control", ["CloudWatch.15", "CloudWatch.17"])
def test_somebody_hears_when_signing_fails(resources: Resources, control: str) -> None:
    (zone,) = of_type(resources, "AWS::Route53::HostedZone")
    alarms = [row["Properties"] for row in of_type(resources, "AWS::CloudWatch::Alarm").values()]
    assert {alarm["MetricName"] for alarm in alarms} == {
        "DNSSECInternalFailure",
        "DNSSECKeySigningKeysNeedingAction",
    }, control
    for alarm in alarms:
        assert alarm["Namespace"] == "AWS/Route53"
        assert alarm["Dimensions"] == [{"Name": "HostedZoneId", "Value": {"Ref": zone}}]
        assert (alarm["Threshold"], alarm["Statistic"]) == (1, "Maximum")
        assert "Ref" in alarm["AlarmActions"][0]
        assert alarm.get("ActionsEnabled", True) is True


def test_a_zone_is_not_signed_unless_it_is_asked_for(global_stack: cdk.Stack) -> None:
    ProtectedZone(global_stack, "Zone", name="example.com")
    found = dict(Template.from_stack(global_stack).to_json()["Resources"])
    assert of_type(found, "AWS::Route53::DNSSEC") == {}


def test_a_key_elsewhere_is_one_clear_error(stack: cdk.Stack, global_stack: cdk.Stack) -> None:
    zone = ProtectedZone(global_stack, "Zone", name="example.com")
    topic = AlarmTopic(stack, "Alarms", addresses=["dns@example.com"], display_name="DNS").topic
    with pytest.raises(BaselineError, match="is in 'eu-west-1'; keys of DNSSEC are in 'us-east-1'"):
        ZoneSigning(stack, "Signing", zone=zone.zone, topic=topic)


def test_it_declares_its_controls(app: cdk.App, global_stack: cdk.Stack) -> None:
    make(global_stack)
    found = {str(row["capability"]): row["controls"] for row in declarations(app)}
    assert found["zone-signing"] == ["CloudWatch.15", "CloudWatch.17"]


def test_no_finding_is_left(
    app: cdk.App, global_stack: cdk.Stack, findings: Callable[[cdk.App], list[str]]
) -> None:
    make(global_stack)
    assert findings(app) == []
