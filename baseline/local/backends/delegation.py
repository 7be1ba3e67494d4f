"""The organization's resource policy: kept, and asked when a member manages policies.

moto has neither. Of the policy language it takes Allow statements for whole accounts, which is what
Organizations' examples delegate with; conditions are evaluated by the guardrails' engine.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from baseline.guardrails.conditions import compile_condition
from baseline.guardrails.patterns import compile_globs
from baseline.local import organization
from baseline.local.backends import state
from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

_KIND = "organization-resource-policy"
_ACCOUNT_DIGITS = 12


def _kept(management: str) -> dict[str, Any]:
    return state.account_wide(_KIND, management)


def _management(request: ApiRequest) -> str:
    management = organization.management_of(request.account)
    if management is None:
        raise ServiceError(
            "AWSOrganizationsNotInUseException", "Your account is not a member of an organization."
        )
    if management != request.account:
        raise ServiceError(
            "AccessDeniedException", "You don't have permissions to access this resource."
        )
    return management


@answers("organizations", "PutResourcePolicy")
def put(request: ApiRequest) -> dict[str, Any]:
    """Make the resource policy, or replace it."""
    management = _management(request)
    content = str(request.parameters["Content"])
    try:
        json.loads(content)["Statement"]
    except (ValueError, KeyError, TypeError):
        raise ServiceError("InvalidInputException", "The policy is not a JSON policy.") from None
    within = organization.backend(management).org.id
    identifier = f"rp-{hashlib.sha256(within.encode()).hexdigest()[:8]}"
    arn = f"arn:aws:organizations::{management}:resourcepolicy/{within}/{identifier}"
    _kept(management)["policy"] = {
        "ResourcePolicySummary": {"Id": identifier, "Arn": arn},
        "Content": content,
    }
    return {"ResourcePolicy": _kept(management)["policy"]}


@answers("organizations", "DescribeResourcePolicy")
def describe(request: ApiRequest) -> dict[str, Any]:
    """Give the resource policy."""
    management = _management(request)
    if "policy" not in _kept(management):
        raise ServiceError("ResourcePolicyNotFoundException", "There is no resource policy.")
    return {"ResourcePolicy": _kept(management)["policy"]}


@answers("organizations", "DeleteResourcePolicy")
def delete(request: ApiRequest) -> dict[str, Any]:
    """Delete the resource policy."""
    describe(request)
    _kept(_management(request)).clear()
    return {}


def grants(request: ApiRequest, management: str) -> bool:
    """Tell whether the resource policy lets the calling member account do what it asks."""
    kept = _kept(management).get("policy")
    if kept is None:
        return False
    resources, context = _subject(request, organization.backend(management), management)
    return any(
        _allows(statement, request, resources, context)
        for statement in json.loads(kept["Content"])["Statement"]
    )


def _allows(
    statement: Mapping[str, Any],
    request: ApiRequest,
    resources: Iterable[str],
    context: Mapping[str, tuple[str, ...]],
) -> bool:
    principals = _listed(statement.get("Principal", {}).get("AWS", []))
    if statement["Effect"] != "Allow" or f"arn:aws:iam::{request.account}:root" not in principals:
        return False
    if f"organizations:{request.operation}" not in _listed(statement["Action"]):
        return False
    matches = compile_globs(_listed(statement["Resource"]))
    clauses = compile_condition(statement.get("Condition", {}), where="resource policy")
    return all(map(matches, resources)) and all(clause(context) for clause in clauses)


def _subject(
    request: ApiRequest,
    backend: Any,  # noqa: ANN401 - moto has no types
    management: str,
) -> tuple[list[str], dict[str, tuple[str, ...]]]:
    """Give the ARNs that a call is about, and its condition keys."""
    parameters = request.parameters
    owned = f"arn:aws:organizations::{management}"
    resources: list[str] = []
    context: dict[str, tuple[str, ...]] = {}
    kind = parameters.get("Type") or parameters.get("PolicyType") or parameters.get("Filter")
    if identifier := parameters.get("PolicyId"):
        summary = backend.describe_policy(PolicyId=identifier)["Policy"]["PolicySummary"]
        kind = summary["Type"]
        resources.append(summary["Arn"])
        for tag in backend.list_tags_for_resource(ResourceId=identifier)["Tags"]:
            context[f"aws:resourcetag/{tag['Key'].lower()}"] = (tag["Value"],)
    elif request.operation == "CreatePolicy":
        resources.append(f"{owned}:policy/{backend.org.id}/{str(kind).lower()}/p-new")
    resources += [
        f"{owned}:{_place(target)}/{backend.org.id}/{target}"
        for name in ("TargetId", "RootId")
        if (target := parameters.get(name))
    ]
    if kind:
        context["organizations:policytype"] = (str(kind),)
    return resources or [f"{owned}:organization/{backend.org.id}"], context


def _place(target: str) -> str:
    if len(target) == _ACCOUNT_DIGITS and target.isdecimal():
        return "account"
    return "root" if target.startswith("r-") else "ou"


def _listed(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
