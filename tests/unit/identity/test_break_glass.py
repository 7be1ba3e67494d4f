from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from baseline.errors import BaselineError
from baseline.identity.break_glass import BreakGlassAccess, BreakGlassUsers
from tests.unit.identity.policies import MANAGEMENT, allows, managed, request, resources, trust

USER = f"arn:aws:iam::{MANAGEMENT}:user/break-glass-1"
ROLE = "arn:aws:iam::555555555555:role/OrgBreakGlass"
GOOD: dict[str, Any] = {
    "aws__PrincipalOrgID": "o-exampleorgid",
    "aws__MultiFactorAuthPresent": "true",
    "aws__MultiFactorAuthAge": "60",
    "sts__RoleSessionName": "break-glass-1",
}


def create(stack: cdk.Stack, **changes: Any) -> dict[str, Any]:
    """Give the properties of the role."""
    BreakGlassAccess(
        stack,
        "BreakGlass",
        **{
            "role_name": "OrgBreakGlass",
            "account": MANAGEMENT,
            "organization_id": "o-exampleorgid",
            "users": ("break-glass-1", "break-glass-2"),
            **changes,
        },
    )
    (role,) = resources(stack, "AWS::IAM::Role")
    return role


def users(stack: cdk.Stack, *names: str) -> list[dict[str, Any]]:
    """Give the policy documents of the users' group."""
    BreakGlassUsers(
        stack,
        "Users",
        group_name="secbase-break-glass",
        users=names or ("break-glass-1", "break-glass-2"),
        role_name="OrgBreakGlass",
        organization_id="o-exampleorgid",
    )
    return managed(stack)


def test_a_named_user_with_a_fresh_second_factor_gets_in(stack: cdk.Stack) -> None:
    role = create(stack)
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"AWS": f"arn:aws:iam::{MANAGEMENT}:root"}
    assert allows([trust(role)], request(USER, "sts:AssumeRole", ROLE, **GOOD))


@pytest.mark.parametrize(
    ("principal", "changes"),
    [
        (USER, {"aws__MultiFactorAuthPresent": "false"}),
        (USER, {"aws__MultiFactorAuthPresent": []}),
        (USER, {"aws__MultiFactorAuthAge": "3601"}),
        (USER, {"aws__MultiFactorAuthAge": []}),
        (USER, {"aws__PrincipalOrgID": "o-otherorgid"}),
        (USER, {"sts__RoleSessionName": "somebody"}),
        (f"arn:aws:iam::{MANAGEMENT}:user/break-glass-3", {}),
        (f"arn:aws:iam::{MANAGEMENT}:user/x/break-glass-1", {}),
        (f"arn:aws:iam::{MANAGEMENT}:role/break-glass-1", {}),
        ("arn:aws:iam::555555555555:user/break-glass-1", {}),
        (f"arn:aws:iam::{MANAGEMENT}:role/Administrator", {}),
    ],
    ids=[
        "no second factor",
        "access keys, which have no such key",
        "second factor of an hour ago",
        "no age",
        "another organization",
        "a session under another name",
        "another user",
        "a user on a path",
        "a role of the name",
        "a user of the name in another account",
        "an administrator",
    ],
)
def test_nobody_else_gets_in(stack: cdk.Stack, principal: str, changes: dict[str, Any]) -> None:
    role = create(stack)
    assert not allows([trust(role)], request(principal, "sts:AssumeRole", ROLE, **GOOD | changes))


def test_a_federated_role_gets_in_only_if_it_is_named(stack: cdk.Stack) -> None:
    role = create(stack, federated_roles=("sso/Emergency",))
    named, other = (f"arn:aws:iam::{MANAGEMENT}:role/{name}" for name in ("sso/Emergency", "Other"))
    context = {"aws__PrincipalOrgID": "o-exampleorgid"}
    assert allows([trust(role)], request(named, "sts:AssumeRole", ROLE, **context))
    assert not allows([trust(role)], request(other, "sts:AssumeRole", ROLE, **context))
    principals = [row["Principal"] for row in role["AssumeRolePolicyDocument"]["Statement"]]
    assert principals == [{"AWS": f"arn:aws:iam::{MANAGEMENT}:root"}] * 2


def test_it_is_an_administrator_for_an_hour_and_outlives_its_stack(stack: cdk.Stack) -> None:
    role = create(stack)
    assert role["MaxSessionDuration"] == 3600
    assert role["ManagedPolicyArns"] == ["arn:aws:iam::aws:policy/AdministratorAccess"]
    assert "PermissionsBoundary" not in role
    (resource,) = assertions.Template.from_stack(stack).find_resources("AWS::IAM::Role").values()
    assert resource["DeletionPolicy"] == "RetainExceptOnCreate"
    assert resource["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"users": ()}, "nobody may assume the emergency role OrgBreakGlass; name two users"),
        ({"users": ("*",)}, r"'\*' does not name one user or role"),
        ({"users": ("break-glass-?",)}, "does not name one user or role"),
        ({"users": ("${aws:username}",)}, "does not name one user or role"),
        ({"federated_roles": ("sso/*",)}, "does not name one user or role"),
    ],
)
def test_a_trust_that_is_nobodys_or_everybodys_is_refused(
    stack: cdk.Stack, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(BaselineError, match=message):
        create(stack, **changes)


def test_iam_2_users_have_no_policy_and_no_credentials_of_their_own(stack: cdk.Stack) -> None:
    users(stack)
    made = resources(stack, "AWS::IAM::User")
    assert [user["UserName"] for user in made] == ["break-glass-1", "break-glass-2"]
    assert all(set(user) == {"UserName", "Groups"} for user in made)
    assertions.Template.from_stack(stack).resource_count_is("AWS::IAM::AccessKey", 0)


@pytest.mark.parametrize(
    ("action", "resource", "context", "allowed"),
    [
        ("sts:AssumeRole", ROLE, {"aws__MultiFactorAuthPresent": "true"}, True),
        ("sts:AssumeRole", ROLE, {"aws__MultiFactorAuthPresent": "false"}, False),
        ("sts:AssumeRole", ROLE, {}, False),
        (
            "sts:AssumeRole",
            "arn:aws:iam::555555555555:role/Admin",
            {"aws__MultiFactorAuthPresent": "true"},
            False,
        ),
        ("s3:GetObject", "*", {"aws__MultiFactorAuthPresent": "true"}, False),
        ("iam:CreateAccessKey", USER, {"aws__MultiFactorAuthPresent": "true"}, False),
        ("iam:EnableMFADevice", USER, {}, True),
        ("iam:EnableMFADevice", f"arn:aws:iam::{MANAGEMENT}:user/break-glass-2", {}, False),
        ("iam:DeactivateMFADevice", USER, {"aws__MultiFactorAuthPresent": "false"}, False),
        ("iam:DeactivateMFADevice", USER, {"aws__MultiFactorAuthPresent": "true"}, True),
    ],
)
def test_the_users_can_enrol_and_assume_and_nothing_else(
    stack: cdk.Stack, action: str, resource: str, context: dict[str, str], allowed: bool
) -> None:
    asked = request(USER, action, resource, **{"aws__ResourceOrgID": "o-exampleorgid", **context})
    assert allows(users(stack), asked) is allowed


def test_the_users_reach_no_role_outside_the_organization(stack: cdk.Stack) -> None:
    context = {"aws__MultiFactorAuthPresent": "true", "aws__ResourceOrgID": "o-otherorgid"}
    assert not allows(users(stack), request(USER, "sts:AssumeRole", ROLE, **context))


def test_users_outlive_their_stack_with_what_lets_them_assume_the_role(stack: cdk.Stack) -> None:
    users(stack)
    template = assertions.Template.from_stack(stack).to_json()["Resources"].values()
    kinds = {"AWS::IAM::Group": 1, "AWS::IAM::ManagedPolicy": 2, "AWS::IAM::User": 2}
    for kind, count in kinds.items():
        found = [each for each in template if each["Type"] == kind]
        assert [each["DeletionPolicy"] for each in found] == ["RetainExceptOnCreate"] * count
        assert [each["UpdateReplacePolicy"] for each in found] == ["Retain"] * count
