"""The guardrails that the units name."""

from __future__ import annotations

from collections.abc import Iterator

from baseline.config.checks import units
from baseline.config.finding import Finding
from baseline.config.text import show, suggestion
from baseline.config.view import View


def known_names() -> frozenset[str]:
    """Give the names of all guardrails and sets."""
    # Imported here, because the catalog's modules read the configuration's names and quotas.
    from baseline.guardrails import catalog  # noqa: PLC0415

    return catalog.known_names()


def are_known(view: View) -> Iterator[Finding]:
    """Every guardrail of every unit is in the catalog."""
    named = [item for _, unit in units.walk(view) for item in view.items(*unit, "guardrails")]
    known = known_names() if named else frozenset()
    for place, name in named:
        if name not in known:
            yield Finding(
                place,
                f"{show(name)} is not a guardrail or set; {suggestion(name, sorted(known))}",
            )
