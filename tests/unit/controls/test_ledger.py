from __future__ import annotations

import importlib
import importlib.util
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import CfnResource

from baseline.controls.ledger import Entry, entries, replaceable, table

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs/custom-resources.md"
ACTION = re.compile(r"[a-z0-9-]+:[A-Z]\w+")
REACHED_FROM_ONE_ACCOUNT = {"account settings", "credentials", "detection", "unit assignments"}
"""What state machines do in every account; no template of a member has a resource for it."""

NATIVE = "    :cloudformationResource: {}\n"


@cache
def installed(module: str) -> str:
    """Give the source of a module of the installed aws_cdk, which is not imported for it."""
    spec = importlib.util.find_spec("aws_cdk")
    assert spec is not None
    assert spec.origin is not None
    return (Path(spec.origin).parent / module / "__init__.py").read_text(encoding="utf-8")


def test_no_custom_resource_does_what_the_installed_cdk_has_a_type_for() -> None:
    found = [
        f"{entry.type} ({entry.part}): {name}" for entry, name in replaceable(entries(), installed)
    ]
    assert found == [], "use the type, or write into custom_resources.json why it does not do"


@pytest.mark.parametrize(
    ("part", "native"),
    [
        ("trusted access", "AWS::Organizations::TrustedAccess"),
        ("policy types", "AWS::Organizations::PolicyTypeEnablement"),
        ("delegated administrators", "AWS::Organizations::DelegatedAdministrator"),
        ("GuardDuty administrator, per Region", "AWS::GuardDuty::OrganizationAdmin"),
        ("Security Hub administrator, per Region", "AWS::SecurityHub::DelegatedAdminV2"),
        ("Security Hub in the management account, per Region", "AWS::SecurityHub::AccountHub"),
        (
            (
                "service-linked roles of Access Analyzer, GuardDuty and the new Security Hub in the "
                "management account"
            ),
            "AWS::IAM::ServiceLinkedRoleLookup",
        ),
        ("central management of root users", "AWS::IAM::OrganizationsRootFeatures"),
        ("resource sharing in the organization", "AWS::RAM::OrganizationSharing"),
        ("service-managed StackSets", "AWS::CloudFormation::OrganizationsAccess"),
        ("placement of core accounts", "AWS::Organizations::AccountPlacement"),
        ("GuardDuty detector of the administrator", "AWS::GuardDuty::DetectorLookup"),
        ("GuardDuty detectors of the other Regions", "AWS::GuardDuty::DetectorLookup"),
        ("Security Hub hub of the administrator", "AWS::SecurityHub::HubLookup"),
        ("hub of the new Security Hub of the administrator", "AWS::SecurityHub::UnifiedLookup"),
        (
            "IDs of units that a configuration policy is associated with",
            "AWS::Organizations::UnitLookup",
        ),
        ("cost anomaly monitors of the organization", "AWS::CE::AnomalyMonitorLookup"),
        ("Macie administrator, per Region", "AWS::Macie::OrganizationAdmin"),
        ("Detective administrator, per Region", "AWS::Detective::DelegatedAdmin"),
        ("Macie: export of discovery results", "AWS::Macie::ClassificationExport"),
        (
            "Macie: automated discovery, with the identifiers and allow lists of the baseline",
            "AWS::Macie::AutomatedDiscovery",
        ),
        ("members of Macie, per Region", "AWS::Macie::OrganizationMembers"),
        ("default security group of a VPC", "AWS::EC2::DefaultSecurityGroup"),
        (
            "managed domain lists and failure mode of DNS Firewall",
            "AWS::Route53Resolver::FirewallConfig",
        ),
        ("Security Lake administrator", "AWS::SecurityLake::DelegatedAdmin"),
        ("Firewall Manager administrator", "AWS::FMS::AdminAccount"),
        (
            "service-linked roles of Security Lake and Lake Formation",
            "AWS::IAM::ServiceLinkedRoleLookup",
        ),
        (
            "new accounts in Security Lake, per Region",
            "AWS::SecurityLake::OrganizationConfiguration",
        ),
        (
            "endpoint of a network firewall per zone",
            "AWS::NetworkFirewall::FirewallEndpoints",
        ),
        ("files of the endpoint agent's package", "AWS::S3::ObjectCopy"),
    ],
)
def test_a_type_that_the_cdk_gains_is_noticed(part: str, native: str) -> None:
    def source_of(module: str) -> str:
        matches = module == f"aws_{native.split('::')[1].lower()}" or module == ""
        return installed(module) + (NATIVE.format(native) if matches else "")

    assert (part, native) in {
        (entry.part, name) for entry, name in replaceable(entries(), source_of)
    }


def test_a_type_that_is_explained_exists() -> None:
    for entry in entries():
        for name in entry.native:
            assert NATIVE.format(name).strip() in installed(entry.watch["module"])


def test_the_page_shows_the_ledger() -> None:
    page = PAGE.read_text(encoding="utf-8")
    shown = re.findall(r"^\|.*\n", page, flags=re.MULTILINE)
    assert "".join(shown) == table(entries()), "run: make docs"


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.part)
def test_every_row_says_everything(entry: Entry) -> None:
    assert entry.reason.endswith(".")
    assert entry.delete.startswith("Nothing.")
    assert entry.calls
    assert all(ACTION.fullmatch(call) for call in entry.calls)
    module, _, name = entry.construct.rpartition(".")
    assert hasattr(importlib.import_module(module), name)


# Made only where the configuration asks for it; their own tests synthesize them.
OPTIONAL = {
    "Custom::EndpointPackage",
    "Custom::FirewallEndpoints",
    "Custom::InspectorActivation",
    "Custom::SecurityLakeOrganization",
    "Custom::SecurityLakeRoles",
    "Custom::TemplateRules",
    "Custom::UnifiedLookup",
    "Custom::UnitsLookup",
}


def test_the_ledger_has_every_custom_resource_of_the_app(
    templates: dict[str, dict[str, Any]],
) -> None:
    used = {
        resource["Type"]
        for template in templates.values()
        for resource in template["Resources"].values()
        if resource["Type"].startswith(("Custom::", "AWS::CloudFormation::CustomResource"))
    }
    assert used | OPTIONAL == {entry.type for entry in entries()} - REACHED_FROM_ONE_ACCOUNT
    assert not used & OPTIONAL


def test_the_core_of_the_cdk_is_watched_too() -> None:
    assert CfnResource.__module__ == "aws_cdk"
    assert ":cloudformationResource: AWS::CloudFormation::StackSet" in installed("")
