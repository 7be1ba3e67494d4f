"""All lists of the configuration are sets."""

from __future__ import annotations

from collections.abc import Iterator

from baseline.config.finding import Finding, Path
from baseline.config.text import show
from baseline.config.view import View


def hold_each_value_once(view: View) -> Iterator[Finding]:
    """No list names the same thing twice; addresses and domains differ in more than case."""
    for path in view.lists():
        seen: set[str | int] = set()
        for place, item in _plain(view.get(path), path):
            same = item.casefold() if isinstance(item, str) else item
            if same in seen:
                yield Finding(place, f"{show(item)} stands in the list already; remove it")
            seen.add(same)


def _plain(entries: object, path: Path) -> Iterator[tuple[Path, str | int]]:
    """Give path and value of each text and number of a list."""
    for index, item in enumerate(entries if isinstance(entries, list | tuple) else ()):
        if isinstance(item, str | int) and not isinstance(item, bool):
            yield (*path, index), item
