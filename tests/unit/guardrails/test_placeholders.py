"""Placeholders are filled in by walking the document, never by searching text."""

from __future__ import annotations

import pytest
from pydantic import JsonValue as Json

from baseline.errors import BaselineError
from baseline.guardrails.placeholders import fill, parameters

VALUES: dict[str, Json] = {
    "name": "x",
    "many": ["a", "b"],
    "on": True,
    "off": False,
    "trap": '"}, {"',
}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"$parameter": "name"}, "x"),
        ({"k": {"$parameter": "many"}}, {"k": ["a", "b"]}),
        ([{"$parameter": "many"}, "c", "a"], ["a", "b", "c"]),
        ([{"$parameter": "name"}], ["x"]),
        ({"$join": ["arn:", {"$parameter": "name"}, ":y"]}, "arn:x:y"),
        ([1, {"$if": "on", "$then": [2, {"$parameter": "name"}]}], [1, 2, "x"]),
        ([1, {"$if": "off", "$then": [2]}], [1]),
        ([{"a": 1}, {"a": 1}], [{"a": 1}, {"a": 1}]),
        ("{$parameter}", "{$parameter}"),
        ([{"$parameter": "trap"}], ['"}, {"']),
    ],
)
def test_fill(document: Json, expected: Json) -> None:
    assert fill(document, VALUES) == expected


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"$parameter": "nope"}, "parameter nope has no value"),
        ({"$join": ["a", {"$parameter": "many"}, 1]}, "needs a list of texts"),
        ({"$join": "a"}, "needs a list of texts"),
        ([{"$if": "name", "$then": []}], "'x' is not true or false"),
    ],
)
def test_what_cannot_be_filled_in_is_refused(document: Json, message: str) -> None:
    with pytest.raises(BaselineError, match=message):
        fill(document, VALUES)


def test_parameters_are_found_everywhere() -> None:
    document: Json = {"a": [{"$if": "on", "$then": [{"$join": [{"$parameter": "name"}]}]}]}
    assert list(parameters(document)) == ["on", "name"]
