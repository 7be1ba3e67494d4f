"""IAM roles and policies: who may become them and what they may do."""

from collections.abc import Iterator
from typing import Any

from baseline.local.readers.table import Check, Place, Properties, reader
from baseline.local.readers.values import ABSENT, attempt, policy, tail


@reader(
    "AWS::IAM::Role",
    capability="Roles",
    covers="RoleName Path AssumeRolePolicyDocument Policies ManagedPolicyArns PermissionsBoundary MaxSessionDuration",
)
def role(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read a role's trust policy, inline and managed policies, boundary and session length."""
    iam = place("iam")
    found = iam.get_role(RoleName=physical_id)["Role"]
    yield Check(
        setting="AssumeRolePolicyDocument",
        expected=policy(expected["AssumeRolePolicyDocument"]),
        found=policy(found["AssumeRolePolicyDocument"]),
    )
    for inline in expected.get("Policies", ()):
        yield _inline(iam, physical_id, inline)
    attached = iam.list_attached_role_policies(RoleName=physical_id)["AttachedPolicies"]
    arns = [each["PolicyArn"] for each in attached]
    if "ManagedPolicyArns" in expected:
        wanted = expected["ManagedPolicyArns"]
        missing = [arn for arn in wanted if arn not in arns]
        yield Check(
            setting="ManagedPolicyArns",
            expected=wanted,
            found=[arn for arn in wanted if arn not in missing],
        )
    if "PermissionsBoundary" in expected:
        boundary = found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ABSENT)
        yield Check(
            setting="PermissionsBoundary",
            expected=expected["PermissionsBoundary"],
            found=boundary,
        )
    for name in ("Path", "MaxSessionDuration"):
        if name in expected:
            yield Check(setting=name, expected=expected[name], found=found.get(name, ABSENT))


@reader(
    "AWS::IAM::Policy", capability="Roles", covers="PolicyName PolicyDocument Roles Users Groups"
)
def inline_policy(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read an inline policy from each role that the template names."""
    for name in expected.get("Roles", ()):
        yield _inline(place("iam"), name, expected)


@reader(
    "AWS::IAM::ManagedPolicy",
    capability="Roles",
    covers="ManagedPolicyName PolicyDocument Roles Groups Path Description",
)
def managed_policy(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read the default version of a managed policy and the roles and groups it is attached to."""
    iam = place("iam")
    version = iam.get_policy(PolicyArn=physical_id)["Policy"]["DefaultVersionId"]
    answer = iam.get_policy_version(PolicyArn=physical_id, VersionId=version)
    yield Check(
        setting="PolicyDocument",
        expected=policy(expected["PolicyDocument"]),
        found=policy(answer["PolicyVersion"]["Document"]),
    )
    for name in expected.get("Roles", ()):
        attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        there = any(each["PolicyArn"] == physical_id for each in attached)
        yield Check(setting=f"attached to {name}", expected=True, found=there)
    for name in expected.get("Groups", ()):
        attached = iam.list_attached_group_policies(GroupName=name)["AttachedPolicies"]
        there = any(each["PolicyArn"] == physical_id for each in attached)
        yield Check(setting=f"attached to group {name}", expected=True, found=there)


def _inline(iam: Any, role_name: str, wanted: Properties) -> Check:  # noqa: ANN401 boto3 client
    answer = attempt(
        iam.get_role_policy,
        "NoSuchEntity",
        RoleName=role_name,
        PolicyName=wanted["PolicyName"],
    )
    return Check(
        setting=f"permissions of {tail(wanted['PolicyName'])}",
        expected=policy(wanted["PolicyDocument"]),
        found=policy(ABSENT if answer == ABSENT else answer["PolicyDocument"]),
    )
