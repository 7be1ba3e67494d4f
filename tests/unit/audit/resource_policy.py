"""Resource policies of a template, evaluated with the guardrails' own engine.

The engine knows no Principal element, so that is compared here; actions, resources and conditions
are its work. What identity policies add is left out: "silent" means that only they could allow.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from baseline.guardrails.documents import PolicyKind, Statement, compile_policy
from baseline.guardrails.request import Principal, Request, Scalar

Template = Mapping[str, Any]


def resolved(template: Template, value: Any) -> Any:
    """Replace the template's own references by ARNs."""
    if isinstance(value, list):
        return [resolved(template, item) for item in value]
    if not isinstance(value, dict):
        return value
    if "Fn::Join" in value:
        separator, parts = value["Fn::Join"]
        return separator.join(resolved(template, parts))
    if "Fn::GetAtt" in value:
        return arn_of(template, value["Fn::GetAtt"][0])
    return {key: resolved(template, item) for key, item in value.items()}


def arn_of(template: Template, logical_id: str) -> str:
    """Give the ARN of a bucket, or of a key or queue by its logical ID."""
    resource = template["Resources"][logical_id]
    if resource["Type"] == "AWS::S3::Bucket":
        return f"arn:aws:s3:::{resource['Properties']['BucketName']}"
    if resource["Type"] == "AWS::SQS::Queue":
        return f"arn:aws:sqs:eu-west-1:222222222222:{logical_id}"
    assert resource["Type"] == "AWS::KMS::Key"
    return f"arn:aws:kms:eu-west-1:222222222222:key/{logical_id}"


def bucket_policy(template: Template, name: str) -> ResourcePolicy:
    """Give the policy of the bucket with a name."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::S3::BucketPolicy":
            properties = resource["Properties"]
            bucket = template["Resources"][properties["Bucket"]["Ref"]]
            if bucket["Properties"]["BucketName"] == name:
                return ResourcePolicy(resolved(template, properties["PolicyDocument"]))
    raise AssertionError(f"bucket {name} has no policy")


def key_policy(template: Template, logical_id: str) -> ResourcePolicy:
    """Give the policy of a key."""
    properties = template["Resources"][logical_id]["Properties"]
    return ResourcePolicy(resolved(template, properties["KeyPolicy"]))


class ResourcePolicy:
    """A bucket or key policy that answers requests."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self._rows = [(raw["Principal"], _compiled(raw)) for raw in document["Statement"]]

    @property
    def size(self) -> int:
        """Bytes of the policy as it is stored, without white space."""
        return len(json.dumps(self.document, separators=(",", ":")).encode())

    def sids(self) -> Iterator[str]:
        """Give the statement IDs."""
        return (raw["Sid"] for raw in self.document["Statement"] if "Sid" in raw)

    def verdict(
        self,
        principal: str,
        action: str,
        resource: str = "*",
        keys: Mapping[str, Scalar] | None = None,
    ) -> str:
        """Say ``denied by <Sid>``, ``allowed``, or ``silent``; ``keys`` are condition keys."""
        request = Request(
            principal_arn=principal,
            action=action,
            region="eu-west-1",
            resource=resource,
            context={"s3:TlsVersion": "1.3", **(keys or {})},
        )
        matching = [
            row
            for element, row in self._rows
            if _names(element, request.principal)
            and row.covers(action.lower())
            and row.matches(resource, request.keys())
        ]
        for row in matching:
            if row.effect == "Deny":
                return f"denied by {row.sid}"
        return "allowed" if matching else "silent"


def _compiled(raw: dict[str, Any]) -> Statement:
    # As an SCP: the one type that takes allowing and denying statements with all operators.
    statement = {key: _text(item) for key, item in raw.items() if key != "Principal"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return compile_policy("policy", document, PolicyKind.SCP).statements[0]


def _text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _text(item) for key, item in value.items()}
    return str(value) if isinstance(value, int | float) else value


def _names(element: dict[str, Any], principal: Principal) -> bool:
    if "Service" in element:
        return bool(principal.service == element["Service"])
    return element["AWS"] in {"*", f"arn:aws:iam::{principal.account}:root"}
