"""Principals: users and roles as they are, and those that no playbook changes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

Client = Any  # boto3 clients have no published type
State = dict[str, Any]

GONE = "NoSuchEntity"
QUALIFIER = "secbase"
"""Qualifier of the CDK bootstrap of the core accounts."""


def user(iam: Client, name: str) -> State:
    """Give what can be said of a user; nothing in it is a secret."""
    return {
        "user": iam.get_user(UserName=name)["User"],
        "access_keys": access_keys(iam, name, last_used=True),
        "mfa_devices": _listed(iam, "list_mfa_devices", "MFADevices", UserName=name),
        "groups": groups(iam, name),
        "attached_policies": _listed(
            iam, "list_attached_user_policies", "AttachedPolicies", UserName=name
        ),
        "inline_policies": {
            policy: iam.get_user_policy(UserName=name, PolicyName=policy)["PolicyDocument"]
            for policy in _listed(iam, "list_user_policies", "PolicyNames", UserName=name)
        },
        "console_password_since": password_since(iam, name),
    }


def role(iam: Client, name: str) -> State:
    """Give what can be said of a role: trust, policies, and the instance profiles it is in."""
    return {
        "role": iam.get_role(RoleName=name)["Role"],
        "attached_policies": _listed(
            iam, "list_attached_role_policies", "AttachedPolicies", RoleName=name
        ),
        "inline_policies": {
            policy: iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            for policy in _listed(iam, "list_role_policies", "PolicyNames", RoleName=name)
        },
        "instance_profiles": instance_profiles(iam, name),
    }


def access_keys(iam: Client, name: str, *, last_used: bool = False) -> list[State]:
    """Give the access keys of a user, by request with their last use."""
    found = _listed(iam, "list_access_keys", "AccessKeyMetadata", UserName=name)
    if not last_used:
        return found
    return [
        {**key, "LastUsed": iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])}
        for key in found
    ]


def groups(iam: Client, name: str) -> list[str]:
    """Give the names of a user's groups."""
    found = _listed(iam, "list_groups_for_user", "Groups", UserName=name)
    return [group["GroupName"] for group in found]


def instance_profiles(iam: Client, name: str) -> list[str]:
    """Give the names of the instance profiles that a role is in."""
    found = _listed(iam, "list_instance_profiles_for_role", "InstanceProfiles", RoleName=name)
    return [profile["InstanceProfileName"] for profile in found]


def password_since(iam: Client, name: str) -> str | None:
    """Tell since when a user has a console password; None without one."""
    try:
        return str(iam.get_login_profile(UserName=name)["LoginProfile"]["CreateDate"])
    except ClientError as error:
        if error.response["Error"]["Code"] == GONE:
            return None
        raise


def attached(iam: Client, call: str, arn: str, **whose: str) -> bool:
    """Tell whether a managed policy is attached."""
    found = _listed(iam, call, "AttachedPolicies", **whose)
    return any(policy["PolicyArn"] == arn for policy in found)


def why_no_user(member_of: list[str]) -> str | None:
    """Tell why a user is never changed by a playbook; None where it may be."""
    if f"{os.environ['PREFIX']}-break-glass" in member_of:
        return (
            "it is a break-glass user, which no playbook locks out: a second person signs in with "
            "another break-glass user and deactivates the key"
        )
    return None


def why_no_role(found: State) -> str | None:
    """Tell why a role is never changed by a playbook, and what a person does; None where it may be."""
    name, path, prefix = found["RoleName"], found["Path"], os.environ["PREFIX"]
    if path.startswith("/aws-service-role/"):
        return "it is service-linked: AWS alone changes and uses it; tell AWS Support"
    if path.startswith("/aws-reserved/"):
        return (
            "IAM Identity Center owns it and the account cannot change it: disable the person there, "
            "remove the assignment, and end the person's sessions"
        )
    if name == os.environ["BREAK_GLASS_ROLE"]:
        return "it is the emergency role: ask who uses it, and change its users' credentials"
    own = (f"{prefix}-", f"cdk-{QUALIFIER}-", "stacksets-exec-")
    if name.startswith(own) or name == "AWSControlTowerExecution":
        return (
            "the baseline or its deployment works with it: find out from the trail who used it, and "
            "revoke its sessions by hand when that is worth the interruption"
        )
    return None


def _listed(iam: Client, call: str, rows: str, **whose: str) -> list[Any]:
    return list(_rows(iam.get_paginator(call).paginate, rows, whose))


def _rows(paginate: Callable[..., Any], rows: str, whose: State) -> Iterator[Any]:
    for page in paginate(**whose):
        yield from page.get(rows, [])
