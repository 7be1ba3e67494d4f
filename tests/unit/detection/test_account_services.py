"""GuardDuty and Security Hub of an account that no organization switches on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest

from baseline.config.access_analyzer import UnusedAccess
from baseline.config.capabilities import GuardDutyPlans
from baseline.controls.registry import declarations
from baseline.detection.access_analyzer import ExternalAccessAnalyzer, UnusedAccessAnalyzer
from baseline.detection.account_detector import PLANS, AccountDetector
from baseline.detection.account_hub import AccountHub
from baseline.errors import BaselineError

OfType = Callable[[cdk.Stack, str], list[dict[str, Any]]]


@pytest.mark.parametrize(
    ("control", "feature", "agent"),
    [
        ("GuardDuty.5", "EKS_AUDIT_LOGS", None),
        ("GuardDuty.6", "LAMBDA_NETWORK_LOGS", None),
        ("GuardDuty.7", "RUNTIME_MONITORING", "EKS_ADDON_MANAGEMENT"),
        ("GuardDuty.8", "EBS_MALWARE_PROTECTION", None),
        ("GuardDuty.9", "RDS_LOGIN_EVENTS", None),
        ("GuardDuty.10", "S3_DATA_EVENTS", None),
        ("GuardDuty.11", "RUNTIME_MONITORING", None),
        ("GuardDuty.12", "RUNTIME_MONITORING", "ECS_FARGATE_AGENT_MANAGEMENT"),
        ("GuardDuty.13", "RUNTIME_MONITORING", "EC2_AGENT_MANAGEMENT"),
    ],
)
def test_a_plan_that_a_control_asks_for_is_on(
    stack: cdk.Stack, of_type: OfType, control: str, feature: str, agent: str | None
) -> None:
    AccountDetector(stack, "GuardDuty")
    (detector,) = of_type(stack, "AWS::GuardDuty::Detector")
    (row,) = [each for each in detector["Properties"]["Features"] if each["Name"] == feature]
    assert row["Status"] == "ENABLED"
    if agent is not None:
        assert {"Name": agent, "Status": "ENABLED"} in row["AdditionalConfiguration"]
    assert control in str(declarations(stack))


def test_guardduty_1_every_plan_is_on(stack: cdk.Stack, of_type: OfType) -> None:
    AccountDetector(stack, "GuardDuty")
    (detector,) = of_type(stack, "AWS::GuardDuty::Detector")
    properties = detector["Properties"]
    assert (properties["Enable"], properties["FindingPublishingFrequency"]) == (
        True,
        "FIFTEEN_MINUTES",
    )
    features = {each["Name"]: each for each in properties["Features"]}
    assert set(features) == set(PLANS)
    assert {each["Status"] for each in features.values()} == {"ENABLED"}
    agents = features["RUNTIME_MONITORING"]["AdditionalConfiguration"]
    assert {(each["Name"], each["Status"]) for each in agents} == {
        ("EKS_ADDON_MANAGEMENT", "ENABLED"),
        ("ECS_FARGATE_AGENT_MANAGEMENT", "ENABLED"),
        ("EC2_AGENT_MANAGEMENT", "ENABLED"),
    }
    assert detector["DeletionPolicy"] == "RetainExceptOnCreate"


def test_a_plan_that_is_off_is_off_with_its_agents_and_claims_nothing(
    stack: cdk.Stack, of_type: OfType
) -> None:
    AccountDetector(stack, "GuardDuty", plans=GuardDutyPlans(runtime_monitoring=False))
    (detector,) = of_type(stack, "AWS::GuardDuty::Detector")
    features = {each["Name"]: each for each in detector["Properties"]["Features"]}
    runtime = features["RUNTIME_MONITORING"]
    assert runtime["Status"] == "DISABLED"
    assert {each["Status"] for each in runtime["AdditionalConfiguration"]} == {"DISABLED"}
    claimed = str(declarations(stack))
    assert "GuardDuty.10" in claimed
    assert "GuardDuty.11" not in claimed


def test_a_hub_checks_the_standards_and_gives_one_finding_for_a_control(
    stack: cdk.Stack, of_type: OfType
) -> None:
    AccountHub(stack, "Hub", standards=("fsbp", "cis-5.0")).collect(["us-east-1", "eu-central-1"])
    (hub,) = of_type(stack, "AWS::SecurityHub::Hub")
    assert hub["Properties"] == {
        "AutoEnableControls": True,
        "ControlFindingGenerator": "SECURITY_CONTROL",
        "EnableDefaultStandards": False,
    }
    standards = of_type(stack, "AWS::SecurityHub::Standard")
    arns = sorted(each["Properties"]["StandardsArn"] for each in standards)
    assert [arn.partition("::standards/")[2] for arn in arns] == [
        "aws-foundational-security-best-practices/v/1.0.0",
        "cis-aws-foundations-benchmark/v/5.0.0",
    ]
    # Security Hub refuses a standard where it is not on.
    assert all(each["DependsOn"] for each in standards)
    (aggregator,) = of_type(stack, "AWS::SecurityHub::FindingAggregator")
    assert aggregator["Properties"]["Regions"] == ["eu-central-1", "us-east-1"]


def test_hub_and_standards_stay_for_the_organization_that_comes(
    stack: cdk.Stack, of_type: OfType
) -> None:
    AccountHub(stack, "Hub", standards=("fsbp",))
    for kind in ("AWS::SecurityHub::Hub", "AWS::SecurityHub::Standard"):
        (resource,) = of_type(stack, kind)
        assert resource["DeletionPolicy"] == "RetainExceptOnCreate"


def test_a_hub_that_checks_nothing_or_collects_from_nowhere_is_refused(stack: cdk.Stack) -> None:
    with pytest.raises(BaselineError, match="standards is empty"):
        AccountHub(stack, "Empty", standards=())
    hub = AccountHub(stack, "Hub", standards=("fsbp",))
    with pytest.raises(BaselineError, match="regions is empty"):
        hub.collect([])


def test_analyzers_of_an_account_alone(stack: cdk.Stack, of_type: OfType) -> None:
    ExternalAccessAnalyzer(stack, "External", zone="ACCOUNT")
    UnusedAccessAnalyzer(stack, "Unused", settings=UnusedAccess(), zone="ACCOUNT")
    kinds = {each["Properties"]["Type"] for each in of_type(stack, "AWS::AccessAnalyzer::Analyzer")}
    assert kinds == {"ACCOUNT", "ACCOUNT_UNUSED_ACCESS"}
