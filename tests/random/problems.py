"""Plants a problem in a right document: whichever field it sets may be the wrong one."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

from hypothesis import strategies as st

from baseline.config import Configuration, Standalone
from baseline.config.finding import Path as Position
from tests.random.documents import Json, at_place
from tests.random.model_fields import Kind, is_section, kind, kind_of_field
from tests.random.values import Draw

UNKNOWN = "no_such_key"
MOST_PROBLEMS = 3
# What names everything else: a mistake there says nothing about what leans on it, or says it again.
LEANED_ON = {
    ("organization",),
    ("accounts",),
    ("members",),
    ("organizational_units",),
    ("home_region",),
    ("regions",),
    ("account",),
    ("standalone",),
}


@dataclass(frozen=True)
class Place:
    """A value of a document, and what the models say about it.

    Attributes:
        path: where it stands.
        kind: its type.
        required: its section cannot do without it.
    """

    path: Position
    kind: Kind
    required: bool = False


def places(document: Json) -> list[Place]:
    """Give every value of a document that a problem may replace."""
    root = Standalone if "account" in document and "organization" not in document else Configuration
    found = _below(Kind(root), document, ())
    return [each for each in found if each.path and each.path[:1] not in LEANED_ON]


def _below(of: Kind, value: Any, path: Position, *, required: bool = False) -> Iterator[Place]:
    yield Place(path, of, required)
    if is_section(of.type) and isinstance(value, dict):
        for name, item in value.items():
            field = of.type.model_fields[name]
            needed = field.is_required()
            yield from _below(kind_of_field(field), item, (*path, name), required=needed)
    elif of.origin is dict and isinstance(value, dict):
        for name, item in value.items():
            yield from _below(kind(get_args(of.type)[1]), item, (*path, name))
    elif of.origin is tuple and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _below(kind(get_args(of.type)[0]), item, (*path, index))


def planted(draw: Draw, document: Json) -> tuple[Json, set[Position]]:
    """Plant one to three problems, none inside another's place.

    Returns:
        The document, and where each problem stands.
    """
    wrong = copy.deepcopy(document)
    expected: set[Position] = set()
    known = places(document)
    wanted = draw(st.integers(1, MOST_PROBLEMS))
    for place in draw(
        st.lists(st.sampled_from(known), min_size=wanted, max_size=8, unique_by=lambda p: p.path)
    ):
        if len(expected) < wanted and not any(_related(place.path, each) for each in expected):
            expected.add(_plant(draw, wrong, place))
    return wrong, expected


def _related(one: Position, other: Position) -> bool:
    # A section as a whole: checks compare fields of one section, and one mistake hides another.
    both_deep = len(one) > 1 and len(other) > 1 and one[0] == "capabilities"
    depth = 2 if both_deep else 1
    return one[:depth] == other[:depth]


def _plant(draw: Draw, document: Json, place: Place) -> Position:
    *above, last = place.path
    holder = at_place(document, tuple(above))
    options = list(_mistakes(place, holder[last]))
    name, value = draw(st.sampled_from(options))
    if name == "unknown key":
        holder[last][UNKNOWN] = value
        return (*place.path, UNKNOWN)
    if name == "missing":
        del holder[last]
    elif name == "twice":
        holder[last] = [*holder[last], value]
        return (*place.path, len(holder[last]) - 1)
    else:
        holder[last] = value
    return place.path


def _mistakes(place: Place, value: Any) -> Iterator[tuple[str, Any]]:
    of = place.kind
    yield "type", 7 if is_section(of.type) or of.origin in (dict, tuple) else [["x"]]
    if not of.optional and not isinstance(place.path[-1], int):
        yield "nothing", None
    if place.required:
        yield "missing", None
    if is_section(of.type) and isinstance(value, dict):
        yield "unknown key", 1
    if (
        of.origin is tuple
        and isinstance(value, list)
        and isinstance((value or [None])[-1], str | int)
    ):
        yield "twice", value[-1]
    if of.origin is Literal:
        yield "choice", "no such choice"
    if of.type is bool:
        yield "truth", "true"
    if of.type is int:
        least, most = of.limit("ge"), of.limit("le")
        yield from ([("range", least - 1)] if least is not None else [])
        yield from ([("range", most + 1)] if most is not None else [])
    if of.type is str and (pattern := of.limit("pattern")) and not re.search(pattern, " \u00e4"):
        yield "form", " \u00e4"
