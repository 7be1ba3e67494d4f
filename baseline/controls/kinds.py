"""Types of resources that each capability has in the templates of the examples."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parent / "data" / "resources.json"
"""Written by ``scripts/control_resources.py``."""


@cache
def kinds() -> dict[str, tuple[str, ...]]:
    """Give capability to CloudFormation types; a construct that no example uses is missing."""
    document: dict[str, list[str]] = json.loads(SOURCE.read_text(encoding="utf-8"))
    return {capability: tuple(types) for capability, types in document.items()}
