"""Values as they appear in a message: quoted, short, on one line."""

from __future__ import annotations

LIMIT = 60


def shorten(text: str, limit: int = LIMIT) -> str:
    """Give ``text`` with invisible characters escaped, cut to ``limit`` characters."""
    cut = text[: limit + 1]
    if not cut.isprintable():
        cut = cut.encode("unicode_escape", "replace").decode("ascii")
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
