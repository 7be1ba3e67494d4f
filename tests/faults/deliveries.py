"""How events arrive: twice, in another order, and with parts that nobody expects."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

Event = TypeVar("Event")
Json = Any

HUGE = "x" * 300_000
STRANGE: tuple[Json, ...] = (None, "", 7, True, [], {}, ["strange"], {"strange": "strange"}, "\x00")


def twice(events: Sequence[Event]) -> list[Event]:
    """Deliver each event a second time, at once."""
    return [copy.deepcopy(event) for event in events for _ in range(2)]


def disordered(events: Sequence[Event], seed: int) -> list[Event]:
    """Deliver the events in another order, the same one for the same seed."""
    mixed = [copy.deepcopy(event) for event in events]
    random.Random(seed).shuffle(mixed)  # noqa: S311 - an order, no secret
    return mixed


def places(document: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Give the way to every part of a document, the document itself aside."""
    parts: Iterator[tuple[str | int, Json]] = iter(())
    if isinstance(document, dict):
        parts = iter(document.items())
    elif isinstance(document, list):
        parts = iter(enumerate(document))
    for name, part in parts:
        yield (*path, name)
        yield from places(part, (*path, name))


def without(document: Json, path: tuple[str | int, ...]) -> Json:
    """Give the document without one part."""
    made, parent = _opened(document, path)
    del parent[path[-1]]
    return made


def with_value(document: Json, path: tuple[str | int, ...], value: Json) -> Json:
    """Give the document with another value in one place."""
    made, parent = _opened(document, path)
    parent[path[-1]] = copy.deepcopy(value)
    return made


def poisoned(document: Json, strange: Sequence[Json] = STRANGE) -> Iterator[tuple[str, Json]]:
    """Give the document with each part missing, and with each strange value in its place."""
    for path in places(document):
        where = ".".join(map(str, path))
        yield f"{where} missing", without(document, path)
        for value in strange:
            yield f"{where} is {str(value)[:20]!r}", with_value(document, path, value)


def sampled(document: Json, strange: Sequence[Json] = STRANGE) -> Iterator[tuple[str, Json]]:
    """Give the document with each part missing, and one strange value in each place."""
    for number, path in enumerate(places(document)):
        where = ".".join(map(str, path))
        yield f"{where} missing", without(document, path)
        value = strange[number % len(strange)]
        yield f"{where} is {str(value)[:20]!r}", with_value(document, path, value)


def _opened(document: Json, path: tuple[str | int, ...]) -> tuple[Json, Json]:
    made = copy.deepcopy(document)
    parent = made
    for step in path[:-1]:
        parent = parent[step]
    return made, parent
