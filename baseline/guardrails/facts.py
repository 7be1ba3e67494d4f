"""Facts about the policy languages that AWS publishes as lists, kept as data with their source."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from baseline.guardrails.patterns import compile_expression, glob_expression

DATA = Path(__file__).parent / "data"


@cache
def rcp_services() -> frozenset[str]:
    """Give the action prefixes of the services that resource control policies cover.

    Source: Organizations User Guide, "Resource control policies (RCPs)", list of services.
    """
    return frozenset(_values("rcp_services"))


@dataclass(frozen=True, slots=True)
class ActionFacts:
    """What a request for an action may name.

    Attributes:
        arns: ARN patterns of the resources; none for an action without resource-level permissions.
        keys: Condition keys in lower case, beside those that every request has; a part that the
            caller chooses is ``*``.
    """

    arns: tuple[str, ...]
    keys: tuple[str, ...]


@cache
def action_names() -> dict[str, tuple[str, ...]]:
    """Give service prefix to the names of its actions.

    Source: Service Authorization Reference.
    """
    return {
        service: tuple(sorted(name for names, _, _ in facts["actions"] for name in names.split()))
        for service, facts in _services().items()
    }


@cache
def action_facts(service: str) -> dict[str, ActionFacts]:
    """Give a service's actions, in lower case, with their resources and condition keys.

    Source: Service Authorization Reference.
    """
    facts = _services().get(service)
    if facts is None:
        return {}
    return {
        name: ActionFacts(
            tuple(facts["arns"][number] for number in arns),
            tuple(facts["keys"][number] for number in keys),
        )
        for names, arns, keys in facts["actions"]
        for name in names.lower().split()
    }


@cache
def _services() -> dict[str, Any]:
    """Read what is known of the actions of every service."""
    document = json.loads((DATA / "actions.json").read_text(encoding="utf-8"))
    values: dict[str, Any] = document["values"]
    return values


@cache
def is_condition_key(key: str) -> bool:
    """Tell whether AWS defines a condition key, global or of a service, in any spelling.

    Source: Service Authorization Reference; IAM User Guide, "AWS global condition context keys".
    """
    exact, patterned = _condition_keys()
    name = key.lower()
    if name in exact:
        return True
    return any(compile_expression(expression)(name) for expression in patterned)


@cache
def _condition_keys() -> tuple[frozenset[str], tuple[str, ...]]:
    """Give the fixed keys, and the expressions of those with a part that the caller chooses."""
    keys = _values("condition_keys")
    exact = frozenset(key for key in keys if "*" not in key)
    return exact, tuple(glob_expression(key, inside="[^ ]") for key in keys if "*" in key)


def _values(name: str) -> list[str]:
    """Read the values of one fact file."""
    document = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    values: list[str] = document["values"]
    return values
