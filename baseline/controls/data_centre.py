"""What takes the place of each control of a data center, and who answers for it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parent / "data" / "data_centre.json"
RESPONSIBLE = {"aws": "AWS", "both": "AWS and you", "you": "you"}
"""How the page names who answers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Traditional:
    """A control of a data center.

    Attributes:
        control: what it was called.
        purpose: what it was for.
        responsible: key of ``RESPONSIBLE``.
        here: what takes its place.
        capabilities: the capabilities that do.
        aws: what AWS answers for.
        you: what stays with the organization.
        open: what this repository leaves open; empty where nothing is.
    """

    control: str
    purpose: str
    responsible: str
    here: str
    capabilities: tuple[str, ...]
    aws: str
    you: str
    open: str = ""


@cache
def traditional_controls() -> tuple[Traditional, ...]:
    """Give the controls in the order of the page."""
    rows = json.loads(SOURCE.read_text(encoding="utf-8"))
    return tuple(Traditional(**{**row, "capabilities": tuple(row["capabilities"])}) for row in rows)
