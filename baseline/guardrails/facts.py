"""Facts about the policy languages that AWS publishes as lists, kept as data with their source."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from baseline.guardrails.patterns import compile_expression, glob_expression

DATA = Path(__file__).parent / "data"


@cache
def rcp_services() -> frozenset[str]:
    """Give the action prefixes of the services that resource control policies cover.

    Source: Organizations User Guide, "Resource control policies (RCPs)", list of services.
    """
    return frozenset(_values("rcp_services"))


@cache
def action_names() -> dict[str, tuple[str, ...]]:
    """Give service prefix to the names of its actions.

    Source: Service Authorization Reference.
    """
    document = json.loads((DATA / "actions.json").read_text(encoding="utf-8"))
    values: dict[str, str] = document["values"]
    return {service: tuple(names.split()) for service, names in values.items()}


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
