"""A problem before it has a file: where in the configuration, and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from baseline.config.text import shorten

Path = tuple[str | int, ...]

PATH_LENGTH = 160


@dataclass(frozen=True, slots=True)
class Place:
    """Line and column, both from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem at a path of the configuration; ``()`` is the whole file.

    ``place`` is given only where the path does not lead there, as for a key that stands twice. What a
    check compared with stands in ``rests_on``: where that is refused itself, nothing follows from it.
    ``meant`` is the key that an unknown one is a misspelling of.
    """

    path: Path
    message: str
    place: Place | None = None
    rests_on: tuple[Path, ...] = ()
    meant: Path | None = None


REGIONS: Final[tuple[Path, ...]] = (("regions",),)
DOMAINS: Final[tuple[Path, ...]] = (("organization", "email_domains"),)
"""What many compare with."""


def dotted(path: Path) -> str:
    """Give ``accounts.security.email`` or ``regions[1]`` for a path."""
    shown = ""
    for part in path:
        if isinstance(part, int):
            shown += f"[{part}]"
        else:
            shown += f".{shorten(part)}" if shown else shorten(part)
    return shorten(shown, PATH_LENGTH)
