"""The controls of Control Tower that the baseline knows by name, and what is special about some."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Final

DATA = Path(__file__).parent / "data" / "control_tower_controls.json"

ROOT_USER: Final = "AWS-GR_RESTRICT_ROOT_USER"
"""Denies what root users do; the parameter ExemptAssumeRoot leaves central root access alone."""

REGION_DENY: Final = "AWS-GR_REGION_DENY"
"""Belongs to the landing zone. Source: Control Tower API Reference, "EnableControl"."""


@cache
def known() -> dict[str, frozenset[str]]:
    """Give ``detective`` and ``preventive`` to the names of the controls of that kind."""
    data = json.loads(DATA.read_text(encoding="utf-8"))
    return {kind: frozenset(data[kind]) for kind in ("detective", "preventive")}


def detective(name: str) -> bool:
    """Tell whether a control is known to be evaluated by AWS Config."""
    return name.rpartition("/")[2] in known()["detective"]
