"""Evaluates what a permission set allows: AWS's managed policies, the inline policy, the boundary.

The engine is the guardrails' one: a permission set and its boundary are two levels, each of which
has to allow a request, and a denial at one of them decides. AWS's policies are moto's copies.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data

from baseline.guardrails.documents import Policy, PolicyKind, compile_policy
from baseline.guardrails.evaluation import Level, Organization
from baseline.guardrails.request import Request
from baseline.identity.permission_set_catalog import EXAMPLE_VALUES, catalog
from baseline.identity.permission_set_model import PermissionSetDefinition

ACCOUNT = "555555555555"


@cache
def managed_policies() -> dict[str, Any]:
    documents: dict[str, Any] = json.loads(aws_managed_policies_data)
    return documents


def document_of(arn: str) -> dict[str, Any]:
    """Give an AWS managed policy as a document that the engine compiles."""
    path, _, name = arn.partition(":policy/")[2].rpartition("/")
    found = managed_policies()[name]
    assert found["Path"].strip("/") == path, f"{arn} has another path: {found['Path']}"
    return {"Version": "2012-10-17", "Statement": found["Document"]["Statement"]}


@cache
def organization_of(name: str) -> Organization:
    return organization(catalog()[name])


def organization(definition: PermissionSetDefinition) -> Organization:
    filled = definition.filled(EXAMPLE_VALUES)
    policies: list[Policy] = [
        compile_policy(arn, document_of(arn), PolicyKind.SCP) for arn in filled.managed_policies
    ]
    inline = filled.document()
    if inline is not None:
        policies.append(compile_policy("inline", inline, PolicyKind.SCP))
    level = Level(name=filled.name, scps=tuple(policies))
    return Organization(
        id="o-exampleorgid", management_account="111111111111", accounts={ACCOUNT: [level]}
    )


def allows(
    name: str,
    action: str,
    resource: str = "*",
    context: Mapping[str, list[str]] | None = None,
) -> bool:
    """Tell whether a permission set of the catalog allows an action."""
    role = f"role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_{name}_0123456789abcdef"
    request = Request(
        principal_arn=f"arn:aws:iam::{ACCOUNT}:{role}",
        action=action,
        region="eu-west-1",
        resource=resource,
        context=dict(context or {}),
    )
    return organization_of(name).evaluate(request).allowed
