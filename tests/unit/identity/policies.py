"""Evaluate rendered policy documents with the guardrails' engine: an SCP has the same semantics.

A request passes when a statement allows it and none denies it, as with an identity policy or a
permissions boundary. A trust policy is read as one whose resource is the role; who its principal is
has to be asserted besides.
"""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import assertions

from baseline.guardrails.documents import PolicyKind, compile_policy
from baseline.guardrails.evaluation import Level, Organization
from baseline.guardrails.request import Request

ACCOUNT, MANAGEMENT = "333333333333", "111111111111"


def rendered(value: Any, account: str = ACCOUNT) -> Any:
    """Resolve joins and pseudo parameters."""
    if isinstance(value, dict):
        if "Fn::Join" in value:
            return "".join(rendered(part, account) for part in value["Fn::Join"][1])
        if set(value) == {"Ref"}:
            known = {"AWS::Partition": "aws", "AWS::AccountId": account}
            return known.get(value["Ref"], value["Ref"])
        return {key: rendered(item, account) for key, item in value.items()}
    return [rendered(item, account) for item in value] if isinstance(value, list) else value


def resources(stack: cdk.Stack, kind: str) -> list[dict[str, Any]]:
    """Give the properties of the resources of a type, rendered."""
    found = assertions.Template.from_stack(stack).find_resources(kind)
    return [rendered(resource["Properties"]) for resource in found.values()]


def managed(stack: cdk.Stack) -> list[dict[str, Any]]:
    """Give the documents of the managed policies of a stack."""
    return [row["PolicyDocument"] for row in resources(stack, "AWS::IAM::ManagedPolicy")]


def trust(role: dict[str, Any]) -> dict[str, Any]:
    """Give a trust policy as a policy without principals."""
    document = role["AssumeRolePolicyDocument"]
    rows = [
        {key: value for key, value in row.items() if key != "Principal"} | {"Resource": "*"}
        for row in document["Statement"]
    ]
    return {**document, "Statement": rows}


def allows(documents: list[dict[str, Any]], request: Request) -> bool:
    """Tell whether some document allows a request and none denies it."""
    together = {
        "Version": "2012-10-17",
        "Statement": [row for document in documents for row in document["Statement"]],
    }
    level = Level(name="policies", scps=(compile_policy("policies", together, PolicyKind.SCP),))
    account = request.principal.account
    organization = Organization(
        id="o-exampleorgid", management_account="000000000000", accounts={account: (level,)}
    )
    return organization.evaluate(request).allowed


def request(principal: str, action: str, resource: str = "*", **context: Any) -> Request:
    """Give a request; ``__`` in a context key stands for a colon."""
    return Request(
        principal_arn=principal,
        action=action,
        resource=resource,
        region="us-east-1",
        context={key.replace("__", ":"): value for key, value in context.items()},
    )
