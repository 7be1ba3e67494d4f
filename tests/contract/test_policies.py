"""Every policy of the whole assembly, read as IAM reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from baseline.primitives.service_access import EXCEPTIONS, is_bound
from tests.contract.policy_lint import grants, listed, loose

Templates = dict[str, dict[str, Any]]
RESOURCE_POLICIES = {
    "AWS::KMS::Key",
    "AWS::Lambda::Permission",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
}


def statements(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Walk a resource and yield each policy statement with its place."""
    if isinstance(value, dict):
        if "Statement" in value and isinstance(value["Statement"], list):
            for number, statement in enumerate(value["Statement"]):
                yield f"{path}/{statement.get('Sid', number)}", statement
        for key, item in value.items():
            yield from statements(item, f"{path}/{key}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from statements(item, f"{path}/{number}")


def all_statements(
    templates: Templates,
) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    for name, template in templates.items():
        for logical_id, resource in template["Resources"].items():
            for place, statement in statements(resource["Properties"]):
                yield f"{name}/{logical_id}", resource["Type"], place, statement


def acknowledged(assembly: Path) -> dict[str, str]:
    """All acknowledgements: ``path|finding`` to reason."""
    found: dict[str, str] = {}
    for path in assembly.glob("*.metadata.json"):
        for construct, entries in json.loads(path.read_text(encoding="utf-8")).items():
            for entry in entries:
                if entry["type"] == "aws:cdk:acknowledged-rules":
                    for rule, reason in entry["data"].items():
                        found[f"{construct}|{rule.split('::', 1)[-1]}"] = reason
    return found


def test_service_principals_are_bound_to_a_source(templates: Templates) -> None:
    assert loose(templates) == []


def test_every_kind_of_resource_policy_is_read(templates: Templates) -> None:
    assert {grant.kind for grant in grants(templates)} >= RESOURCE_POLICIES
    bodies = {name for name in templates if "/" in name}
    read = {where.rsplit("/", 1)[0] for where, *_ in all_statements(templates)}
    assert bodies & read


def test_every_exception_is_used_and_explained(templates: Templates) -> None:
    used = {grant.service for grant in grants(templates) if grant.excepted and not grant.bound}
    assert used == set(EXCEPTIONS)
    assert all(len(reason) > 60 for reason in EXCEPTIONS.values())


def test_nobody_outside_is_allowed_by_star_without_the_organization(templates: Templates) -> None:
    open_to_all = [
        f"{where}{place}"
        for where, kind, place, statement in all_statements(templates)
        if statement["Effect"] == "Allow"
        and statement.get("Principal") in ("*", {"AWS": "*"})
        # What an endpoint lets through to buckets of AWS is named bucket by bucket.
        and not (kind == "AWS::EC2::VPCEndpoint" and "*" not in listed(statement["Resource"]))
        and not any(
            key.lower() in {"aws:principalorgid", "aws:sourceorgid", "aws:principalaccount"}
            for operator, block in statement.get("Condition", {}).items()
            for key in block
            if operator.lower().startswith(("stringequals", "foranyvalue"))
        )
    ]
    assert open_to_all == []


def may_be_wide(kind: str, statement: dict[str, Any]) -> bool:
    if kind == "AWS::EC2::VPCEndpoint":
        bounds = statement.get("Condition", {}).get("StringEquals", {})
        return {"aws:PrincipalOrgID", "aws:ResourceOrgID"} <= set(bounds)
    return kind == "AWS::KMS::Key"


def test_wildcard_actions_are_narrow_or_acknowledged(templates: Templates) -> None:
    """``service:*`` stands in key policies, for the account that delegates through IAM, and in
    endpoint policies, which bound what other policies allow by the organization.
    """
    wide = [
        f"{where}{place}: {action}"
        for where, kind, place, statement in all_statements(templates)
        if statement["Effect"] == "Allow"
        for action in listed(statement.get("Action", []))
        if action == "*" or (action.endswith(":*") and not may_be_wide(kind, statement))
    ]
    assert wide == []


def test_wildcard_resources_have_a_condition_or_a_reason(
    assembly: Path, templates: Templates
) -> None:
    assert unexplained(templates, acknowledged_wildcards(assembly), logical_paths(assembly)) == []


def acknowledged_wildcards(assembly: Path) -> frozenset[str]:
    """Give the constructs whose wildcard resources have a reason."""
    return frozenset(
        key.split("|")[0] for key in acknowledged(assembly) if "IAM5[Resource::*]" in key
    )


def unexplained(
    templates: Templates, explained: frozenset[str], paths: dict[str, str]
) -> list[str]:
    """List the statements for every resource that have neither a condition nor a reason."""
    found = []
    for where, kind, place, statement in all_statements(templates):
        if kind == "AWS::KMS::Key" or statement["Effect"] != "Allow":
            continue
        if "*" not in listed(statement.get("Resource", [])) or statement.get("Condition"):
            continue
        path = paths.get(where)
        if path is None and "/" in where:  # a StackSet's body: its twin is an ordinary stack
            path = twin(paths, where.rsplit("/", 1)[1])
        if path is None or not any(path == r or path.startswith(f"{r}/") for r in explained):
            found.append(f"{where}{place}")
    return found


def twin(paths: dict[str, str], resource: str) -> str | None:
    """Give the path of the same resource in one of the management account's own stacks."""
    own = (name for name in paths if name.startswith("members-management"))
    return next((paths[name] for name in own if name.endswith(f"/{resource}")), None)


def logical_paths(assembly: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for file in assembly.glob("*.metadata.json"):
        stack = file.name.removesuffix(".metadata.json")
        for construct, entries in json.loads(file.read_text(encoding="utf-8")).items():
            for entry in entries:
                if entry["type"] == "aws:cdk:logicalId":
                    found[f"{stack}/{entry['data']}"] = construct
    return found


def test_roles_are_not_assumable_by_anybody(templates: Templates) -> None:
    loose = []
    for name, template in templates.items():
        for logical_id, resource in template["Resources"].items():
            if resource["Type"] != "AWS::IAM::Role":
                continue
            for statement in resource["Properties"]["AssumeRolePolicyDocument"]["Statement"]:
                aws = listed(statement["Principal"].get("AWS", []))
                if any(item == "*" for item in aws):
                    loose.append(f"{name}/{logical_id}")
    assert loose == []


def test_acknowledgements_carry_a_compensating_control(assembly: Path) -> None:
    reasons = acknowledged(assembly)
    assert reasons
    assert [key for key, reason in reasons.items() if len(reason) < 20] == []


@pytest.mark.parametrize(
    ("conditions", "bound"),
    [
        ({"StringEquals": {"aws:SourceAccount": "111111111111"}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:111111111111:trail/*"}}, True),
        ({"StringLike": {"aws:SourceArn": "*"}}, False),
        ({"StringNotEquals": {"aws:SourceAccount": "111111111111"}}, False),
        ({"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}, False),
        ({}, False),
    ],
)
def test_the_rule_itself(conditions: dict[str, dict[str, str]], bound: bool) -> None:
    assert is_bound(conditions) is bound
