"""Destroying the stacks loses no log and switches no protection off."""

from __future__ import annotations

import json
from typing import Any

from baseline.local.readers import READERS, Place
from tests.e2e.organization import Organization

KEPT_TYPES = {
    "AWS::CloudTrail::Trail",
    "AWS::KMS::Key",
    "AWS::Organizations::OrganizationalUnit",
    "AWS::Organizations::Policy",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
}

RECORDED_TYPES = {"AWS::Config::OrganizationConformancePack"}


def retained(organization: Organization) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Give the deployed resources that the templates retain, each with its stack."""
    assembly = organization.session.state.assembly
    manifest = json.loads((assembly / "manifest.json").read_text(encoding="utf-8"))
    templates = {
        artifact["properties"]["stackName"]: json.loads(
            (assembly / artifact["properties"]["templateFile"]).read_text(encoding="utf-8")
        )
        for artifact in manifest["artifacts"].values()
        if artifact["type"] == "aws:cloudformation:stack"
    }
    return [
        (stack, resource)
        for stack in organization.access.page("/_baseline/resources")
        for resource in stack["resources"]
        if str(
            templates.get(stack["stack"], {"Resources": {}})["Resources"]
            .get(resource["logical_id"], {})
            .get("DeletionPolicy", "")
        ).startswith("Retain")
    ]


def allow_deletion(organization: Organization) -> list[str]:
    """Take the termination protection off, as the runbook says; give the stacks that had it."""
    protected = []
    for stack in organization.session.driver().stacks():
        bound = stack.account != organization.access.management
        role = organization.session.configuration.break_glass.role if bound else ""
        client = organization.client("cloudformation", stack.account, stack.region, role=role)
        found = client.describe_stacks(StackName=stack.name)["Stacks"][0]
        if found.get("EnableTerminationProtection"):
            protected.append(stack.name)
        client.update_termination_protection(
            StackName=stack.name, EnableTerminationProtection=False
        )
    return protected


def test_destroying_leaves_logs_and_protections(organization: Organization) -> None:
    kept = retained(organization)
    assert {resource["type"] for _, resource in kept} >= KEPT_TYPES
    names = {stack.name for stack in organization.session.driver().stacks()}
    assert set(allow_deletion(organization)) == names

    destroyed = organization.session.driver().destroy(organization.session.console)

    assert destroyed.problems == ()
    left = {stack["stack"] for stack in organization.access.page("/_baseline/resources")}
    assert not left & names
    recorded = {resource["type"] for _, resource in kept} - set(READERS)
    assert recorded <= RECORDED_TYPES  # of which there is nothing to read back
    for stack, resource in kept:
        if resource["type"] in recorded:
            continue
        reader = READERS[resource["type"]]
        place = Place(organization.access, stack["account"], stack["region"])
        checks = list(reader.read(place, resource["physical_id"], resource["properties"]))
        assert [check for check in checks if not check.ok] == [], resource["path"]
    assert_features_stay(organization)


def assert_features_stay(organization: Organization) -> None:
    client = organization.client("organizations", organization.access.management)
    services = client.list_aws_service_access_for_organization()["EnabledServicePrincipals"]
    types = client.list_roots()["Roots"][0]["PolicyTypes"]

    assert "guardduty.amazonaws.com" in {each["ServicePrincipal"] for each in services}
    assert {each["Type"] for each in types} >= {"SERVICE_CONTROL_POLICY", "GUARDDUTY_POLICY"}
