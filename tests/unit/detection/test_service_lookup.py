from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, Self

import aws_cdk as cdk
import boto3
import pytest
from aws_cdk import assertions
from moto import mock_aws

from baseline.detection.service_lookup import (
    AnomalyMonitorLookup,
    DetectorLookup,
    HubLookup,
    RegionalDetectors,
)
from baseline.errors import BaselineError
from tests.handlers import load_handler

index = load_handler("baseline/detection/handlers/service_lookup")

EVENT = {
    "RequestType": "Create",
    "StackId": "arn:aws:cloudformation:eu-west-1:333333333333:stack/secbase-security/1",
    "RequestId": "1",
    "LogicalResourceId": "Lookup",
    "ResponseURL": "https://cloudformation.example/answer",
}


@pytest.fixture
def aws() -> Iterator[None]:
    with mock_aws():
        yield


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Collect what CloudFormation is told."""
    told: list[dict[str, Any]] = []

    class Response:
        status = 200

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            return

    def put(request: Any, timeout: int) -> Response:
        assert (request.method, request.full_url) == ("PUT", EVENT["ResponseURL"])
        assert timeout > 0
        told.append(json.loads(request.data))
        return Response()

    monkeypatch.setattr("urllib.request.urlopen", put)
    return told


@pytest.mark.usefixtures("aws")
def test_the_detector_that_exists_is_found(answers: list[dict[str, Any]]) -> None:
    guardduty = boto3.client("guardduty")
    existing = guardduty.create_detector(Enable=True)["DetectorId"]
    index.detector(EVENT, None)
    assert (answers[0]["Status"], answers[0]["Data"]) == ("SUCCESS", {"DetectorId": existing})
    assert guardduty.list_detectors()["DetectorIds"] == [existing]


@pytest.mark.usefixtures("aws")
def test_a_missing_detector_is_created_enabled_and_found_again(
    answers: list[dict[str, Any]],
) -> None:
    index.detector(EVENT, None)
    index.detector({**EVENT, "RequestType": "Update", "PhysicalResourceId": "detector"}, None)
    guardduty = boto3.client("guardduty")
    (created,) = guardduty.list_detectors()["DetectorIds"]
    assert [answer["Data"]["DetectorId"] for answer in answers] == [created, created]
    assert guardduty.get_detector(DetectorId=created)["Status"] == "ENABLED"


@pytest.mark.usefixtures("aws")
def test_a_missing_hub_is_enabled(answers: list[dict[str, Any]]) -> None:
    index.hub(EVENT, None)
    found = boto3.client("securityhub").describe_hub()
    assert answers[0]["Data"] == {"HubArn": found["HubArn"]}
    assert found["ControlFindingGenerator"] == "SECURITY_CONTROL"


@pytest.mark.usefixtures("aws")
def test_the_hub_that_the_delegation_enabled_is_found(answers: list[dict[str, Any]]) -> None:
    boto3.client("securityhub").enable_security_hub(EnableDefaultStandards=False)
    index.hub(EVENT, None)
    assert answers[0]["Status"] == "SUCCESS"
    assert answers[0]["Data"]["HubArn"].endswith(":hub/default")


class StubHub:
    """Security Hub with one finding per standard, enabled between two calls of ours."""

    class exceptions:  # noqa: N801 - boto3's own name
        class InvalidAccessException(Exception):  # noqa: N818 - as above
            pass

        class ResourceNotFoundException(Exception):  # noqa: N818 - as above
            pass

        class ResourceConflictException(Exception):  # noqa: N818 - as above
            pass

    def __init__(self) -> None:
        self.described = 0
        self.updates: list[dict[str, str]] = []
        self.enabled: dict[str, object] = {}

    def describe_hub(self) -> dict[str, str]:
        self.described += 1
        if self.described == 1:
            raise self.exceptions.InvalidAccessException
        return {"HubArn": "arn:hub", "ControlFindingGenerator": "STANDARD_CONTROL"}

    def enable_security_hub(self, **settings: object) -> None:
        self.enabled = settings
        raise self.exceptions.ResourceConflictException

    def update_security_hub_configuration(self, **settings: str) -> None:
        self.updates.append(settings)


def test_a_hub_enabled_meanwhile_is_found_and_gives_one_finding_per_control() -> None:
    stub = StubHub()
    assert index.find_hub(stub) == {"HubArn": "arn:hub"}
    assert stub.updates == [{"ControlFindingGenerator": "SECURITY_CONTROL"}]


def test_standards_are_left_to_the_configuration_policy() -> None:
    stub = StubHub()
    index.find_hub(stub)
    assert stub.enabled["EnableDefaultStandards"] is False


class StubCosts:
    """Cost Explorer with two pages of monitors; moto has none of it."""

    def __init__(self, *monitors: dict[str, str]) -> None:
        self.pages = [{"AnomalyMonitors": [each]} for each in monitors] or [{"AnomalyMonitors": []}]
        self.created: list[dict[str, str]] = []

    def get_paginator(self, operation: str) -> Self:
        assert operation == "get_anomaly_monitors"
        return self

    def paginate(self) -> list[dict[str, Any]]:
        return self.pages

    def create_anomaly_monitor(self, *, AnomalyMonitor: dict[str, str]) -> dict[str, str]:  # noqa: N803
        self.created.append(AnomalyMonitor)
        return {"MonitorArn": f"arn:new:{AnomalyMonitor['MonitorDimension']}"}


def monitor(dimension: str) -> dict[str, str]:
    return {
        "MonitorArn": f"arn:old:{dimension}",
        "MonitorType": "DIMENSIONAL",
        "MonitorDimension": dimension,
    }


def test_monitors_that_exist_are_found_on_every_page() -> None:
    stub = StubCosts(monitor("SERVICE"), monitor("LINKED_ACCOUNT"))
    assert index.find_monitors(stub) == {
        "ServiceMonitorArn": "arn:old:SERVICE",
        "AccountMonitorArn": "arn:old:LINKED_ACCOUNT",
    }
    assert stub.created == []


def test_only_the_missing_monitor_is_created_and_a_custom_one_is_no_substitute() -> None:
    custom = {"MonitorArn": "arn:custom", "MonitorType": "CUSTOM"}
    stub = StubCosts(monitor("SERVICE"), custom)
    assert index.find_monitors(stub)["AccountMonitorArn"] == "arn:new:LINKED_ACCOUNT"
    assert [each["MonitorDimension"] for each in stub.created] == ["LINKED_ACCOUNT"]
    assert all(each["MonitorType"] == "DIMENSIONAL" for each in stub.created)


def test_the_monitors_answer_carries_both_arns(
    answers: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("boto3.client", lambda *_, **__: StubCosts())
    index.monitors(EVENT, None)
    assert answers[0]["Data"] == {
        "ServiceMonitorArn": "arn:new:SERVICE",
        "AccountMonitorArn": "arn:new:LINKED_ACCOUNT",
    }


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("entry", [index.detector, index.hub, index.monitors])
def test_delete_leaves_detection_on(
    entry: Callable[[dict[str, Any], None], None], answers: list[dict[str, Any]]
) -> None:
    guardduty, securityhub = boto3.client("guardduty"), boto3.client("securityhub")
    existing = guardduty.create_detector(Enable=True)["DetectorId"]
    securityhub.enable_security_hub()
    entry({**EVENT, "RequestType": "Delete", "PhysicalResourceId": "kept"}, None)
    assert (answers[0]["Status"], answers[0]["PhysicalResourceId"]) == ("SUCCESS", "kept")
    assert guardduty.get_detector(DetectorId=existing)["Status"] == "ENABLED"
    assert securityhub.describe_hub()["HubArn"]


def test_a_refused_call_is_told_to_cloudformation(
    answers: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("not authorized to perform guardduty:ListDetectors" + "!" * 9_000)

    monkeypatch.setattr("boto3.client", refuse)
    index.detector(EVENT, None)
    assert answers[0]["Status"] == "FAILED"
    assert "guardduty:ListDetectors" in answers[0]["Reason"]
    assert len(json.dumps(answers[0])) < 4_096


def statements(stack: cdk.Stack) -> dict[str, dict[str, Any]]:
    policies = assertions.Template.from_stack(stack).find_resources("AWS::IAM::ManagedPolicy")
    (policy,) = policies.values()
    return {
        statement["Sid"]: statement
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    }


def test_the_detector_lookup_may_list_and_create_detectors_only(stack: cdk.Stack) -> None:
    lookup = DetectorLookup(stack, "Lookup")
    assert "detector/" in lookup.detector_arn
    found = statements(stack)
    assert found["FindDetector"]["Action"] == [
        "guardduty:CreateDetector",
        "guardduty:ListDetectors",
    ]
    assert found["CreateServiceLinkedRole"]["Condition"] == {
        "StringEquals": {"iam:AWSServiceName": "guardduty.amazonaws.com"}
    }


def test_the_hub_lookup_may_touch_the_hub_only(stack: cdk.Stack) -> None:
    HubLookup(stack, "Lookup")
    found = statements(stack)["FindHub"]
    assert found["Resource"] == "arn:aws:securityhub:eu-west-1:333333333333:hub/default"
    assert not any("Disable" in action or "Delete" in action for action in found["Action"])


def test_the_monitor_lookup_may_find_and_create_monitors_only(stack: cdk.Stack) -> None:
    AnomalyMonitorLookup(stack, "Lookup")
    found = statements(stack)
    assert found["FindMonitors"]["Action"] == "ce:GetAnomalyMonitors"
    assert found["FindMonitors"]["Resource"] == "arn:aws:ce::333333333333:anomalymonitor/*"
    assert found["CreateMonitors"]["Action"] == "ce:CreateAnomalyMonitor"


TOLD = {
    "Regions": ["eu-central-1", "us-east-1"],
    "DetectorParameter": "/secbase/guardduty/detector",
    "Copies": {"/secbase/guardduty/export-key": "arn:aws:kms:eu-west-1:333333333333:key/1"},
}


def parameters(region: str) -> dict[str, tuple[str, int]]:
    found = boto3.client("ssm", region_name=region).get_parameters(
        Names=[TOLD["DetectorParameter"], *TOLD["Copies"]]
    )
    return {each["Name"]: (each["Value"], each["Version"]) for each in found["Parameters"]}


@pytest.mark.usefixtures("aws")
def test_every_region_is_told_its_detector_and_what_is_copied(
    answers: list[dict[str, Any]],
) -> None:
    existing = boto3.client("guardduty", region_name="us-east-1").create_detector(Enable=True)
    index.detectors({**EVENT, "ResourceProperties": TOLD}, None)
    assert answers[0]["Status"] == "SUCCESS"
    virginia = parameters("us-east-1")
    assert virginia["/secbase/guardduty/detector"] == (existing["DetectorId"], 1)
    assert virginia["/secbase/guardduty/export-key"][0].endswith("key/1")
    # Frankfurt had none: it was created, and the parameter names it.
    frankfurt = boto3.client("guardduty", region_name="eu-central-1").list_detectors()
    known, _ = parameters("eu-central-1")["/secbase/guardduty/detector"]
    assert frankfurt["DetectorIds"] == [known]
    assert boto3.client("guardduty", region_name="eu-west-1").list_detectors()["DetectorIds"] == []


@pytest.mark.usefixtures("aws")
def test_what_is_told_already_is_not_written_again(answers: list[dict[str, Any]]) -> None:
    for _ in range(2):
        index.detectors({**EVENT, "ResourceProperties": TOLD}, None)
    assert {version for _, version in parameters("us-east-1").values()} == {1}
    changed = {**TOLD, "Copies": {"/secbase/guardduty/export-key": "another"}}
    index.detectors({**EVENT, "RequestType": "Update", "ResourceProperties": changed}, None)
    assert parameters("us-east-1")["/secbase/guardduty/export-key"] == ("another", 2)
    assert [answer["Status"] for answer in answers] == ["SUCCESS"] * 3


@pytest.mark.usefixtures("aws")
def test_deleting_leaves_detectors_and_parameters(answers: list[dict[str, Any]]) -> None:
    index.detectors({**EVENT, "ResourceProperties": TOLD}, None)
    index.detectors({**EVENT, "RequestType": "Delete", "ResourceProperties": TOLD}, None)
    assert len(parameters("us-east-1")) == 2
    assert answers[1]["Status"] == "SUCCESS"


def test_the_function_writes_the_named_parameters_of_the_named_regions_only(
    stack: cdk.Stack,
) -> None:
    RegionalDetectors(
        stack,
        "Detectors",
        regions=["eu-central-1"],
        detector_parameter="/secbase/guardduty/detector",
    )
    policies = assertions.Template.from_stack(stack).find_resources("AWS::IAM::ManagedPolicy")
    statements = [
        statement
        for policy in policies.values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement.get("Sid") == "TellRegions"
    ]
    (statement,) = statements
    assert statement["Action"] == ["ssm:GetParameter", "ssm:PutParameter"]
    assert statement["Condition"] == {"StringEquals": {"aws:RequestedRegion": ["eu-central-1"]}}
    assert (
        statement["Resource"] == "arn:aws:ssm:*:333333333333:parameter/secbase/guardduty/detector"
    )


def test_without_another_region_there_is_nobody_to_tell(stack: cdk.Stack) -> None:
    with pytest.raises(BaselineError, match="regions is empty"):
        RegionalDetectors(stack, "Detectors", regions=[], detector_parameter="/x")


def test_an_account_alone_has_no_monitor_over_accounts() -> None:
    stub = StubCosts()
    assert index.find_monitors(stub, ["SERVICE"]) == {"ServiceMonitorArn": "arn:new:SERVICE"}
    assert [each["MonitorDimension"] for each in stub.created] == ["SERVICE"]
