"""Walks through a configuration that has been read, whatever its sections are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from baseline.config.finding import Path
from baseline.config.section import Section


def sections(section: Section, path: Path = ()) -> Iterator[tuple[Path, Section]]:
    """Give every section with its path, parents first, in the order of the model."""
    yield path, section
    for name in type(section).model_fields:
        yield from _below(getattr(section, name), (*path, name))


def _below(value: object, path: Path) -> Iterator[tuple[Path, Section]]:
    if isinstance(value, Section):
        yield from sections(value, path)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _below(item, (*path, str(key)))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _below(item, (*path, index))
