"""What a message says about a finding, whatever service it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Event = dict[str, Any]


@dataclass(kw_only=True)
class Finding:
    """One finding, in words.

    Attributes:
        severity: ``critical``, ``high`` or ``medium``, as the rule decided.
        title: what is wrong, in one line.
        account: ID of the account that it is about.
        region: Region that it is about.
        found_by: service that says so.
        remedy: what to do.
        link: page of the console.
        id: what tells this finding from others.
        facts: further facts, label to text.
        description: more about it.
        guide: page of a documentation.
        ends: how to end messages about it; empty where it comes once.
    """

    severity: str
    title: str
    account: str
    region: str
    found_by: str
    remedy: str
    link: str
    id: str
    facts: dict[str, str] = field(default_factory=dict)
    description: str = ""
    guide: str = ""
    ends: str = ""


def at(value: Any, *path: str | int) -> Any:  # noqa: ANN401 - whatever the event holds there
    """Give what an event holds at a path, or None where the path ends early."""
    for step in path:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and len(value) > step else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


def text(value: Any, *path: str | int) -> str:  # noqa: ANN401 - as above
    """Give what an event holds at a path as text; empty where there is nothing."""
    found = at(value, *path)
    return "" if found is None else str(found)
