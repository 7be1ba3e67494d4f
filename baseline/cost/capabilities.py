"""The capabilities that an estimate is told by, and the stacks that belong to each."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from importlib.resources import files

OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class Capability:
    """A row of the report.

    Attributes:
        id: in kebab case, such as ``network``.
        title: for people.
        stacks: IDs of its stacks, and names of its StackSets without the prefix; those of other Regions
            go on with a hyphen.
        nothing: why it costs nothing where it has no paid resource; empty where it has one always.
    """

    id: str
    title: str
    stacks: tuple[str, ...]
    nothing: str


@functools.cache
def capabilities() -> dict[str, Capability]:
    """Give every capability by its ID, in the order of the report."""
    text = files(__package__).joinpath("data/capabilities.json").read_text(encoding="utf-8")
    rows = (Capability(**(row | {"stacks": tuple(row["stacks"])})) for row in json.loads(text))
    return {row.id: row for row in rows}


@functools.cache
def capability_of(stack: str) -> str:
    """Give the capability of a stack, or of a StackSet by its name without the prefix.

    Stacks that somebody has added to the app are ``other``.
    """
    name = stack.removeprefix("standalone-")
    found = [
        (len(start), row.id)
        for row in capabilities().values()
        for start in row.stacks
        if name == start or name.startswith(f"{start}-")
    ]
    return max(found)[1] if found else OTHER
