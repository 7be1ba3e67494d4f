"""Hooks in every account: their rules, who may read them, what they are never asked about."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from baseline.config import Configuration, load
from baseline.config.names import Names
from baseline.config.template_validation import (
    MAXIMUM_FILTERS,
    OWN_ROLES,
    OWN_STACKS,
    TemplateValidation,
)
from baseline.delivery.guard_hook import GuardHooks
from baseline.delivery.guard_hook_bundles import hook_bundles
from baseline.local.schemas import violations
from tests.composed import chosen_together, composed
from tests.support import CONTEXT

BUCKET = "secbase-guard-rules-333333333333-eu-west-1"
Resources = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def example() -> Configuration:
    return chosen_together()


def changed(example: Configuration, **section: Any) -> Configuration:
    return Configuration.model_validate({**example.model_dump(), "template_validation": section})


def of(found: Resources, kind: str) -> list[dict[str, Any]]:
    return [row["Properties"] for row in found.values() if row["Type"] == kind]


def resources(stack: cdk.Stack) -> Resources:
    found: Resources = assertions.Template.from_stack(stack).to_json()["Resources"]
    return found


def made(configuration: Configuration, stack: str) -> Resources:
    found: Resources = composed(configuration).template(stack)["Resources"]
    return found


@pytest.fixture(scope="module")
def bodies(example: Configuration) -> dict[str, Resources]:
    rows = of(made(example, "members"), "AWS::CloudFormation::StackSet")
    return {
        row["StackSetName"]: {
            **json.loads(row["TemplateBody"])["Resources"],
        }
        for row in rows
    }


@pytest.fixture(scope="module")
def hooks(bodies: dict[str, Resources]) -> dict[str, dict[str, Any]]:
    rows = of(bodies["secbase-member-hook"], "AWS::CloudFormation::GuardHook")
    return {row["Alias"]: row for row in rows}


def test_every_account_and_region_has_both_hooks(hooks: dict[str, dict[str, Any]]) -> None:
    assert set(hooks) == {"secbase::Resource::Hook", "secbase::Template::Hook"}
    for alias, operation, bundle in (
        ("secbase::Resource::Hook", "RESOURCE", hook_bundles()[0]),
        ("secbase::Template::Hook", "STACK", hook_bundles()[1]),
    ):
        row = hooks[alias]
        assert row["TargetOperations"] == [operation]
        assert row["RuleLocation"] == {"Uri": f"s3://{BUCKET}/rules/{bundle.file}"}
        assert row["HookStatus"] == "ENABLED"
        assert row["FailureMode"] == "WARN"
        assert row["LogBucket"] == "example-hook-reports"


def test_the_management_account_has_them_as_a_stack(example: Configuration) -> None:
    found = made(example, "members-management-hook-eu-west-1")
    assert len(of(found, "AWS::CloudFormation::GuardHook")) == 2


def test_the_properties_are_those_of_the_schema(hooks: dict[str, dict[str, Any]]) -> None:
    """The embedded AWS has no hooks: it checks them like this, and prints that they are a record."""
    for row in hooks.values():
        given = {**row, "ExecutionRole": "arn:aws:iam::555555555555:role/secbase-guard-hook"}
        assert violations("AWS::CloudFormation::GuardHook", given) == []
        assert violations("AWS::CloudFormation::GuardHook", {**given, "FailureMode": "BLOCK"})


def test_a_deletion_is_never_asked_about(hooks: dict[str, dict[str, Any]]) -> None:
    for row in hooks.values():
        assert row["TargetFilters"] == {"Actions": ["CREATE", "UPDATE"]}
        # A hook for Cloud Control API would ignore every filter of stacks and roles.
        assert "CLOUD_CONTROL" not in row["TargetOperations"]


@pytest.mark.parametrize(
    ("stack", "role", "asked"),
    [
        ("payments", "arn:aws:iam::555555555555:role/Pipeline", True),
        (
            "payments",
            "arn:aws:iam::555555555555:role/cdk-hnb659fds-cfn-exec-role-5-eu-west-1",
            True,
        ),
        ("secbase-security", "arn:aws:iam::333333333333:role/Pipeline", False),
        ("StackSet-secbase-member-hook-0a1b", "arn:aws:iam::555555555555:role/Any", False),
        (
            "StackSet-AWSControlTowerBP-BASELINE-ROLES-0a1b",
            "arn:aws:iam::555555555555:role/Any",
            False,
        ),
        ("CDKToolkit", "arn:aws:iam::555555555555:role/Pipeline", False),
        ("secbase-toolkit", "arn:aws:iam::333333333333:role/Pipeline", False),
        (
            "x",
            "arn:aws:iam::333333333333:role/cdk-secbase-cfn-exec-role-333333333333-eu-west-1",
            False,
        ),
        (
            "x",
            "arn:aws:iam::555555555555:role/stacksets-exec-0123456789abcdef0123456789abcdef",
            False,
        ),
        ("x", "arn:aws:iam::555555555555:role/AWSControlTowerExecution", False),
        ("x", "arn:aws:iam::555555555555:role/OrgBreakGlass", False),
        ("x", "arn:aws:iam::555555555555:role/secbase-responder", False),
        ("vendor-appliance-7", "arn:aws:iam::555555555555:role/Pipeline", False),
        ("x", "arn:aws:iam::555555555555:role/VendorInstaller", False),
    ],
)
def test_what_brings_security_itself_is_left_out(
    hooks: dict[str, dict[str, Any]], stack: str, role: str, asked: bool
) -> None:
    for row in hooks.values():
        filters = row["StackFilters"]
        assert filters["FilteringCriteria"] == "ALL"
        assert set(filters["StackNames"]) == set(filters["StackRoles"]) == {"Exclude"}
        left_out = any(
            fnmatchcase(value, pattern)
            for value, patterns in (
                (stack, filters["StackNames"]["Exclude"]),
                (role, filters["StackRoles"]["Exclude"]),
            )
            for pattern in patterns
        )
        assert left_out is not asked


def test_the_role_reads_the_rules_for_hooks_of_this_name_only(bodies: dict[str, Resources]) -> None:
    body = bodies["secbase-member-global"]
    (role,) = [
        row for row in of(body, "AWS::IAM::Role") if row.get("RoleName") == "secbase-guard-hook"
    ]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "hooks.cloudformation.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    source = "".join(
        part if isinstance(part, str) else part["Ref"]
        for part in trust["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::Join"][1]
    )
    assert source == "arn:AWS::Partition:cloudformation:*:AWS::AccountId:type/hook/secbase-*"
    (policy,) = [
        row
        for row in of(body, "AWS::IAM::ManagedPolicy")
        if row["Description"] == "Reads the rules of template validation"
    ]
    by_sid = {row["Sid"]: row for row in policy["PolicyDocument"]["Statement"]}
    assert {sid: row["Action"] for sid, row in by_sid.items()} == {
        "ReadRules": "s3:GetObject",
        "FindRules": "s3:ListBucket",
        "DecryptRules": "kms:Decrypt",
        "WriteReports": "s3:PutObject",
    }
    assert by_sid["ReadRules"]["Resource"]["Fn::Join"][1][-1] == f":s3:::{BUCKET}/rules/*"
    assert by_sid["WriteReports"]["Resource"]["Fn::Join"][1][-1] == ":s3:::example-hook-reports/*"
    condition = by_sid["DecryptRules"]["Condition"]
    assert condition["StringEquals"] == {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}
    assert len(condition["StringLike"]["kms:EncryptionContext:aws:s3:arn"]) == 2


def test_the_organization_reads_the_rules_and_only_the_deployment_writes(
    example: Configuration,
) -> None:
    found = made(example, "template-rules")
    (name,) = [key for key, row in found.items() if row["Properties"].get("BucketName") == BUCKET]
    (statements,) = [
        row["PolicyDocument"]["Statement"]
        for row in of(found, "AWS::S3::BucketPolicy")
        if row["Bucket"]["Ref"] == name
    ]
    by_sid = {row.get("Sid"): row for row in statements}
    reads = by_sid["OrganizationReads"]
    assert reads["Action"] == "s3:GetObject"
    assert reads["Resource"]["Fn::Join"][1][-1] == "/rules/*"
    assert reads["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}
    denied = by_sid["OnlyDeploymentWrites"]
    assert (denied["Effect"], denied["Principal"]) == ("Deny", {"AWS": "*"})
    assert any(
        row["Effect"] == "Deny" and row["Condition"].get("Bool") == {"aws:SecureTransport": "false"}
        for row in statements
    )
    (files,) = of(found, "Custom::TemplateRules")
    assert [each["Key"] for each in files["Files"]] == [
        f"rules/{bundle.file}" for bundle in hook_bundles()
    ]


def test_hooks_come_after_their_rules(example: Configuration) -> None:
    stacks = composed(example).stacks
    rules = stacks["template-rules"]
    assert rules in stacks["members"].dependencies
    assert rules in stacks["members-management-hook-eu-west-1"].dependencies


def test_there_is_none_by_default() -> None:
    default = load(Path("baseline.yaml"))
    stacks = composed(default).stacks
    assert "template-rules" not in stacks
    text = json.dumps(made(default, "members"))
    assert "GuardHook" not in text
    assert "secbase-guard-hook" not in text


def render(names: Names, **settings: Any) -> list[dict[str, Any]]:
    stack = cdk.Stack(cdk.App(context=CONTEXT, analytics_reporting=False), "Stack")
    chosen = TemplateValidation.model_validate(settings)
    GuardHooks(stack, "Hooks", names=names, settings=chosen, break_glass_role="OrgBreakGlass")
    return of(resources(stack), "AWS::CloudFormation::GuardHook")


def test_fail_stops_a_deployment(example: Configuration) -> None:
    rows = render(Names.of(example), hook="fail")
    assert [row["FailureMode"] for row in rows] == ["FAIL", "FAIL"]
    assert all("LogBucket" not in row for row in rows)


def test_the_filters_have_room_for_what_a_configuration_adds(example: Configuration) -> None:
    for row in render(Names.of(example), hook="warn"):
        filters = row["StackFilters"]
        assert len(filters["StackNames"]["Exclude"]) == OWN_STACKS
        assert len(filters["StackRoles"]["Exclude"]) == OWN_ROLES
    too_many = [f"vendor-{number}" for number in range(MAXIMUM_FILTERS - OWN_STACKS + 1)]
    with pytest.raises(ValueError, match="at most 44"):
        TemplateValidation(hook="warn", exclude_stacks=tuple(too_many))


@pytest.mark.parametrize("prefix", ["secbase", "my-org", "aws-base", "a-1"])
def test_a_hook_s_name_is_one_that_cloudformation_takes(
    example: Configuration, prefix: str
) -> None:
    names = Names.of(example.model_copy(update={"prefix": prefix}))
    # Source: schema of AWS::CloudFormation::GuardHook, Alias.
    alias = r"(?!(?i:aws))[A-Za-z0-9]{2,64}::[A-Za-z0-9]{2,64}::[A-Za-z0-9]{2,64}"
    assert all(re.fullmatch(alias, names.guard_hook(each)) for each in ("resource", "template"))


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ({"exclude_stacks": ["vendor-*"]}, "exclude_stacks: is for no hook"),
        (
            {"hook": "off", "exclude_roles": ["arn:aws:iam::*:role/X"]},
            "exclude_roles: is for no hook",
        ),
        ({"hook": "off", "report_bucket": "reports"}, "report_bucket: is for no hook"),
        ({"hook": "block"}, "hook"),
        ({"hook": "warn", "exclude_stacks": ["a b"]}, "exclude_stacks"),
        ({"hook": "warn", "exclude_roles": ["Pipeline"]}, "exclude_roles"),
        ({"hook": "warn", "report_bucket": "Reports_"}, "report_bucket"),
    ],
)
def test_a_section_that_does_nothing_or_cannot_be_is_refused(
    example: Configuration, section: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        changed(example, **section)


def test_a_hook_that_is_on_may_leave_out_and_report(example: Configuration) -> None:
    section = {"hook": "warn", "exclude_stacks": ["vendor-*"], "report_bucket": "reports"}
    assert changed(example, **section).template_validation.enabled
