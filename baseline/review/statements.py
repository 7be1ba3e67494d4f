"""Policies taken apart: who may do what, on what, under which conditions; order and grouping are gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from baseline.review.values import as_list, canonical, text

ANYBODY = "*"
PATTERN = "EventPattern"
CONFINING = (
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "kms:calleraccount",
    "kms:viaservice",
)
"""Condition keys that say whose a request is, in lower case."""

Conditions = frozenset[tuple[str, str]]
"""Operator and key, and the values of each."""


@dataclass(frozen=True, slots=True)
class Variant:
    """On what, and when."""

    resource: str
    conditions: Conditions

    @property
    def confined(self) -> bool:
        """Whether a condition says whose a request has to be."""
        return any(key.rpartition(" ")[2].lower() in CONFINING for key, _ in self.conditions)


Grant = tuple[str, str]
"""Principal and action; the principal is empty in a policy of an identity."""


@dataclass(slots=True)
class Policy:
    """All documents of one place in a resource.

    Attributes:
        allows: what each grant covers.
        denies: the same for what is denied.
    """

    allows: dict[Grant, set[Variant]] = field(default_factory=lambda: defaultdict(set))
    denies: dict[Grant, set[Variant]] = field(default_factory=lambda: defaultdict(set))

    def add(self, statement: Mapping[str, Any]) -> None:
        """Add a statement."""
        into = self.denies if statement.get("Effect") == "Deny" else self.allows
        conditions = _conditions(statement.get("Condition"))
        resources = _named(statement, "Resource") or [""]
        for principal in _principals(statement):
            for action in _named(statement, "Action") or [""]:
                for resource in resources:
                    into[principal, action].add(Variant(resource, conditions))


def policies_of(type_: str, properties: Mapping[str, Any]) -> dict[str, Policy]:
    """Give the policies of a resource by the name of their property.

    Every object with statements counts, however deep it stands; so does a function's permission.
    """
    found: dict[str, Policy] = defaultdict(Policy)
    if type_ == "AWS::Lambda::Permission":
        found["Permission"].add(_permission(properties))
        return found
    if type_ == "AWS::Events::EventBusPolicy" and isinstance(properties.get("Statement"), dict):
        found["Statement"].add(properties["Statement"])
        return found
    for path, statement in _statements(properties, ()):
        found[path].add(statement)
    return found


def _statements(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Any]]]:  # noqa: ANN401
    if isinstance(value, list):
        for each in value:
            yield from _statements(each, path)
    elif isinstance(value, dict):
        rows = as_list(value.get("Statement"))
        if rows and all(isinstance(row, dict) and "Effect" in row for row in rows):
            for row in rows:
                yield ".".join(path), row
            return
        for key, each in value.items():
            # What a rule waits for may look like a policy: that of somebody else's bucket.
            if key != PATTERN:
                yield from _statements(each, (*path, key))


def _named(statement: Mapping[str, Any], key: str) -> list[str]:
    rows = [text(each) for each in as_list(statement.get(key))]
    others = [text(each) for each in as_list(statement.get(f"Not{key}"))]
    return rows + ([f"everything but {', '.join(sorted(others))}"] if others else [])


def _principals(statement: Mapping[str, Any]) -> list[str]:
    for key, start in (("Principal", ""), ("NotPrincipal", "everybody but ")):
        value = statement.get(key)
        if value is None:
            continue
        if not isinstance(value, dict):
            return [f"{start}{text(each)}" for each in as_list(value)]
        return [
            # Everybody is everybody, however it is written.
            start + (ANYBODY if text(each) == ANYBODY and kind == "AWS" else f"{kind} {text(each)}")
            for kind, each_of in sorted(value.items())
            for each in as_list(each_of)
        ]
    return [""]


def _conditions(value: Any) -> Conditions:  # noqa: ANN401
    rows = value.items() if isinstance(value, dict) else ()
    return frozenset(
        (f"{operator} {key}", canonical(as_list(wanted)))
        for operator, keys in rows
        for key, wanted in (keys.items() if isinstance(keys, dict) else ())
    )


def _permission(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Write a function's permission as the statement that Lambda makes of it."""
    principal = text(properties.get("Principal", ""))
    confined = {
        "aws:SourceArn": properties.get("SourceArn"),
        "aws:SourceAccount": properties.get("SourceAccount"),
        "aws:PrincipalOrgID": properties.get("PrincipalOrgID"),
    }
    return {
        "Effect": "Allow",
        "Principal": ANYBODY
        if principal == ANYBODY
        else {"Service" if principal.endswith(".amazonaws.com") else "AWS": principal},
        "Action": properties.get("Action"),
        "Resource": properties.get("FunctionName"),
        "Condition": {"ArnLike": {key: value for key, value in confined.items() if value}},
    }
