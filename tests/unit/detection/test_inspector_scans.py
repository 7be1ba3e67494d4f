"""Suppressions, CIS scans and scans of code: every property that CloudFormation gets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from baseline.config.inspector import CisScan, CodeScan, SuppressedVulnerability
from baseline.detection.inspector_scans import CisScans, CodeScans
from baseline.detection.inspector_suppressions import VulnerabilitySuppressions
from baseline.errors import BaselineError
from tests.support import CONTEXT

OfType = Callable[[cdk.Stack, str], list[dict[str, Any]]]
REASON = {"reason": "The compiler stands in the build stage", "expires": "2027-05-01"}


@pytest.fixture
def stack() -> cdk.Stack:
    return cdk.Stack(cdk.App(context=CONTEXT), "Stack")


def suppressed(**given: Any) -> SuppressedVulnerability:
    return SuppressedVulnerability.model_validate(REASON | given)


def equals(*values: str) -> list[dict[str, str]]:
    return [{"Comparison": "EQUALS", "Value": value} for value in values]


def test_a_suppression_says_why_until_when_and_what(stack: cdk.Stack, of_type: OfType) -> None:
    everything = suppressed(
        vulnerabilities=["CVE-2026-2", "CVE-2026-1"],
        packages=["gcc"],
        titles=["CVE-2026-1 - gcc"],
        accounts=["555555555555"],
        resources=["i-1"],
        tags={"Environment": "lab"},
        repositories=["payments-build"],
        functions=["report"],
        severities=["LOW"],
        exploit_available=False,
        fix_available=True,
    )
    VulnerabilitySuppressions(
        stack, "Suppressions", prefix="secbase", suppressions={"build-tools": everything}
    )
    (found,) = of_type(stack, "AWS::InspectorV2::Filter")
    assert found["Properties"] == {
        "Name": "secbase-build-tools",
        "Description": "The compiler stands in the build stage (until 2027-05-01)",
        "FilterAction": "SUPPRESS",
        "FilterCriteria": {
            "VulnerabilityId": equals("CVE-2026-1", "CVE-2026-2"),
            "VulnerablePackages": [{"Name": {"Comparison": "EQUALS", "Value": "gcc"}}],
            "Title": [{"Comparison": "PREFIX", "Value": "CVE-2026-1 - gcc"}],
            "AwsAccountId": equals("555555555555"),
            "ResourceId": equals("i-1"),
            "ResourceTags": [{"Comparison": "EQUALS", "Key": "Environment", "Value": "lab"}],
            "EcrImageRepositoryName": equals("payments-build"),
            "LambdaFunctionName": equals("report"),
            "Severity": equals("LOW"),
            "ExploitAvailable": equals("NO"),
            "FixAvailable": equals("PARTIAL", "YES"),
        },
    }


def test_what_is_not_named_is_not_sent(stack: cdk.Stack, of_type: OfType) -> None:
    VulnerabilitySuppressions(
        stack, "Suppressions", prefix="secbase", suppressions={"one": suppressed(packages=["gcc"])}
    )
    (found,) = of_type(stack, "AWS::InspectorV2::Filter")
    assert set(found["Properties"]["FilterCriteria"]) == {"VulnerablePackages"}


@pytest.mark.parametrize(
    ("suppressions", "message"),
    [
        ({}, "has 0 entries; Inspector takes 1 to 500"),
        (
            {f"n-{number}": suppressed(packages=["gcc"]) for number in range(501)},
            "has 501 entries; Inspector takes 1 to 500",
        ),
        ({"all": suppressed()}, "suppression all names nothing, so it would hide every finding"),
    ],
)
def test_a_suppression_of_everything_is_refused(
    stack: cdk.Stack, suppressions: dict[str, SuppressedVulnerability], message: str
) -> None:
    with pytest.raises(BaselineError, match=message):
        VulnerabilitySuppressions(
            stack, "Suppressions", prefix="secbase", suppressions=suppressions
        )


START = {"TimeOfDay": "02:00", "TimeZone": "UTC"}


@pytest.mark.parametrize(
    ("given", "schedule"),
    [
        ({}, {"Weekly": {"Days": ["SUN"], "StartTime": START}}),
        ({"every": "day"}, {"Daily": {"StartTime": START}}),
        (
            {"every": "month", "day": "TUE", "time": "23:15"},
            {"Monthly": {"Day": "TUE", "StartTime": {**START, "TimeOfDay": "23:15"}}},
        ),
    ],
)
def test_a_cis_scan_runs_by_its_schedule_on_tagged_instances_of_every_account(
    stack: cdk.Stack, of_type: OfType, given: dict[str, Any], schedule: dict[str, Any]
) -> None:
    scan = CisScan.model_validate({"tags": {"CisScan": ["enabled", "yes"]}, **given})
    CisScans(stack, "Scans", prefix="secbase", scans={"all": scan})
    (found,) = of_type(stack, "AWS::InspectorV2::CisScanConfiguration")
    assert found["Properties"] == {
        "ScanName": "secbase-all",
        "SecurityLevel": "LEVEL_1",
        "Schedule": schedule,
        "Targets": {
            "AccountIds": ["ALL_ACCOUNTS"],
            "TargetResourceTags": {"CisScan": ["enabled", "yes"]},
        },
    }


def test_a_cis_scan_of_named_accounts_at_the_second_level(
    stack: cdk.Stack, of_type: OfType
) -> None:
    scan = CisScan(level="LEVEL_2", accounts=("555555555555",), tags={"Stage": ("production",)})
    CisScans(stack, "Scans", prefix="secbase", scans={"strict": scan})
    (found,) = of_type(stack, "AWS::InspectorV2::CisScanConfiguration")
    assert found["Properties"]["SecurityLevel"] == "LEVEL_2"
    assert found["Properties"]["Targets"]["AccountIds"] == ["555555555555"]


def test_no_scan_is_an_error(stack: cdk.Stack) -> None:
    with pytest.raises(BaselineError, match="scans is empty"):
        CisScans(stack, "Scans", prefix="secbase", scans={})


def test_code_of_every_repository_is_scanned_by_default(stack: cdk.Stack, of_type: OfType) -> None:
    CodeScans(stack, "Code", prefix="secbase", settings=CodeScan())
    (found,) = of_type(stack, "AWS::InspectorV2::CodeSecurityScanConfiguration")
    assert found["Properties"] == {
        "Name": "secbase-code",
        "Level": "ORGANIZATION",
        "Configuration": {
            "ruleSetCategories": ["IAC", "SAST", "SCA"],
            "periodicScanConfiguration": {"frequency": "WEEKLY"},
            "continuousIntegrationScanConfiguration": {"supportedEvents": ["PULL_REQUEST", "PUSH"]},
        },
        "ScopeSettings": {"projectSelectionScope": "ALL"},
    }
    assert of_type(stack, "AWS::InspectorV2::CodeSecurityIntegration") == []


def test_scans_without_events_name_none(stack: cdk.Stack, of_type: OfType) -> None:
    settings = CodeScan(events=(), every="MONTHLY", rule_sets=("SCA",))
    CodeScans(stack, "Code", prefix="secbase", settings=settings)
    (found,) = of_type(stack, "AWS::InspectorV2::CodeSecurityScanConfiguration")
    assert found["Properties"]["Configuration"] == {
        "ruleSetCategories": ["SCA"],
        "periodicScanConfiguration": {"frequency": "MONTHLY"},
    }


def test_a_connection_is_kept_and_its_address_is_an_output(
    stack: cdk.Stack, of_type: OfType
) -> None:
    CodeScans(stack, "Code", prefix="secbase", settings=CodeScan(github=("our-organization",)))
    (found,) = of_type(stack, "AWS::InspectorV2::CodeSecurityIntegration")
    assert found["Properties"] == {"Name": "secbase-our-organization", "Type": "GITHUB"}
    assert found["UpdateReplacePolicy"] == "Retain"
    outputs = assertions.Template.from_stack(stack).to_json()["Outputs"]
    ((name, output),) = outputs.items()
    assert name.startswith("CodeAuthorizeOurOrganization")
    assert output["Value"]["Fn::GetAtt"][1] == "AuthorizationUrl"
