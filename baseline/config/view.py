"""Reads a configuration that may be wrong: what is there and well formed, and nothing else.

The checks read through it, so that a mistake in one section hides no problem of another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from baseline.config.finding import Path


class View:
    """Tolerant access to the values of a configuration."""

    def __init__(self, value: object) -> None:
        self.root = value

    def get(self, path: Path) -> object:
        """Give the value at a path, or None where there is none."""
        value = self.root
        for part in path:
            # The concrete type first: asking the abstract one takes ten times as long.
            if isinstance(part, str) and isinstance(value, (dict, Mapping)):
                value = value.get(part)
            elif isinstance(value, list | tuple) and isinstance(part, int) and part < len(value):
                value = value[part]
            else:
                return None
        return value

    def text(self, *path: str | int) -> str | None:
        """Give the text at a path, or None where there is no text."""
        value = self.get(path)
        return value if isinstance(value, str) else None

    def number(self, *path: str | int, default: int) -> int | None:
        """Give the whole number at a path, the default where the key is absent, else None."""
        *parent, key = path
        section = self.get(tuple(parent))
        if section is None or (isinstance(section, Mapping) and key not in section):
            return default
        value = self.get(path)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def enabled(self, *path: str | int) -> bool:
        """Tell whether a switch is on; it is unless the configuration says false."""
        return self.get(path) is not False

    def keys(self, *path: str | int) -> list[str]:
        """Give the keys of the mapping at a path; none where there is no mapping."""
        value = self.get(path)
        return [str(key) for key in value] if isinstance(value, Mapping) else []

    def items(self, *path: str | int) -> list[tuple[Path, str]]:
        """Give path and text of each text in the list at a path."""
        value = self.get(path)
        if not isinstance(value, list | tuple):
            return []
        return [((*path, index), item) for index, item in enumerate(value) if isinstance(item, str)]

    def lists(self) -> Iterator[Path]:
        """Give the path of every list."""
        yield from _lists(self.root, ())

    def accounts(self) -> list[Path]:
        """Give the path of every account, the core accounts first."""
        return [
            (section, name)
            for section in ("accounts", "members")
            for name in self.keys(section)
            if isinstance(self.get((section, name)), Mapping)
        ]


def _lists(value: object, path: Path) -> Iterator[Path]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _lists(item, (*path, str(key)))
    elif isinstance(value, list | tuple):
        yield path
        for index, item in enumerate(value):
            yield from _lists(item, (*path, index))
