"""The guardrails that the units name."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

from baseline.config.checks import units
from baseline.config.finding import Finding
from baseline.config.text import show, suggestion
from baseline.config.view import View


def known_names() -> frozenset[str] | None:
    """Give the names of all guardrails and sets; None while no catalog is installed."""
    if find_spec("baseline.guardrails.catalog") is None:
        return None
    return frozenset(import_module("baseline.guardrails.catalog").known_names())


def are_known(view: View) -> Iterator[Finding]:
    """Every guardrail of every unit is in the catalog."""
    named = [item for _, unit in units.walk(view) for item in view.items(*unit, "guardrails")]
    known = known_names() if named else None
    for place, name in named:
        if known is not None and name not in known:
            yield Finding(
                place,
                f"{show(name)} is not a guardrail or set; {suggestion(name, sorted(known))}",
            )
