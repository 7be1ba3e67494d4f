"""Recorded events of exposed and destroyed data, by what they are."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

RECORDED: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "events" / "data.json").read_text()
)["events"]


def names(playbook: str) -> list[str]:
    """Give the names of a playbook's events."""
    return [name for name, each in RECORDED.items() if each["playbook"] == playbook]


def event(name: str, **replaced: str) -> dict[str, Any]:
    """Give an event; names in it are replaced by others.

    Args:
        name: what it is.
        replaced: a word such as ``SNAPSHOT`` to what stands in its place.
    """
    text = json.dumps(RECORDED[name]["event"])
    for old, new in replaced.items():
        text = text.replace(old, new)
    return copy.deepcopy(json.loads(text))
