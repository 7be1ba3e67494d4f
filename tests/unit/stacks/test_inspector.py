"""Inspector in the stacks: its administrator first, the policy last, and nothing while it is off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from baseline.config import load
from stacks.choices import regional_logs
from tests.composed import Composed, composed, switched_off, switched_on

EXAMPLE = Path("examples/configurations/inspector.yaml")
OURS = ("AWS::InspectorV2::", "Custom::InspectorActivation")


def resources(made: Composed, stack: str) -> dict[str, dict[str, Any]]:
    return dict(made.template(stack)["Resources"])


def kinds(found: dict[str, dict[str, Any]]) -> list[str]:
    return sorted(each["Type"] for each in found.values() if each["Type"].startswith(OURS))


@pytest.fixture(scope="module")
def example() -> Composed:
    return composed(load(EXAMPLE))


@pytest.fixture(scope="module")
def suppressed() -> Composed:
    return composed(switched_on())


def test_the_administrator_is_named_before_the_policy_is_attached(example: Composed) -> None:
    """The policy attaches to accounts that Inspector links to its administrator."""
    found = resources(example, "organization")
    (features,) = (
        each["Properties"]
        for each in found.values()
        if each["Type"] == "Custom::OrganizationFeatures"
    )
    assert {
        "Service": "inspector2",
        "AccountId": "333333333333",
        "Regions": ["eu-west-1", "eu-central-1"],
    } in features["RegionalAdministrators"]
    assert "inspector2.amazonaws.com" in features["TrustedAccess"]
    assert "INSPECTOR_POLICY" in features["PolicyTypes"]
    policies = [
        each["Properties"]["Type"]
        for each in resources(example, "guardrails").values()
        if each["Type"] == "AWS::Organizations::Policy"
    ]
    assert "INSPECTOR_POLICY" in policies
    earlier = before(example.stacks["guardrails"])
    assert {"organization", "security", "security-regional-eu-central-1", "settings"} <= earlier
    assert "organization" in before(example.stacks["security"])


def before(stack: cdk.Stack) -> set[str]:
    found: set[str] = set()
    waiting = list(stack.dependencies)
    while waiting:
        each = waiting.pop()
        if each.node.id not in found:
            found.add(each.node.id)
            waiting += each.dependencies
    return found


def test_what_is_configured_waits_for_inspector(example: Composed) -> None:
    found = resources(example, "security")
    ((activation, _),) = (
        row for row in found.items() if row[1]["Type"] == "Custom::InspectorActivation"
    )
    configured = [each for each in found.values() if each["Type"].startswith("AWS::InspectorV2")]
    assert len(configured) == 4
    assert all(activation in each["DependsOn"] for each in configured)


def test_cis_scans_are_in_every_region_and_code_is_scanned_from_home(example: Composed) -> None:
    cis = "AWS::InspectorV2::CisScanConfiguration"
    assert kinds(resources(example, "security")) == [
        cis,
        cis,
        "AWS::InspectorV2::CodeSecurityIntegration",
        "AWS::InspectorV2::CodeSecurityScanConfiguration",
        "Custom::InspectorActivation",
    ]
    assert kinds(resources(example, "security-regional-eu-central-1")) == [cis, cis]


def test_suppressions_are_in_every_region(suppressed: Composed) -> None:
    for stack in ("security", "security-regional-eu-central-1"):
        assert "AWS::InspectorV2::Filter" in kinds(resources(suppressed, stack))


@pytest.mark.parametrize(("which", "kept"), [("example", True), ("suppressed", False)])
def test_bills_of_materials_are_kept_by_choice(
    which: str, request: pytest.FixtureRequest, *, kept: bool
) -> None:
    made: Composed = request.getfixturevalue(which)
    for stack, region in (
        ("log-archive", "eu-west-1"),
        ("log-archive-eu-central-1", "eu-central-1"),
    ):
        names = [
            each["Properties"].get("BucketName")
            for each in resources(made, stack).values()
            if each["Type"] == "AWS::S3::Bucket"
        ]
        assert (f"secbase-access-logs-222222222222-{region}-sbom" in names) is kept
    machines = [
        each["Properties"]["StateMachineName"]
        for each in resources(made, "settings").values()
        if each["Type"] == "AWS::StepFunctions::StateMachine"
    ]
    assert ("secbase-sbom-export" in machines) is kept
    assert "secbase-detection-members" in machines


def test_auditors_read_them_in_every_region(example: Composed) -> None:
    (policy,) = (
        each["Properties"]["PolicyDocument"]["Statement"]
        for name, each in resources(example, "security").items()
        if each["Type"] == "AWS::IAM::ManagedPolicy" and name.startswith("AuditReaderLogs")
    )
    statements = {each["Sid"]: each for each in policy}
    assert (
        "arn:aws:s3:::secbase-access-logs-222222222222-*-sbom/*"
        in statements["ReadLogs"]["Resource"]
    )
    decrypt = statements["DecryptLogs"]
    assert "arn:aws:kms:eu-central-1:222222222222:key/*" in decrypt["Resource"]
    assert decrypt["Condition"] == {
        "StringEquals": {
            "kms:ViaService": ["s3.eu-west-1.amazonaws.com", "s3.eu-central-1.amazonaws.com"]
        }
    }


@pytest.mark.parametrize(("which", "rated"), [("example", True), ("suppressed", False)])
def test_exploits_are_rated_by_choice(
    which: str, request: pytest.FixtureRequest, *, rated: bool
) -> None:
    found = resources(request.getfixturevalue(which), "security")
    rules = [name for name, each in found.items() if each["Type"] == "AWS::Events::Rule"]
    ours = sorted(name[:-8] for name in rules if "Vulnerabilities" in name)
    expected = ["CriticalFindingsVulnerabilities", "HighFindingsVulnerabilities"]
    assert ours == (expected if rated else [])


def test_while_it_is_off_there_is_nothing() -> None:
    off = composed(switched_off())
    for stack in off.stacks:
        text = str(off.template(stack))
        assert "AWS::InspectorV2" not in text
        assert "InspectorActivation" not in text
        assert "-sbom" not in text
        assert "'Type': 'INSPECTOR_POLICY'" not in text
        assert "AdministerInspector" not in text


def test_without_load_balancers_the_archive_of_a_region_has_the_bills_alone() -> None:
    found = load(EXAMPLE)
    settings = found.log_archive.model_copy(update={"load_balancer_logs": False})
    made = Composed(found.model_copy(update={"log_archive": settings}), regional_logs)
    names = sorted(
        each["Properties"]["BucketName"]
        for each in resources(made, "log-archive-eu-central-1").values()
        if each["Type"] == "AWS::S3::Bucket"
    )
    assert names == [
        "secbase-access-logs-222222222222-eu-central-1",
        "secbase-access-logs-222222222222-eu-central-1-sbom",
    ]
