"""What finds, records, tells and answers: whether it still looks where it did, and tells whom it told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from baseline.review.assembly import Resource
from baseline.review.finding import Category, Finding, Severity, code, listed
from baseline.review.protection import KEYS, PERIODS, SWITCHES
from baseline.review.resources import at
from baseline.review.values import Path, leaves, written
from baseline.review.watched import BODY, LIMITS, NARROWING, OFF, OWN, WATCHED, WORDS

JUDGED = KEYS | PERIODS | SWITCHES
"""What :mod:`baseline.review.protection` judges wherever it stands."""

Pairs = Counter[tuple[Path, str]]
"""How often a value stands at a path: one of three rules that block less is less."""


def watching(base: Resource, head: Resource) -> Iterator[Finding]:
    """Compare what a resource finds, records, tells and holds back."""
    for name in _compared(base, head):
        old, new = _pairs(base, name), _pairs(head, name)
        if old == new or _smaller(name, old, new):
            continue
        gone = any(not _off(name, each) for each in old - new)
        less = gone or any(_off(name, each) or _narrows(name, each) for each in new - old)
        severity: Severity = "warning" if less else "note"
        yield Finding(
            category=Category.PROTECTION,
            kind="watches-otherwise" if less else "watches-more",
            severity=severity,
            place=head.place,
            text=_sentence(name, old, new),
            change="worse" if less else "better",
        )


def _compared(base: Resource, head: Resource) -> tuple[str, ...]:
    own = OWN.get(head.type, ()) if base.own else ()
    return (*WATCHED.get(head.type, ()), *own)


def _narrows(name: str, pair: tuple[Path, str]) -> bool:
    return not NARROWING.isdisjoint({name, *pair[0]})


def _pairs(resource: Resource, name: str) -> Pairs:
    """Give the values of a property, but for those that are judged as what protects data."""
    found = at(resource.properties, tuple(name.split(".")))
    if name == BODY and isinstance(found, str):
        found = written(found)
    return Counter(
        (path, str(value))
        for path, value in leaves(_chosen(found))
        if value is not None and not (path and path[-1] in JUDGED | WORDS)
    )


def _chosen(value: Any) -> Any:  # noqa: ANN401 - any value of JSON
    """Give a value in which an empty choice, such as the action ``{"Block": {}}``, is one that counts."""
    if isinstance(value, dict):
        return {key: _chosen(each) if each != {} else "" for key, each in value.items()}
    return [_chosen(each) for each in value] if isinstance(value, list) else value


def _off(name: str, pair: tuple[Path, str]) -> bool:
    path, value = pair
    return ((path or name.split("."))[-1], value.lower()) in OFF


def _smaller(name: str, old: Pairs, new: Pairs) -> bool:
    if name not in LIMITS or not old or not new:
        return False
    was, is_ = ([value for _, value in side] for side in (old, new))
    return all(each.isdigit() for each in (*was, *is_)) and int(is_[0]) < int(was[0])


def _sentence(name: str, old: Pairs, new: Pairs) -> str:
    if not new:
        return f"{code(name)} is gone: {_shown(old)}"
    gone, come = old - new, new - old
    if gone and come:
        return f"{code(name)} has {_shown(come)} instead of {_shown(gone)}"
    return (
        f"{code(name)} has {_shown(come)} besides" if come else f"{code(name)} loses {_shown(gone)}"
    )


def _shown(pairs: Pairs) -> str:
    return listed(_row(path, value) for path, value in pairs)


def _row(path: Sequence[str], value: str) -> str:
    return f"{'.'.join(path)} {value}" if path else value
