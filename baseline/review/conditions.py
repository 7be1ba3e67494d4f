"""What both sides of a comparison allow: conditions that went, resources that came."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping

from baseline.review.finding import Change, Finding, Severity, listed
from baseline.review.statements import Grant, Variant
from baseline.review.subject import Subject, who
from baseline.review.values import text

NEGATIVE = ("Not", "Null")


def widened(
    subject: Subject, old: Mapping[Grant, set[Variant]], new: Mapping[Grant, set[Variant]]
) -> Iterator[Finding]:
    """Compare what both sides allow: conditions that went, resources that came."""
    told: dict[tuple[str, str, Severity, str], list[str]] = defaultdict(list)
    places: dict[tuple[str, Severity, tuple[str, ...]], list[str]] = defaultdict(list)
    for grant in sorted(old.keys() & new.keys()):
        principal, action = grant
        for kind, severity, how in _weaker(old[grant], new[grant]):
            if action not in told[principal, kind, severity, how]:
                told[principal, kind, severity, how].append(action)
    for (principal, kind, severity, how), actions in told.items():
        if kind == "widened":
            places[principal, severity, tuple(actions)].append(how)
            continue
        change: Change = "better" if kind == "narrowed" else "worse"
        sentence = f"{who(principal)}allows {listed(actions)} {how}"
        yield subject.finding(kind, severity, sentence, change=change)
    for (principal, severity, several), found in places.items():
        sentence = f"{who(principal)}allows {listed(several)} on {listed(found)} as well"
        yield subject.finding("widened", severity, sentence)


def _weaker(old: set[Variant], new: set[Variant]) -> Iterator[tuple[str, Severity, str]]:
    for variant in sorted(new - old, key=str):
        before = [row for row in old if row.resource == variant.resource]
        if not before:
            severity: Severity = "error" if variant.resource == "*" else "warning"
            yield "widened", severity, variant.resource
        elif any(row.conditions < variant.conditions for row in before):
            yield "narrowed", "note", "under more conditions"
        else:
            yield from _otherwise(before, variant)


def _otherwise(before: list[Variant], variant: Variant) -> Iterator[tuple[str, Severity, str]]:
    """Say what is different about the conditions under which the same is allowed on the same."""
    # The same key under another operator is another condition, and none that went.
    gone = {_key(key) for row in before for key, _ in row.conditions}
    gone -= {_key(key) for key, _ in variant.conditions}
    if gone:
        yield "condition-removed", "error", f"without the condition {listed(gone)}"
        return
    dropped = _dropped(before, variant)
    if dropped:
        yield "condition-removed", "error", f"without the condition {listed(dropped)}"
        return
    old: dict[str, set[str]] = defaultdict(set)
    for row in before:
        for key, values in row.conditions:
            old[key] |= {text(each) for each in json.loads(values)}
    more = {
        f"{key} {value}"
        for key, values in variant.conditions
        for value in {text(each) for each in json.loads(values)} - old[key]
    }
    negative = any(word in _operator(key) for key, _ in variant.conditions for word in NEGATIVE)
    if more or negative:
        changed = listed(more) if more else "fewer values"
        yield "condition-changed", "warning", f"under another condition: {changed}"
    else:
        yield "narrowed", "note", "under narrower conditions"


def _dropped(before: list[Variant], variant: Variant) -> set[str]:
    """Give operators with keys that went and that nothing came for, such as the ``Null`` of a set."""
    names = {key for key, _ in variant.conditions}
    all_before = ({key for key, _ in row.conditions} for row in before)
    return {key for row in all_before if names < row for key in row - names}


def _operator(key: str) -> str:
    return key.partition(" ")[0]


def _key(key: str) -> str:
    return key.rpartition(" ")[2]
