"""All lists of the configuration are sets."""

from __future__ import annotations

from collections.abc import Iterator

from baseline.config.finding import Finding
from baseline.config.text import show
from baseline.config.view import View


def hold_each_value_once(view: View) -> Iterator[Finding]:
    """No list names the same thing twice; addresses and domains differ in more than case."""
    for path in view.lists():
        seen: set[str] = set()
        for place, item in view.items(*path):
            if item.casefold() in seen:
                yield Finding(place, f"{show(item)} stands in the list already; remove it")
            seen.add(item.casefold())
