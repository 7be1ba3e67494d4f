"""Inspector is on in its administrator's account before it is configured, and stays on."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from botocore.client import BaseClient

from baseline.config.inspector import InspectorSettings
from baseline.detection.inspector_activation import InspectorActivation, scan_types
from tests.handlers import load_handler
from tests.support import CONTEXT
from tests.unit.detection.inspector_aws import ON, FakeInspector
from tests.unit.detection.members_aws import SECURITY

index = load_handler("baseline/detection/handlers/inspector_activation")
OFF = dict.fromkeys(ON, "DISABLED")
SCANS = {"eu-west-1": ["EC2", "ECR", "LAMBDA"], "eu-west-3": ["EC2"]}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> FakeInspector:
    fake = FakeInspector()
    monkeypatch.setattr(
        BaseClient,
        "_make_api_call",
        # A function, which becomes a method of the clients.
        lambda *call: fake(*call),  # noqa: PLW0108
    )
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    for region in SCANS:
        fake.scans[region, SECURITY] = dict(OFF)
    return fake


def event(kind: str = "Create") -> dict[str, Any]:
    properties = {"Account": SECURITY, "Scans": SCANS}
    return {"RequestType": kind, "ResourceProperties": properties}


def test_what_is_off_is_switched_on_in_every_region_and_waited_for(aws: FakeInspector) -> None:
    assert index.on_event(event(), None) == {"PhysicalResourceId": "inspector"}
    assert [
        (region, given["resourceTypes"]) for name, region, given in aws.calls if name == "Enable"
    ] == [
        ("eu-west-1", ["EC2", "ECR", "LAMBDA"]),
        ("eu-west-3", ["EC2"]),
    ]
    assert index.is_complete(event(), None) == {"IsComplete": False}
    aws.scans["eu-west-1", SECURITY] = dict(ON)
    assert index.is_complete(event(), None) == {"IsComplete": False}
    aws.scans["eu-west-3", SECURITY] = dict(ON)
    assert index.is_complete(event(), None) == {"IsComplete": True}


def test_what_is_on_or_starts_is_left_alone(aws: FakeInspector) -> None:
    aws.scans["eu-west-1", SECURITY] = {**ON, "ecr": "ENABLING"}
    aws.scans["eu-west-3", SECURITY] = dict(ON)
    index.on_event(event("Update"), None)
    assert aws.writes() == []


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        ("BLOCKED_BY_ORGANIZATION_POLICY", False),
        ("ENABLE_IN_PROGRESS", False),
        ("ACCESS_DENIED", True),
    ],
)
def test_what_the_policy_switches_off_stays_off_and_a_refusal_stops_the_deployment(
    aws: FakeInspector, code: str, *, refused: bool
) -> None:
    aws.enable_fails = code
    if refused:
        with pytest.raises(
            index.ActivationError, match="Inspector in eu-west-1: ACCESS_DENIED: no"
        ):
            index.on_event(event(), None)
    else:
        index.on_event(event(), None)
    # Another scan is on, so that Inspector takes a configuration.
    for region in SCANS:
        aws.scans[region, SECURITY] = {**OFF, "lambdaCode": "ENABLED"}
    assert index.is_complete(event(), None) == {"IsComplete": True}


def test_an_account_that_was_never_on_is_switched_on(aws: FakeInspector) -> None:
    aws.unknown.add(SECURITY)
    index.on_event(event(), None)
    assert len(aws.given("Enable")) == len(SCANS)
    assert index.is_complete(event(), None) == {"IsComplete": False}


def test_deletion_calls_nothing(aws: FakeInspector) -> None:
    assert index.on_event(event("Delete"), None) == {"PhysicalResourceId": "inspector"}
    assert index.is_complete(event("Delete"), None) == {"IsComplete": True}
    assert aws.calls == []


# The construct


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    env = cdk.Environment(account=SECURITY, region="eu-west-1")
    stack = cdk.Stack(cdk.App(context=CONTEXT), "Stack", env=env)
    settings = InspectorSettings(enabled=True, repositories=True, functions=False)
    InspectorActivation(stack, "Inspector", settings=settings, regions=("eu-west-1", "eu-west-3"))
    return dict(assertions.Template.from_stack(stack).to_json()["Resources"])


def test_each_region_gets_the_scans_that_it_has(template: dict[str, Any]) -> None:
    (found,) = (
        each["Properties"]
        for each in template.values()
        if each["Type"] == "Custom::InspectorActivation"
    )
    assert found["Account"] == SECURITY
    assert found["Scans"] == {
        "eu-west-1": ["EC2", "ECR", "CODE_REPOSITORY"],
        "eu-west-3": ["EC2", "ECR"],
    }
    assert scan_types(InspectorSettings(function_code=True), "eu-west-1") == [
        "EC2",
        "ECR",
        "LAMBDA",
        "LAMBDA_CODE",
    ]


def test_the_functions_switch_on_in_governed_regions_only_and_nothing_off(
    template: dict[str, Any],
) -> None:
    found: dict[str, Any] = {}
    for each in template.values():
        if each["Type"] == "AWS::IAM::ManagedPolicy":
            for statement in each["Properties"]["PolicyDocument"]["Statement"]:
                found[statement.get("Sid", "")] = statement
    here = {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-west-3"]}}
    assert found["SwitchOn"]["Action"] == "inspector2:Enable"
    assert found["SwitchOn"]["Condition"] == found["SeeInspector"]["Condition"] == here
    assert found["CreateServiceLinkedRoles"]["Condition"] == {
        "StringEquals": {
            "iam:AWSServiceName": ["inspector2.amazonaws.com", "agentless.inspector2.amazonaws.com"]
        }
    }
    assert "inspector2:Disable" not in str(template)
