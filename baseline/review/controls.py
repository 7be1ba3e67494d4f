"""Controls and capabilities that a change gains or loses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from baseline.review.assembly import Assembly
from baseline.review.finding import Category, Change, Finding, Place, Severity, listed


def controls(base: Assembly, head: Assembly) -> Iterator[Finding]:
    """Compare the controls that constructs declare; nothing where a side has no list of them."""
    if base.controls is None or head.controls is None:
        return
    lost, gained = base.controls - head.controls, head.controls - base.controls
    yield from _told(lost, {name for name, _ in head.controls}, worse=True)
    yield from _told(gained, {name for name, _ in base.controls}, worse=False)


def _told(rows: frozenset[tuple[str, str]], others: set[str], *, worse: bool) -> Iterator[Finding]:
    by_capability: dict[str, set[str]] = defaultdict(set)
    for capability, control in rows:
        by_capability[capability].add(control)
    change: Change = "worse" if worse else "better"
    severity: Severity = "error" if worse else "note"
    for capability, found in sorted(by_capability.items()):
        named = found - {""}
        whole = capability not in others
        if not named and not whole:
            continue
        verb = "is gone" if worse else "is new"
        sentence = (
            f"the capability {verb}" if whole else f"{'loses' if worse else 'gains'} controls"
        )
        yield Finding(
            category=Category.CONTROLS,
            kind="control-lost" if worse else "control-gained",
            severity=severity,
            place=Place(name=capability),
            text=f"{sentence}{f': {listed(named)}' if named else ''}",
            change=change,
        )
