"""Patch baselines: security first, the account's default, and what was changed by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest

from baseline.config import Names
from baseline.config.patching import Patching
from baseline.controls.registry import declarations
from baseline.errors import BaselineError
from baseline.patching.baselines import PatchBaselines
from baseline.patching.scan import PatchScan

Resources = dict[str, dict[str, Any]]
Made = Callable[..., Resources]
OfType = Callable[[Resources, str], list[dict[str, Any]]]
BASELINE = "AWS::SSM::PatchBaseline"


def by_system(found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {each["OperatingSystem"]: each for each in found}


def rules_of(baseline: dict[str, Any]) -> list[tuple[dict[str, list[str]], int, str]]:
    return [
        (
            {each["Key"]: each["Values"] for each in rule["PatchFilterGroup"]["PatchFilters"]},
            rule["ApproveAfterDays"],
            rule["ComplianceLevel"],
        )
        for rule in baseline["ApprovalRules"]["PatchRules"]
    ]


def test_ssm_2_every_system_has_a_default_baseline_that_approves_security_patches(
    made: Made, of_type: OfType
) -> None:
    found = by_system(of_type(made(), BASELINE))
    assert set(found) == {"AMAZON_LINUX_2023", "REDHAT_ENTERPRISE_LINUX", "UBUNTU", "WINDOWS"}
    assert all(each["DefaultBaseline"] is True for each in found.values())
    assert found["WINDOWS"]["Name"] == "secbase-patches-windows"
    assert rules_of(found["REDHAT_ENTERPRISE_LINUX"]) == [
        ({"CLASSIFICATION": ["Security"], "SEVERITY": ["Critical"]}, 2, "CRITICAL"),
        ({"CLASSIFICATION": ["Security"], "SEVERITY": ["Important"]}, 7, "HIGH"),
        ({"CLASSIFICATION": ["Security"], "SEVERITY": ["Moderate", "Low", "None"]}, 14, "MEDIUM"),
    ]
    assert rules_of(found["UBUNTU"]) == [
        ({"PRIORITY": ["Required", "Important", "Standard", "Optional", "Extra"]}, 0, "HIGH")
    ]
    assert rules_of(found["WINDOWS"])[0] == (
        {"CLASSIFICATION": ["CriticalUpdates", "SecurityUpdates"], "MSRC_SEVERITY": ["Critical"]},
        2,
        "CRITICAL",
    )


def test_a_windows_machine_that_lacks_an_unapproved_update_is_noncompliant(
    made: Made, of_type: OfType
) -> None:
    # AWS takes the setting for Windows only.
    key = "AvailableSecurityUpdatesComplianceStatus"
    found = by_system(of_type(made(), BASELINE))
    assert {name for name, each in found.items() if key in each} == {"WINDOWS"}
    assert found["WINDOWS"][key] == "NON_COMPLIANT"
    weaker = made(baselines={"windows": {"available_security_updates": "COMPLIANT"}})
    assert by_system(of_type(weaker, BASELINE))["WINDOWS"][key] == "COMPLIANT"


def test_a_rejected_patch_is_no_dependency_either(made: Made, of_type: OfType) -> None:
    lists = {
        "approved": {"KB5034123": "closes what the penetration test used"},
        "rejected": {
            "KB5034441": "fails on small recovery partitions",
            "KB1": "breaks the printers",
        },
    }
    found = by_system(of_type(made(baselines={"windows": lists}), BASELINE))
    assert found["WINDOWS"]["RejectedPatches"] == ["KB1", "KB5034441"]
    assert found["WINDOWS"]["RejectedPatchesAction"] == "BLOCK"
    assert found["WINDOWS"]["ApprovedPatches"] == ["KB5034123"]
    assert found["WINDOWS"]["ApprovedPatchesComplianceLevel"] == "HIGH"
    assert "RejectedPatches" not in found["UBUNTU"]
    loose = {"windows": {**lists, "rejected_action": "ALLOW_AS_DEPENDENCY"}}
    found = by_system(of_type(made(baselines=loose), BASELINE))
    assert found["WINDOWS"]["RejectedPatchesAction"] == "ALLOW_AS_DEPENDENCY"


def test_rules_of_ones_own_take_the_place_of_the_baseline_s(made: Made, of_type: OfType) -> None:
    own = {"classifications": ["Security", "Bugfix"], "days": 0, "level": "CRITICAL"}
    found = by_system(of_type(made(baselines={"rhel": {"rules": [own]}}), BASELINE))
    assert rules_of(found["REDHAT_ENTERPRISE_LINUX"]) == [
        ({"CLASSIFICATION": ["Security", "Bugfix"]}, 0, "CRITICAL")
    ]
    assert len(rules_of(found["AMAZON_LINUX_2023"])) == 3


def test_a_baseline_of_patch_groups_is_no_default(made: Made, of_type: OfType) -> None:
    groups = {"rhel": {"patch_groups": ["databases"]}}
    found = by_system(of_type(made(baselines=groups), BASELINE))
    assert found["REDHAT_ENTERPRISE_LINUX"]["PatchGroups"] == ["databases"]
    assert found["REDHAT_ENTERPRISE_LINUX"]["DefaultBaseline"] is False
    assert "PatchGroups" not in found["UBUNTU"]


def test_defaults_of_an_account_outlive_the_stack(made: Made) -> None:
    kept = [row for row in made().values() if row["Type"] == BASELINE]
    assert {(row["DeletionPolicy"], row["UpdateReplacePolicy"]) for row in kept} == {
        ("Retain", "Retain")
    }


def test_an_unknown_system_is_refused(stack: cdk.Stack, names: Names) -> None:
    odd = Patching().model_copy(update={"operating_systems": ("solaris",)})
    with pytest.raises(BaselineError, match="'solaris' has no patch baseline; name one of amazon"):
        PatchBaselines(stack, "Baselines", names=names, settings=odd)


def test_ssm_3_every_machine_is_scanned_daily_and_none_is_changed(
    made: Made, of_type: OfType
) -> None:
    (scan,) = of_type(made(install="none"), "AWS::SSM::Association")
    account = {"Ref": "AWS::AccountId"}
    assert scan == {
        "AssociationName": "secbase-patch-scan",
        "Name": "AWS-RunPatchBaseline",
        "Parameters": {"Operation": ["Scan"]},
        "ScheduleExpression": "rate(1 day)",
        "Targets": [{"Key": "InstanceIds", "Values": ["*"]}],
        "ComplianceSeverity": "HIGH",
        "MaxConcurrency": "20%",
        "MaxErrors": "100%",
        "OutputLocation": {
            "S3Location": {
                "OutputS3BucketName": "secbase-session-logs-222222222222-eu-west-1",
                "OutputS3KeyPrefix": {"Fn::Join": ["", ["patches/", account, "/scan"]]},
                "OutputS3Region": "eu-west-1",
            }
        },
    }


def test_without_logs_output_stays_in_the_account(made: Made, of_type: OfType) -> None:
    quiet = made(logs=False)
    (scan,) = of_type(quiet, "AWS::SSM::Association")
    assert "OutputLocation" not in scan
    assert "session-logs" not in str(quiet)


def test_controls_are_declared(stack: cdk.Stack, names: Names) -> None:
    PatchBaselines(stack, "Baselines", names=names, settings=Patching())
    PatchScan(stack, "Scan", names=names, settings=Patching())
    declared = {str(each["capability"]): each["controls"] for each in declarations(stack)}
    assert declared == {"patch-baselines": ["SSM.2"], "patch-scan": ["SSM.2", "SSM.3"]}
