"""Conditions, defaults, mappings and macros: what changes a resource that looks as it did."""

from __future__ import annotations

import json
from typing import Any

import pytest

from baseline.review import Review, read_assembly, review
from tests.unit.review.conftest import Write, texts, worse

NEVER = {"Fn::Equals": ["a", "b"]}
ALWAYS = {"Fn::Equals": ["a", "a"]}
TRAIL = {"Type": "AWS::CloudTrail::Trail", "Properties": {"IsLogging": True}}


def compared(write: Write, base: dict[str, Any], head: dict[str, Any]) -> Review:
    """Compare two templates that have the same trail."""
    sides = []
    for each in (base, head):
        folder = write({"app": {}}, controls=[])
        template = {"Resources": {"Trail": TRAIL}, **each}
        (folder / "app.template.json").write_text(json.dumps(template), encoding="utf-8")
        sides.append(read_assembly(folder))
    return review(*sides, names=("base", "head"))


def made_if(condition: str) -> dict[str, Any]:
    return {"Resources": {"Trail": {**TRAIL, "Condition": condition}}}


def test_a_resource_behind_a_condition_is_named(write: Write) -> None:
    hidden = {"Conditions": {"Never": NEVER}, **made_if("Never")}
    found = compared(write, {}, hidden)
    assert worse(found) == [("conditional", "warning", "app/Trail")]
    assert "only where the condition `Never` holds" in texts(found)
    back = compared(write, hidden, {})
    assert worse(back) == []
    assert [each.kind for each in back.findings] == ["conditional"]


@pytest.mark.parametrize(
    ("section", "old", "new", "kind"),
    [
        ("Conditions", {"Home": ALWAYS}, {"Home": NEVER}, "condition-changed"),
        ("Mappings", {"Days": {"a": {"b": 365}}}, {"Days": {"a": {"b": 1}}}, "mapping-changed"),
        ("Parameters", {"Days": {"Default": 365}}, {"Days": {"Default": 1}}, "default-changed"),
        ("Transform", "AWS::LanguageExtensions", ["Mine"], "macro-changed"),
    ],
)
def test_what_decides_from_outside_is_named(
    write: Write, section: str, old: Any, new: Any, kind: str
) -> None:
    found = compared(write, {section: old}, {section: new})
    assert worse(found) == [(kind, "warning", "app")]
    assert compared(write, {section: old}, {section: old}).findings == ()


def test_a_hidden_default_is_not_shown(write: Write) -> None:
    sides = [
        {"Parameters": {"Word": {"Default": each, "NoEcho": True}}} for each in ("alpha", "omega")
    ]
    said = texts(compared(write, *sides))
    assert "the default of the parameter `Word` is another" in said
    assert "alpha" not in said
    assert "omega" not in said


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"BootstrapVersion": {"Default": "/a"}}, {"BootstrapVersion": {"Default": "/b"}}),
        ({"Code": {"Default": "0" * 64}}, {"Code": {"Default": "1" * 64}}),
        ({}, {"Days": {"Default": 1}}),
        ({"Days": {"Default": 1, "Description": "a"}}, {"Days": {"Default": 1}}),
        ([], "text"),
    ],
)
def test_what_says_the_same_is_no_change(write: Write, old: Any, new: Any) -> None:
    assert compared(write, {"Parameters": old}, {"Parameters": new}).findings == ()
