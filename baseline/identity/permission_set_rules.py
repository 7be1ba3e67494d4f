"""What is wrong with a permission set: its limits, its policy, and ways to become administrator."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from pydantic import JsonValue

from baseline.config import quotas
from baseline.config.finding import Finding, Path
from baseline.config.text import show
from baseline.errors import BaselineError
from baseline.guardrails.documents import PolicyKind, Statement, compile_policy
from baseline.guardrails.lints import lint
from baseline.identity.permission_set_model import (
    PLACEHOLDER,
    PLACEHOLDERS,
    VERSION,
    PermissionSetDefinition,
)

ELEMENTS: Final = frozenset(
    {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}
)
SID: Final = re.compile(r"[A-Za-z0-9]*")
TAG: Final = re.compile(r"[\w+=,.@-]+")

ESCALATIONS: Final = (
    "iam:AddUserToGroup",
    "iam:AttachGroupPolicy",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreatePolicyVersion",
    "iam:CreateRole",
    "iam:CreateUser",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteUserPermissionsBoundary",
    "iam:PassRole",
    "iam:PutGroupPolicy",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateLoginProfile",
    "sso:AttachManagedPolicyToPermissionSet",
    "sso:CreateAccountAssignment",
    "sso:PutInlinePolicyToPermissionSet",
    "sts:AssumeRole",
)
"""Actions with which one becomes administrator when they are allowed on everything.

Source: IAM User Guide, "Permissions boundaries for IAM entities" (delegating responsibility) and
"Grant a user permissions to pass a role to an AWS service"; IAM Identity Center User Guide,
"Delegate permission set administration".
"""


def problems(definition: PermissionSetDefinition, values: Mapping[str, str]) -> Iterator[Finding]:
    """Give what is wrong with a permission set, each with its place in the file.

    Args:
        definition: as it stands in its file.
        values: what the placeholders stand for.
    """
    yield from _placeholders(definition.model_dump(mode="json"), ())
    yield from _boundary(definition)
    yield from _counts(definition)
    if definition.allows_everywhere() and definition.why_everywhere is None:
        yield Finding(
            ("policy",), "allows something on every resource; say in why_everywhere why it has to"
        )
    size = definition.filled(values).size()
    if size > quotas.PERMISSION_SET_POLICY_SIZE:
        yield Finding(
            ("policy",),
            f"has {size:,} characters without white space; an inline policy has at most "
            f"{quotas.PERMISSION_SET_POLICY_SIZE:,}: move statements to a customer managed policy",
        )
    sids: set[str] = set()
    for number, statement in enumerate(definition.filled(values).policy):
        place: Path = ("policy", number)
        yield from (Finding(place, message) for message in _statement(statement))
        sid = statement.get("Sid")
        if isinstance(sid, str) and sid in sids:
            yield Finding(
                (*place, "Sid"), f"{show(sid)} stands in the policy already; give it another"
            )
        sids.add(str(sid))


def _placeholders(value: JsonValue, path: Path) -> Iterator[Finding]:
    if isinstance(value, str):
        for name in PLACEHOLDER.findall(value):
            if name not in PLACEHOLDERS:
                known = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
                yield Finding(path, f"{{{name}}} stands for nothing; known: {known}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _placeholders(item, (*path, number))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _placeholders(item, (*path, key))


def _boundary(definition: PermissionSetDefinition) -> Iterator[Finding]:
    boundary = definition.boundary
    if boundary and (boundary.managed_policy is None) == (boundary.customer_policy is None):
        yield Finding(("boundary",), "needs exactly one of managed_policy and customer_policy")


def _counts(definition: PermissionSetDefinition) -> Iterator[Finding]:
    attached = len(definition.managed_policies) + len(definition.customer_policies)
    if attached > quotas.PERMISSION_SET_MANAGED_POLICIES:
        place = "customer_policies" if definition.customer_policies else "managed_policies"
        yield Finding(
            (place,),
            f"makes {attached} managed policies with those of AWS; a role takes "
            f"{quotas.PERMISSION_SET_MANAGED_POLICIES}",
        )
    if not attached and not definition.policy:
        yield Finding(
            (), "allows nothing: it has neither managed_policies, customer_policies nor a policy"
        )
    if len(definition.tags) > quotas.PERMISSION_SET_TAGS:
        yield Finding(
            ("tags",),
            f"has {len(definition.tags)} tags; at most {quotas.PERMISSION_SET_TAGS}",
        )
    for key, value in definition.tags.items():
        if not TAG.fullmatch(key) or not TAG.fullmatch(value):
            yield Finding(
                ("tags", key),
                "has a key or value with other than letters, digits and + = , . @ _ -",
            )


def _statement(statement: Mapping[str, JsonValue]) -> Iterator[str]:
    if unknown := sorted(set(statement) - ELEMENTS):
        yield f"{', '.join(unknown)} is not an element of a permission set's policy"
        return
    sid = statement.get("Sid", "")
    if not isinstance(sid, str) or not SID.fullmatch(sid):
        yield f"Sid {show(sid)} may have letters and digits only"
    try:
        document = {"Version": VERSION, "Statement": [dict(statement)]}
        (compiled,) = compile_policy("of the file", document, PolicyKind.SCP).statements
    except BaselineError as error:
        yield str(error).removeprefix("policy of the file, ")
        return
    yield from lint(statement)
    if compiled.effect == "Allow":
        yield from _wide(statement, compiled)


def _wide(statement: Mapping[str, JsonValue], compiled: Statement) -> Iterator[str]:
    if "NotAction" in statement:
        yield "allows with NotAction whatever a service adds later; name the actions"
        return
    if statement.get("Action") in ("*", "*:*", ["*"], ["*:*"]):
        yield "allows every action; name the actions, or use the managed policy AdministratorAccess"
        return
    everywhere = "*" in _listed(statement.get("Resource")) or "NotResource" in statement
    found = [action for action in ESCALATIONS if compiled.covers(action.lower())]
    if everywhere and found and not statement.get("Condition"):
        yield (
            f"allows {found[0]} on everything, which is a way to become administrator; name the "
            "resources or add a condition"
        )


def _listed(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [value]
