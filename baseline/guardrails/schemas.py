"""Checks a document against one of the JSON schemas in ``data/schemas``.

AWS publishes no schema of these policies and refuses a wrong one when it is attached, so they are
checked at synth. The schemas are JSON Schema (2020-12) and use its core only, which these hundred
lines cover: the library gets no further dependency. Tests check each schema, and a few hundred
documents, against the reference implementation too.

``minimum`` and ``maximum`` also bind a number that is written as text, as Organizations' examples
write it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import JsonValue as Json

from baseline.config.text import nearest, show

FOLDER = Path(__file__).parent / "data" / "schemas"

Schema = Mapping[str, Any]

_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
}
_WORDS = {"object": "an object", "array": "a list", "string": "text", "integer": "a number"}


class Violation(NamedTuple):
    """Something wrong in a document: where (``ec2_attributes.serial_console_access``) and what."""

    path: str
    message: str

    def __str__(self) -> str:
        """Give path and message as one line."""
        return f"{self.path}: {self.message}" if self.path else self.message


@cache
def schema_of(name: str) -> Schema:
    """Load a schema; ``name`` is the policy type as the API names it.

    Raises:
        KeyError: there is no schema of this name.
    """
    path = FOLDER / f"{name}.json"
    if not path.is_file():
        raise KeyError(name)
    schema: Schema = json.loads(path.read_text(encoding="utf-8"))
    return schema


def violations(document: Json, schema: Schema) -> list[Violation]:
    """Give everything in which a document breaks a schema; empty when it is valid."""
    return list(_check(document, schema, schema, ()))


def _check(value: Json, rule: Schema, root: Schema, path: tuple[str, ...]) -> Iterator[Violation]:
    """Check one value against one part of a schema."""
    if "$ref" in rule:
        rule = root["$defs"][rule["$ref"].removeprefix("#/$defs/")]
    if trouble := _wrong_kind(value, rule):
        yield Violation(".".join(path), trouble)
        return
    if isinstance(value, dict):
        yield from _object(value, rule, root, path)
    elif isinstance(value, list):
        if len(value) < rule.get("minItems", 0):
            yield Violation(".".join(path), f"needs at least {rule['minItems']} entries")
        for index, item in enumerate(value):
            yield from _check(item, rule.get("items", {}), root, (*path, str(index)))


def _wrong_kind(value: Json, rule: Schema) -> str | None:
    """Say what is wrong with a value itself: its type, its form, its range."""
    if "enum" in rule and not any(
        value == one and type(value) is type(one) for one in rule["enum"]
    ):
        allowed = ", ".join(json.dumps(one) for one in rule["enum"])
        return f"must be one of {allowed}, got {show(value)}"
    if "type" in rule:
        names = rule["type"] if isinstance(rule["type"], list) else [rule["type"]]
        kinds = tuple(kind for name in names for kind in _TYPES[name])
        if not isinstance(value, kinds) or isinstance(value, bool):
            return f"must be {' or '.join(_WORDS[name] for name in names)}, got {show(value)}"
    if isinstance(value, str) and not re.search(rule.get("pattern", ""), value):
        return f"{show(value)} is not of the form {rule['pattern']}"
    if "minimum" in rule and isinstance(value, str | int):
        low, high = rule["minimum"], rule["maximum"]
        if not low <= int(value) <= high:
            return f"must be from {low} to {high}, got {show(value)}"
    return None


def _object(
    value: dict[str, Json], rule: Schema, root: Schema, path: tuple[str, ...]
) -> Iterator[Violation]:
    """Check the keys of an object and what stands under them."""
    place = ".".join(path)
    for name in rule.get("required", ()):
        if name not in value:
            yield Violation(place, f"the key {name!r} is missing")
    smallest, largest = rule.get("minProperties", 0), rule.get("maxProperties", len(value))
    if not smallest <= len(value) <= largest:
        yield Violation(place, f"needs {_count(rule)} keys, got {len(value)}")
    properties: Mapping[str, Schema] = rule.get("properties", {})
    patterns: Mapping[str, Schema] = rule.get("patternProperties", {})
    for name, item in value.items():
        part = properties.get(name) or next(
            (found for pattern, found in patterns.items() if re.search(pattern, name)), None
        )
        if part is not None:
            yield from _check(item, part, root, (*path, name))
        elif rule.get("additionalProperties", True) is False:
            yield Violation(".".join((*path, name)), _unknown(name, properties, patterns))


def _count(rule: Schema) -> str:
    """Give how many keys an object may have, as a sentence says it."""
    largest = f" and at most {rule['maxProperties']}" if "maxProperties" in rule else ""
    return f"at least {rule.get('minProperties', 0)}{largest}"


def _unknown(name: str, properties: Mapping[str, Schema], patterns: Mapping[str, Schema]) -> str:
    """Say that a key is unknown, and which one was probably meant."""
    known = sorted(key for key in properties if not key.startswith("@@"))
    if near := nearest(name, properties):
        return f"is not a key here; did you mean {near!r}?"
    forms = [f"a name of the form {pattern}" for pattern in patterns]
    return f"is not a key here; known: {', '.join([*known, *forms])}"
