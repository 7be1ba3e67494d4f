"""Values as they appear in a message: quoted, short, on one line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

LIMIT = 60


def shorten(text: str, limit: int = LIMIT) -> str:
    """Give ``text`` with invisible characters escaped, cut to ``limit`` characters."""
    cut = text[: limit + 1]
    if not cut.isprintable():
        cut = cut.encode("unicode_escape").decode("ascii")
    return cut if len(cut) <= limit else f"{cut[: limit - 1]}…"


def show(value: object) -> str:
    """Give a value as a message shows it: text in quotes, containers by what they are."""
    match value:
        case str():
            return f"'{shorten(value)}'"
        case dict():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case bool():
            return str(value).lower()
        case None:
            return "nothing"
        case _:
            return shorten(str(value))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Give the known word that somebody probably meant, if one is near enough."""
    spelled: dict[str, str] = {}
    for name in known:
        spelled.setdefault(name.lower(), name)
    near = difflib.get_close_matches(word[:LIMIT].lower(), spelled, n=1, cutoff=0.6)
    return spelled[near[0]] if near else None


def suggestion(word: str, known: Iterable[str]) -> str:
    """Give ``did you mean 'x'?``, or the known words, as many as fit a line."""
    names = list(known)
    if near := nearest(word, names):
        return f"did you mean '{near}'?"
    return f"known: {listed(names)}"


def listed(names: Iterable[str]) -> str:
    """Give names in one short list, with an ellipsis for those that do not fit."""
    return shorten(", ".join(names) or "none", 2 * LIMIT)
