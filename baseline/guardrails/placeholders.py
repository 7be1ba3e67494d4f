"""Placeholders in the JSON of a guardrail, filled in by walking the loaded document.

* ``{"$parameter": "regions"}`` is the parameter's value; within a list, a list is spliced in.
* ``{"$join": ["arn:aws:iam::", {"$parameter": "account"}, ":root"]}`` is one text.
* ``{"$if": "lambda_at_edge", "$then": [...]}`` within a list: the items when the parameter is true;
  as a value within an object: the value, and no such key when the parameter is false.
* ``"$merge": {"$parameter": "plans"}`` within an object: the keys of the parameter, an object.

Text is never searched for markers, so a value can hold no placeholder and break no quoting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from pydantic import JsonValue as Json

from baseline.errors import BaselineError

Values = Mapping[str, Json]


def fill(document: Json, values: Values) -> Json:
    """Give a document with its placeholders replaced; the document itself stays as it is.

    Raises:
        BaselineError: A parameter has no value, a joined part is not text, or a condition is not
            true or false.
    """
    if isinstance(document, list):
        return _once([item for entry in document for item in _items(entry, values)])
    if not isinstance(document, dict):
        return document
    if "$parameter" in document:
        return _value(str(document["$parameter"]), values)
    if "$join" in document:
        return _join(document["$join"], values)
    filled: dict[str, Json] = {}
    for key, value in document.items():
        if key == "$merge":
            filled.update(_object(fill(value, values)))
        elif not isinstance(value, dict) or "$if" not in value:
            filled[key] = fill(value, values)
        elif _wanted(value, values):
            filled[key] = fill(value["$then"], values)
    return filled


def parameters(document: Json) -> Iterator[str]:
    """Give the names of the parameters that a document asks for, once for each place."""
    if isinstance(document, list):
        for entry in document:
            yield from parameters(entry)
    elif isinstance(document, dict):
        for marker in ("$parameter", "$if"):
            if marker in document:
                yield str(document[marker])
        for value in document.values():
            yield from parameters(value)


def _items(entry: Json, values: Values) -> list[Json]:
    """Give what an entry of a list becomes: itself, the items of a list parameter, or nothing."""
    if isinstance(entry, dict) and "$if" in entry:
        return cast("list[Json]", fill(entry["$then"], values)) if _wanted(entry, values) else []
    filled = fill(entry, values)
    spliced = isinstance(entry, dict) and "$parameter" in entry and isinstance(filled, list)
    return cast("list[Json]", filled) if spliced else [filled]


def _wanted(entry: Mapping[str, Json], values: Values) -> bool:
    """Tell whether the parameter of a condition is true."""
    wanted = _value(str(entry["$if"]), values)
    if not isinstance(wanted, bool):
        raise BaselineError(f"$if {entry['$if']}: {wanted!r} is not true or false")
    return wanted


def _object(value: Json) -> dict[str, Json]:
    """Give a value whose keys are merged into an object."""
    if not isinstance(value, dict):
        raise BaselineError(f"$merge needs an object, got {value!r}")
    return value


def _once(items: list[Json]) -> list[Json]:
    """Give a list of texts without repetitions (a governed Region that is also named outright)."""
    if not all(isinstance(item, str) for item in items):
        return items
    return list(dict.fromkeys(cast("list[str]", items)))


def _join(parts: Json, values: Values) -> str:
    """Give the parts as one text."""
    filled = fill(parts, values)
    if not isinstance(filled, list) or not all(isinstance(part, str) for part in filled):
        raise BaselineError(f"$join needs a list of texts, got {filled!r}")
    return "".join(cast("list[str]", filled))


def _value(name: str, values: Values) -> Json:
    """Give a parameter's value."""
    if name not in values:
        raise BaselineError(f"parameter {name} has no value; declare it under parameters")
    return values[name]
