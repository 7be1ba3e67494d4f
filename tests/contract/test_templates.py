"""The example organization's templates, as a reviewer reads them in a pull request.

``logical ids`` is the contract: a changed ID of a stateful resource replaces it, and a replaced
log bucket is lost evidence. Accept a change with ``make snapshots`` only after reading the diff.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.support import normalised, synthesize

STACKS = (
    "organization",
    "log-archive",
    "log-archive-eu-central-1",
    "audit",
    "security",
    "security-regional-eu-central-1",
    "members",
    "members-management",
    "members-management-regional-eu-west-1",
    "members-management-patching-eu-west-1",
    "network",
    "guardrails",
    "break-glass",
    "members-management-sign-in-us-east-1",
    "organization-events",
    "billing",
    "response",
    "playbooks",
    "members-management-response",
    "evidence",
    "settings",
    "identity",
    "identity-management",
    "rules",
    "rules-eu-central-1",
)
# These take no tags; accounts could, and get none on purpose. What belongs to them is protected by
# name, or by the tagged resource that they are part of.
UNTAGGED = {
    "AWS::Config::ConfigRule",
    "AWS::Config::ConfigurationRecorder",
    "AWS::Config::DeliveryChannel",
    "AWS::EC2::NetworkAclEntry",
    "AWS::EC2::SubnetNetworkAclAssociation",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::Events::EventBusPolicy",
    "AWS::IAM::Group",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::KMS::Alias",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::Permission",
    "AWS::Logs::MetricFilter",
    "AWS::Organizations::Account",
    "AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::Scheduler::Schedule",
    "AWS::SSM::MaintenanceWindowTarget",
    "AWS::SSM::MaintenanceWindowTask",
    "AWS::SSM::ResourceDataSync",
    "AWS::SSM::ServiceSetting",
    "AWS::SecurityHub::Insight",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::SSO::Assignment",
    "AWS::SSO::InstanceAccessControlAttributeConfiguration",
    "AWS::SecurityHub::FindingAggregator",
    "AWS::SecurityHub::OrganizationConfiguration",
    "AWS::SecurityHub::PolicyAssociation",
}
REPEATED = (
    "members-management-patching-",
    "members-management-regional-",
    "members-management-sign-in-",
)
"""Stacks that are the same in several Regions, of which one is pinned."""

STATEFUL = {
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::CloudTrail::Trail",
    "AWS::Organizations::Account",
    "AWS::Organizations::OrganizationalUnit",
    "AWS::Organizations::Policy",
}
BOOTSTRAP = ("BootstrapVersion", "CheckBootstrapVersion")
Templates = dict[str, dict[str, Any]]


def own(template: dict[str, Any]) -> dict[str, Any]:
    """Leave out what the CDK's synthesizer adds to every stack."""
    kept = {
        section: {key: value for key, value in entries.items() if key not in BOOTSTRAP}
        if isinstance(entries, dict)
        else entries
        for section, entries in template.items()
    }
    return {section: entries for section, entries in kept.items() if entries}


@pytest.mark.parametrize("stack", STACKS)
def test_template(stack: str, templates: Templates, snapshot_json: SnapshotAssertion) -> None:
    assert normalised(own(templates[stack])) == snapshot_json


@pytest.mark.parametrize("stack", STACKS)
def test_logical_ids(stack: str, templates: Templates, snapshot_json: SnapshotAssertion) -> None:
    ids = {key: value["Type"] for key, value in templates[stack]["Resources"].items()}
    assert ids == snapshot_json


def test_every_stack_is_pinned(templates: Templates) -> None:
    others = {name for name in templates if "/" not in name and not name.startswith(REPEATED)}
    assert others == {name for name in STACKS if not name.startswith(REPEATED)}


def test_regional_templates_differ_in_nothing(templates: Templates) -> None:
    regional = [own(value) for key, value in templates.items() if "management-regional" in key]
    assert len(regional) == 2
    assert regional[0] == regional[1]


def test_patching_templates_differ_in_nothing(templates: Templates) -> None:
    found = [own(value) for key, value in templates.items() if "management-patching" in key]
    assert len(found) == 2
    assert found[0] == found[1]


def test_sign_in_templates_differ_in_nothing(templates: Templates) -> None:
    found = [own(value) for key, value in templates.items() if "management-sign-in" in key]
    assert len(found) == 4
    assert all(template == found[0] for template in found)


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The assembly of the example with 200 more adopted members, made by another process."""
    folder = tmp_path_factory.mktemp("larger")
    example = Path("baseline.yaml").read_text(encoding="utf-8")
    more = "".join(
        f"  generated-{n}:\n    id: '{700000000000 + n}'\n    email: aws-generated-{n}@example.com\n"
        f"    ou: Workloads/Test\n"
        for n in range(200)
    )
    assert "\nmembers:\n" in example
    path = folder / "larger.yaml"
    path.write_text(example.replace("\nmembers:\n", f"\nmembers:\n{more}"), encoding="utf-8")
    return synthesize(folder / "out", f"baseline:config={path}", "baseline:nag=false")


def test_200_more_adopted_members_change_no_template(assembly: Path, larger: Path) -> None:
    first = {path.name: path.read_bytes() for path in assembly.glob("*.template.json")}
    assert first
    assert first == {path.name: path.read_bytes() for path in larger.glob("*.template.json")}


def test_synthesis_is_byte_identical(assembly: Path, larger: Path) -> None:
    """Together with the test above: hashes of strings differ from process to process."""
    assert os.environ.get("PYTHONHASHSEED", "random") == "random"
    assert (assembly / "controls.json").read_bytes() == (larger / "controls.json").read_bytes()


def test_templates_stay_within_the_budget(assembly: Path, templates: Templates) -> None:
    for name, template in templates.items():
        assert len(template["Resources"]) < 400, name
    for path in assembly.glob("*.template.json"):
        assert path.stat().st_size < 400_000, path.name


def test_stateful_resources_are_retained(templates: Templates) -> None:
    lost = [
        f"{name}/{logical_id}"
        for name, template in templates.items()
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] in STATEFUL
        and (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy"))
        not in {("Retain", "Retain"), ("RetainExceptOnCreate", "Retain")}
    ]
    assert lost == []


def test_stacks_are_protected_against_termination(assembly: Path) -> None:
    manifest = json.loads((assembly / "manifest.json").read_text(encoding="utf-8"))
    stacks = {
        key: value["properties"]
        for key, value in manifest["artifacts"].items()
        if value["type"] == "aws:cloudformation:stack"
    }
    assert stacks
    assert all(stack["terminationProtection"] for stack in stacks.values())


def test_everything_is_tagged_as_protected(templates: Templates) -> None:
    found = untagged(templates)
    assert {kind for kind in found.values() if kind not in UNTAGGED} == set(), found
    assert set(found.values()) == UNTAGGED


def untagged(templates: Templates) -> dict[str, str]:
    """Give the resources without the tag that guardrails protect, with their types."""
    return {
        f"{name}/{logical_id}": resource["Type"]
        for name, template in templates.items()
        for logical_id, resource in template["Resources"].items()
        if not resource["Type"].startswith("Custom::")
        and _tags(resource).get("SecurityBaseline") != "protected"
    }


def _tags(resource: dict[str, Any]) -> dict[str, str]:
    properties = resource.get("Properties", {})
    tags = properties.get("Tags", properties.get("ResourceTags", {}))
    return tags if isinstance(tags, dict) else {tag["Key"]: tag["Value"] for tag in tags}


def test_every_reference_names_something(templates: Templates) -> None:
    assert unresolved(templates) == []


def test_a_reference_to_nothing_is_found() -> None:
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Role": {"Ref": "Role"}}}
    rule = {
        "Type": "AWS::Events::Rule",
        "DependsOn": ["Bus"],
        "Properties": {
            "Targets": [{"Arn": {"Fn::GetAtt": ["Gone", "Arn"]}}],
            "Name": {"Fn::Sub": ["${AWS::Region}-${Lost.Arn}-${Given}-${!Kept}", {"Given": "x"}]},
            "State": {"Ref": "State"},
        },
    }
    template = {
        "Parameters": {"State": {"Type": "String"}},
        "Resources": {"Function": function, "Role": {"Type": "AWS::IAM::Role"}, "Rule": rule},
    }
    found = unresolved({"stack": template})
    assert found == ["stack/Rule: Bus", "stack/Rule: Gone", "stack/Rule: Lost"]


def unresolved(templates: Templates) -> list[str]:
    """List the references to what no template has."""
    return sorted(
        f"{name}/{logical_id}: {other}"
        for name, template in templates.items()
        for logical_id, resource in template["Resources"].items()
        for other in references(resource)
        if other not in template["Resources"]
        and other not in template.get("Parameters", {})
        and not other.startswith("AWS::")
    )


def references(value: Any) -> set[str]:
    """Give what a resource, or a part of one, refers to."""
    if isinstance(value, list):
        return set().union(*(references(each) for each in value))
    if not isinstance(value, dict):
        return set()
    found = set().union(*(references(each) for each in value.values()))
    match value:
        case {"Ref": str() as name}:
            found.add(name)
        case {"Fn::GetAtt": [str() as name, *_]}:
            found.add(name)
        case {"Fn::Sub": str() as text}:
            found |= _substituted(text)
        case {"Fn::Sub": [str() as text, dict() as given]}:
            found |= _substituted(text) - set(given)
        case {"Type": str(), "DependsOn": others}:
            found |= {others} if isinstance(others, str) else set(others)
    return found


def _substituted(text: str) -> set[str]:
    return {name.partition(".")[0] for name in re.findall(r"\$\{([^!}]+)\}", text)}
