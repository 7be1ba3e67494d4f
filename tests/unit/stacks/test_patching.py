"""Where patching stands: a StackSet for the members, the same as a stack, a report, a rule."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from baseline.config import Configuration, load
from baseline.config.quotas import TEMPLATE_INLINE_BYTES
from tests.composed import composed, switched_off, switched_on

MANAGEMENT = "members-management-patching-eu-west-1"
HOST_ROLE = "secbase-host-management"
TAG = {"Key": "SecurityBaseline", "Value": "protected"}
Resources = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def example() -> Configuration:
    return load(Path("baseline.yaml"))


def resources(configuration: Configuration, stack: str) -> Resources:
    found: Resources = composed(configuration).template(stack)["Resources"]
    return found


def member_sets(configuration: Configuration) -> dict[str, dict[str, Any]]:
    rows = resources(configuration, "members").values()
    return {
        row["Properties"]["StackSetName"]: json.loads(row["Properties"]["TemplateBody"])
        for row in rows
        if row["Type"] == "AWS::CloudFormation::StackSet"
    }


def named(found: Resources, name: str) -> list[dict[str, Any]]:
    """Give the properties of the resources that bear a name."""
    keys = ("RoleName", "ManagedPolicyName", "StateMachineName")
    return [
        row["Properties"]
        for row in found.values()
        if name in [row.get("Properties", {}).get(key) for key in keys]
    ]


def test_ssm_2_members_get_what_the_management_account_gets(example: Configuration) -> None:
    members = member_sets(example)["secbase-member-patching"]
    own = resources(example, MANAGEMENT)
    assert members["Resources"] == own
    assert len(json.dumps(members, separators=(",", ":")).encode()) < TEMPLATE_INLINE_BYTES
    assert "Parameters" not in members


def test_what_can_bear_the_tag_of_the_baseline_bears_it(example: Configuration) -> None:
    # IDs and no names stand in their ARNs, so the tag is what guardrails know them by.
    kinds = {
        row["Type"]
        for row in resources(example, MANAGEMENT).values()
        if TAG in row["Properties"].get("Tags", [])
    }
    assert kinds == {
        "AWS::Events::Rule",
        "AWS::SSM::Association",
        "AWS::SSM::MaintenanceWindow",
        "AWS::SSM::PatchBaseline",
    }


def test_every_region_of_the_management_account_comes_after_its_roles(
    example: Configuration,
) -> None:
    stacks = composed(example).stacks
    for region in example.regions:
        stack = stacks[f"members-management-patching-{region}"]
        assert stacks["members-management"] in stack.dependencies
        assert stack in stacks["guardrails"].dependencies


def test_accounts_have_the_roles_that_patching_needs(example: Configuration) -> None:
    roles = member_sets(example)["secbase-member-global"]["Resources"]
    assert named(roles, "secbase-patch-window")
    assert named(roles, "secbase-patch-report")
    (policy,) = named(roles, "secbase-patch-logs")
    (role,) = policy["Roles"]
    assert roles[role["Ref"]]["Properties"]["RoleName"] == HOST_ROLE


def test_the_report_runs_in_the_security_account(example: Configuration) -> None:
    settings = resources(example, "settings")
    assert named(settings, "secbase-patch-compliance")
    assert named(settings, "secbase-patch-reporter")


def rules_of_patches(configuration: Configuration) -> list[dict[str, Any]]:
    security = resources(configuration, "security")
    return [
        row["Properties"]
        for row in security.values()
        if row["Type"] == "AWS::Events::Rule"
        and row["Properties"].get("EventPattern", {}).get("source") == ["aws.ssm"]
    ]


def test_people_hear_of_what_is_forwarded(example: Configuration) -> None:
    (told,) = rules_of_patches(example)
    (forwarded,) = [
        row["Properties"]
        for row in resources(example, MANAGEMENT).values()
        if row["Type"] == "AWS::Events::Rule"
    ]
    assert told["EventPattern"] == forwarded["EventPattern"]
    assert "high" in json.dumps(told["Targets"])


def test_where_nothing_is_installed_there_is_no_role_and_nothing_to_tell() -> None:
    none = switched_on()
    assert none.patching.install == "none"
    roles = member_sets(none)["secbase-member-global"]["Resources"]
    assert named(roles, "secbase-patch-window") == []
    assert named(roles, "secbase-patch-report")
    assert rules_of_patches(none) == []


def test_off_leaves_nothing() -> None:
    off = switched_off()
    sets = member_sets(off)
    assert "secbase-member-patching" not in sets
    assert "patch" not in json.dumps(sets["secbase-member-global"]).replace("dispatch", "")
    stacks = composed(off).stacks
    assert not [name for name in stacks if "patching" in name]
    assert named(resources(off, "settings"), "secbase-patch-compliance") == []
    assert rules_of_patches(off) == []
