"""What the value of a property says: its literal texts, whatever functions they are put together by."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any

OPAQUE = "\ufffc"
"""Stands for what only the deployment knows: a reference, an attribute."""

MAXIMUM_ALTERNATIVES = 16
VARIABLE = re.compile(r"\$\{(!?)([^}]*)\}")
FUNCTIONS = frozenset(
    {
        "Fn::Base64",
        "Fn::FindInMap",
        "Fn::GetAtt",
        "Fn::If",
        "Fn::ImportValue",
        "Fn::Join",
        "Fn::Select",
        "Fn::Split",
        "Fn::Sub",
        "Fn::ToJsonString",
        "Ref",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What a template says about its references.

    Attributes:
        hidden: parameters with NoEcho.
        mappings: section Mappings.
    """

    hidden: frozenset[str] = frozenset()
    mappings: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, template: Mapping[str, Any]) -> Surroundings:
        """Read them from a template."""
        parameters = template.get("Parameters", {})
        return cls(
            hidden=frozenset(name for name, row in parameters.items() if is_hidden(row)),
            mappings=template.get("Mappings", {}),
        )


def is_hidden(parameter: Mapping[str, Any]) -> bool:
    """Tell whether a parameter is kept out of the console."""
    return str(parameter.get("NoEcho", "")).lower() == "true"


def function_of(value: object) -> str | None:
    """Give the intrinsic function that a value is; None for anything else."""
    if not isinstance(value, dict) or len(value) != 1:
        return None
    (name,) = value
    return name if name in FUNCTIONS else None


def literals(value: object, around: Surroundings) -> list[str]:
    """Give the texts that a value can come to, with :data:`OPAQUE` for what is not in the template."""
    # Nearly all are.
    if isinstance(value, str):
        return [value]
    return list(islice(_texts(value, around), MAXIMUM_ALTERNATIVES))


def shows_hidden(value: object, around: Surroundings) -> bool:
    """Tell whether a value holds a hidden parameter."""
    if isinstance(value, list):
        return any(shows_hidden(item, around) for item in value)
    if not isinstance(value, dict):
        return False
    if value.get("Ref") in around.hidden:
        return True
    sub = value.get("Fn::Sub")
    text = sub[0] if isinstance(sub, list) and sub else sub
    if isinstance(text, str) and any(name in around.hidden for _, name in VARIABLE.findall(text)):
        return True
    return any(shows_hidden(item, around) for item in value.values())


def _texts(value: object, around: Surroundings) -> Iterator[str]:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        yield str(value)
        return
    name = function_of(value)
    if name is None or not isinstance(value, dict):
        return
    found = _of_function(name, value[name], around)
    yield from found or [OPAQUE]


def _of_function(name: str, given: object, around: Surroundings) -> list[str]:
    if name == "Fn::Base64":
        return literals(given, around)
    if name == "Fn::Sub":
        text, variables = given if isinstance(given, list) else (given, {})
        return [VARIABLE.sub(lambda m: _variable(m, variables, around), str(text))]
    reader = _READERS.get(name)
    return reader(given, around) if reader and isinstance(given, list) and len(given) > 1 else []


def _joined(given: list[Any], around: Surroundings) -> list[str]:
    items = given[1] if isinstance(given[1], list) else []
    parts = [literals(part, around) or [OPAQUE] for part in items]
    return [str(given[0]).join(row) for row in islice(product(*parts), MAXIMUM_ALTERNATIVES)]


def _branches(given: list[Any], around: Surroundings) -> list[str]:
    return [text for branch in given[1:] for text in literals(branch, around)]


def _selected(given: list[Any], around: Surroundings) -> list[str]:
    items = given[1] if isinstance(given[1], list) else []
    return [text for item in items for text in literals(item, around)]


_READERS: Mapping[str, Callable[[list[Any], Surroundings], list[str]]] = {
    "Fn::FindInMap": lambda given, around: list(_found_in(around.mappings, given)),
    "Fn::If": _branches,
    "Fn::Join": _joined,
    "Fn::Select": _selected,
}


def _variable(match: re.Match[str], variables: Mapping[str, Any], around: Surroundings) -> str:
    literal, name = match.groups()
    if literal:
        return f"${{{name}}}"
    known = literals(variables[name], around) if name in variables else []
    return known[0] if known else OPAQUE


def _found_in(table: object, keys: list[Any]) -> Iterator[str]:
    """Give what keys lead to; a key that is not literal leads everywhere."""
    if isinstance(table, dict):
        key = keys[0] if keys else None
        for name, item in table.items():
            if not isinstance(key, str) or key == name:
                yield from _found_in(item, keys[1:])
    elif isinstance(table, list):
        for item in table:
            yield from _found_in(item, [])
    elif isinstance(table, str):
        yield table
