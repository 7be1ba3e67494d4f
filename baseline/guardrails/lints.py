"""Mistakes in a policy that Organizations accepts and that leave it without effect.

Source: IAM User Guide, "Multivalued context keys" (ForAllValues is true without the key),
"Amazon Resource Names (ARNs)"; Service Authorization Reference (actions). That
``ForAnyValue:...IfExists`` is doubtful is a measurement: evaluators disagree on an absent key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import cast

from pydantic import JsonValue as Json

from baseline.config.text import nearest
from baseline.guardrails.facts import action_names
from baseline.guardrails.patterns import compile_globs
from baseline.guardrails.reach import unreachable

ARN_PARTS = 6
_VARIABLE = re.compile(r"\$\{[^}]*\}")
_ARN_KEYS = re.compile(r"(ForAllValues:|ForAnyValue:)?Arn(Not)?(Equals|Like)(IfExists)?")


def lint(statement: Mapping[str, Json]) -> list[str]:
    """Give the mistakes of a statement without placeholders, one sentence each."""
    mistakes = [*_arns(statement), *_quantifiers(statement), *_actions(statement)]
    return mistakes or list(_reach(statement))


def _reach(statement: Mapping[str, Json]) -> Iterator[str]:
    """Actions that the resources and conditions of their statement leave without effect."""
    keys = {key.lower(): key for _, key, _ in _conditions(statement)}
    actions, resources = (_texts(statement.get(element)) for element in ("Action", "Resource"))
    return unreachable(actions, resources, keys)


def _arns(statement: Mapping[str, Json]) -> Iterator[str]:
    """A pattern with fewer parts than an ARN matches nothing, so a Deny of it denies nothing."""
    for element in ("Resource", "NotResource"):
        for text in _texts(statement.get(element)):
            if text != "*" and not _is_arn(text):
                yield f"{element} {text!r} has not the six parts of an ARN"
    for operator, key, values in _conditions(statement):
        if _ARN_KEYS.fullmatch(operator):
            for text in values:
                if text != "*" and not _is_arn(text):
                    yield f"{operator} {key} {text!r} has not the six parts of an ARN"


def _is_arn(text: str) -> bool:
    """Tell whether a pattern has the parts of an ARN; a variable counts as one text."""
    parts = _VARIABLE.sub("x", text).split(":", ARN_PARTS - 1)
    return len(parts) == ARN_PARTS and parts[0] == "arn"


def _quantifiers(statement: Mapping[str, Json]) -> Iterator[str]:
    """Quantifiers that decide otherwise than they read when the key is absent."""
    guarded = {
        key.lower()
        for operator, key, values in _conditions(statement)
        if operator == "Null" and values == ["false"]
    }
    for operator, key, _ in _conditions(statement):
        if operator.startswith("ForAllValues:") and key.lower() not in guarded:
            yield (
                f"{operator} {key} is true without the key: add "
                f'"Null": {{"{key}": "false"}} to the statement'
            )
        if operator.startswith("ForAnyValue:") and operator.endswith("IfExists"):
            yield f"{operator} {key}: evaluators disagree on it without the key; leave IfExists out"


def _actions(statement: Mapping[str, Json]) -> Iterator[str]:
    """Actions that no service has, which a misspelt name is."""
    for pattern in _texts(statement.get("Action")):
        if sentence := _unknown(pattern):
            yield sentence


@cache
def _unknown(pattern: str) -> str | None:
    """Say that a pattern matches no action, and what was probably meant."""
    service, _, name = pattern.partition(":")
    if service == "*" or not name:
        return None
    known = action_names().get(service.lower())
    if known is None:
        near = nearest(service, action_names())
        return f"action {pattern!r}: no service has the prefix {service!r}{_meant(near)}"
    match = compile_globs([name.lower()])
    if any(match(action.lower()) for action in known):
        return None
    near = nearest(name.strip("*"), known)
    return f"action {pattern!r} does not exist{_meant(f'{service}:{near}' if near else None)}"


def _meant(near: str | None) -> str:
    return f"; did you mean {near!r}?" if near else ""


def _conditions(statement: Mapping[str, Json]) -> Iterator[tuple[str, str, list[str]]]:
    """Give operator, key and values of each condition."""
    block = statement.get("Condition")
    for operator, keys in (block if isinstance(block, dict) else {}).items():
        for key, values in cast("dict[str, Json]", keys).items():
            yield operator, key, _texts(values)


def _texts(value: Json) -> list[str]:
    """Give a value or values as texts."""
    values = value if isinstance(value, list) else [value]
    return [
        str(one).lower() if isinstance(one, bool) else str(one) for one in values if one is not None
    ]
