"""A problem before it has a place: where in the configuration, and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass

from baseline.config.text import shorten

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem at a path of the configuration; ``()`` is the whole file."""

    path: Path
    message: str


def dotted(path: Path) -> str:
    """Give ``accounts.security.email`` or ``regions[1]`` for a path."""
    shown = ""
    for part in path:
        if isinstance(part, int):
            shown += f"[{part}]"
        else:
            shown += f".{shorten(part)}" if shown else shorten(part)
    return shown
