"""Every field of the models has a value that fits, so that a new one is met without a word here."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from baseline.config import Configuration, Standalone
from baseline.config.configuration import CHECKED_ELSEWHERE
from baseline.config.section import Section
from tests.random.documents import BY_SKELETON, Json, set_field
from tests.random.drawing import repeatable
from tests.random.model_fields import Steps, fields, reached
from tests.random.values import Around

PER_DRAW = 12
AROUND = Around(
    core={
        "management": "111111111111",
        "log_archive": "222222222222",
        "security": "333333333333",
        "network": "444444444444",
        "shared_services": "999999999999",
    },
    members=["555555555555"],
    names=["management", "security", "payments"],
    units=["Security", "Workloads/Test"],
    home="eu-west-1",
    regions=["eu-west-1", "us-east-1"],
)


@pytest.mark.parametrize("root", [Configuration, Standalone])
def test_every_field_has_a_value_of_its_form(root: type[Section]) -> None:
    places = [steps for steps in fields(root) if steps[0] not in BY_SKELETON]
    assert len(places) > 200
    met: set[Steps] = set()
    for start in range(0, len(places), PER_DRAW):
        met |= _met(root, places[start : start + PER_DRAW])
    assert sorted(set(places) - met) == []


def _met(root: type[Section], places: list[Steps]) -> set[Steps]:
    """Set each field in a document of its own, twice."""
    found: set[Steps] = set()

    @settings(repeatable, max_examples=2)
    @given(data=st.data())
    def draw(data: st.DataObject) -> None:
        for steps in places:
            document: Json = {}
            set_field(data.draw, AROUND, document, root, steps)
            assert _misshapen(root, document) == [], steps
            found.update(reached(root, document) & set(places))

    draw()
    return found


def _misshapen(root: type[Section], document: Json) -> list[dict[str, Any]]:
    """Give what is wrong with the types, but for what the rest of the file would hold."""
    try:
        root.model_validate(copy.deepcopy(document), context=CHECKED_ELSEWHERE)
    except ValidationError as error:
        return [
            dict(each)
            for each in error.errors(include_url=False)
            if each["loc"][0] in document or each["type"] != "missing"
        ]
    return []
