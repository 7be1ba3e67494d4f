"""Requests whose verdict flips, by the proofs of both sides."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from baseline.config import Configuration, load
from baseline.guardrails.composition import ROOT, compose
from baseline.review import Review, read_assembly, review
from tests.unit.review.conftest import Write, worse

Resources = dict[str, Any]


@pytest.fixture(scope="module")
def example() -> Configuration:
    """Few guardrails, to be quick."""
    document = load(Path("examples/configurations/template-validation.yaml")).model_dump()
    document["organizational_units"] = {
        "Security": {"guardrails": ["protect-logs", "protect-cloudtrail", "protect-config"]},
        "Infrastructure": {"guardrails": ["protect-config"], "units": {"Nets": {}}},
    }
    return Configuration.model_validate(document)


@pytest.fixture(scope="module")
def templates(example: Configuration) -> dict[str, Resources]:
    """The stacks as the app writes them: units in one, policies in the other."""
    units: Resources = {}
    policies: Resources = {}
    for path, _ in example.walk_units():
        above, _, name = path.rpartition("/")
        parent = {"Fn::GetAtt": [f"Unit{above}", "Id"]} if above else "r-exam"
        properties = {"Name": name, "ParentId": parent}
        units[f"Unit{name}"] = {
            "Type": "AWS::Organizations::OrganizationalUnit",
            "Properties": properties,
        }
    for target in compose(example):
        name = target.path.rpartition("/")[2]
        unit = {"Fn::GetAtt": [f"Unit{name}", "Id"]}
        for policy in target.policies:
            policies[policy.name] = {
                "Type": "AWS::Organizations::Policy",
                "Properties": {
                    "Name": policy.name,
                    "Type": policy.type.value,
                    "Content": policy.content,
                    "TargetIds": ["r-exam" if target.path == ROOT else unit],
                },
            }
    return {"organization": {**units, **policies}}


def without(
    templates: dict[str, Resources], sid: str, kind: str = "Statement"
) -> dict[str, Resources]:
    """Give the stacks without a statement."""
    found = copy.deepcopy(templates)
    for row in found["organization"].values():
        content = row["Properties"].get("Content", {})
        if kind in content:
            content[kind] = [each for each in content[kind] if each.get("Sid") != sid]
    assert found != templates
    return found


def compared(
    write: Write,
    base: dict[str, Resources],
    head: dict[str, Resources],
    configuration: Configuration | None,
) -> Review:
    sides = [read_assembly(write(each, controls=[])) for each in (base, head)]
    return review(sides[0], sides[1], names=("a", "b"), configuration=configuration)


def test_a_request_that_is_allowed_now_is_named(
    write: Write, example: Configuration, templates: dict[str, Resources]
) -> None:
    found = compared(write, templates, without(templates, "ProtectCloudTrail"), example)
    assert worse(found) == [("verdict-opened", "error", "unit Security")]
    (flip,) = found.worse
    assert "`protect-cloudtrail`" in flip.text
    assert "must be denied, and are allowed now" in flip.text
    assert any("cloudtrail:DeleteTrail" in each for each in flip.details)
    assert all("statement `ProtectCloudTrail`" in each for each in flip.details)
    back = compared(write, without(templates, "ProtectCloudTrail"), templates, example)
    assert back.worse == ()
    assert [each.kind for each in back.findings] == ["verdict-closed"]


def test_what_must_stay_allowed_and_is_denied_is_named(
    write: Write, example: Configuration, templates: dict[str, Resources]
) -> None:
    head = copy.deepcopy(templates)
    head["organization"]["Everything"] = {
        "Type": "AWS::Organizations::Policy",
        "Properties": {
            "Name": "everything",
            "Type": "SERVICE_CONTROL_POLICY",
            "Content": {
                "Version": "2012-10-17",
                "Statement": [{"Sid": "All", "Effect": "Deny", "Action": "*", "Resource": "*"}],
            },
            "TargetIds": [{"Fn::GetAtt": ["UnitInfrastructure", "Id"]}],
        },
    }
    found = compared(write, templates, head, example)
    stopped = {str(each.place) for each in found.worse if each.kind == "verdict-stopped"}
    # A unit is bound by what stands above it.
    assert stopped == {"unit Infrastructure", "unit Infrastructure/Nets"}
    assert any("`lock-out`" in each.text for each in found.worse)


def test_statements_that_are_packed_otherwise_are_no_change(
    write: Write, example: Configuration, templates: dict[str, Resources]
) -> None:
    head = copy.deepcopy(templates)
    rows = {
        name: row
        for name, row in head["organization"].items()
        if row["Properties"].get("Type") == "SERVICE_CONTROL_POLICY"
    }
    name, row = next(
        (name, row)
        for name, row in rows.items()
        if len(row["Properties"]["Content"]["Statement"]) > 1
    )
    moved = copy.deepcopy(row)
    moved["Properties"]["Name"] = "another"
    moved["Properties"]["Content"]["Statement"] = [row["Properties"]["Content"]["Statement"].pop()]
    head["organization"] = {**head["organization"], "Another": moved}
    assert name in head["organization"]
    assert compared(write, templates, head, example).findings == ()
    assert compared(write, head, templates, example).findings == ()


def test_without_a_configuration_statements_are_compared_and_that_is_said(
    write: Write, templates: dict[str, Resources]
) -> None:
    found = compared(write, templates, without(templates, "ProtectCloudTrail"), None)
    assert worse(found) == [("policy-changed", "warning", "unit Security")]
    assert "nothing was proved: `ProtectCloudTrail`" in found.worse[0].text
    assert "no proof of a guardrail was run" in found.remarks[0]


def test_a_setting_of_the_organization_is_told(
    write: Write, example: Configuration, templates: dict[str, Resources]
) -> None:
    def block(value: str) -> dict[str, Resources]:
        content = {"s3_attributes": {"public_access_block_configuration": {"@@assign": value}}}
        policy = {"Name": "s3", "Type": "S3_POLICY", "Content": content, "TargetIds": ["r-exam"]}
        row = {"Type": "AWS::Organizations::Policy", "Properties": policy}
        others = {
            name: each
            for name, each in templates["organization"].items()
            if each["Properties"].get("Type") != "S3_POLICY"
        }
        return {"organization": {**others, "S3": row}}

    found = compared(write, block("all"), block("none"), example)
    assert worse(found) == [("setting-changed", "warning", "root")]
    assert "to `none` instead of `all`" in found.worse[0].text
