"""Find statements that let a service in without saying for whom it acts.

The walk knows no list of resource types: whatever holds a policy statement, as a document, as JSON
text or as the properties of a Lambda permission, is read. Roles are left out: who may be assumed is
asked elsewhere, and execution roles carry no source.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from baseline.primitives.service_access import EXCEPTIONS, is_bound
from tests.tools.resolve import Resolver

KEYS = frozenset({"AWS::KMS::Key", "AWS::KMS::ReplicaKey"})
# A StackSet's body is among the templates itself.
SKIPPED = frozenset({"AWS::IAM::Role", "AWS::CloudFormation::StackSet"})
# What a Lambda permission calls the condition keys of its statement.
PERMISSION = {
    "SourceArn": ("ArnLike", "aws:SourceArn"),
    "SourceAccount": ("StringEquals", "aws:SourceAccount"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """A service principal in an allowing statement of a resource policy.

    Attributes:
        where: stack, logical ID and place of the statement.
        kind: type of the resource.
        service: the service principal.
        bound: a condition names the source.
    """

    where: str
    kind: str
    service: str
    bound: bool

    @property
    def excepted(self) -> bool:
        """The service is a documented exception, which holds for keys only."""
        return self.kind in KEYS and self.service in EXCEPTIONS

    def __str__(self) -> str:
        return f"{self.where}: {self.service}"


def grants(templates: Mapping[str, Mapping[str, Any]]) -> Iterator[Grant]:
    """Give every service principal of every resource policy of some templates."""
    for name, template in templates.items():
        resolver = Resolver(dict(template))
        for logical_id, resource in template["Resources"].items():
            kind = resource["Type"]
            if kind in SKIPPED:
                continue
            properties = resolver.resolve(resource.get("Properties", {}))
            if kind == "AWS::Lambda::Permission":
                properties = {"Statement": [_permission(properties)]}
            for place, statement in statements(properties):
                if statement.get("Effect") != "Allow":
                    continue
                for service in services(statement):
                    yield Grant(
                        where=f"{name}/{logical_id}{place}",
                        kind=kind,
                        service=service,
                        bound=is_bound(statement.get("Condition", {})),
                    )


def loose(templates: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """List the grants that nothing binds and no exception explains."""
    return [str(grant) for grant in grants(templates) if not (grant.bound or grant.excepted)]


def statements(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Walk resolved properties, JSON text included, and yield each statement with its place."""
    if isinstance(value, str):
        yield from statements(_document(value), path)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from statements(item, f"{path}/{number}")
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "Statement":
                for number, statement in enumerate(listed(item)):
                    if isinstance(statement, dict):
                        yield f"{path}/{statement.get('Sid', number)}", statement
            else:
                yield from statements(item, f"{path}/{key}")


def services(statement: Mapping[str, Any]) -> list[str]:
    """Give the service principals of a statement."""
    principal = statement.get("Principal", {})
    if not isinstance(principal, dict):
        return []
    return [str(service) for service in listed(principal.get("Service", []))]


def listed(value: Any) -> list[Any]:
    """Give a value as IAM reads it: one thing is a list of one."""
    return value if isinstance(value, list) else [value]


def _document(text: str) -> Any:
    if '"Statement"' not in text:
        return None
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise AssertionError(f"a policy that cannot be read: {text[:80]}") from error


def _permission(properties: Mapping[str, Any]) -> dict[str, Any]:
    condition: dict[str, dict[str, Any]] = {}
    for name, (operator, key) in PERMISSION.items():
        if name in properties:
            condition.setdefault(operator, {})[key] = properties[name]
    principal = str(properties["Principal"])
    service = principal.endswith(".amazonaws.com")
    return {
        "Effect": "Allow",
        "Principal": {"Service" if service else "AWS": principal},
        "Action": properties["Action"],
        "Condition": condition,
    }
