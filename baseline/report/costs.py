"""What the baseline costs a month, by account and by capability, from the estimate."""

from __future__ import annotations

from collections.abc import Iterable

from baseline.cost import Estimate, Line
from baseline.report.model import Amount, Cost

MOST_PARTS = 4


def cost_of(estimate: Estimate) -> Cost:
    """Give the sums of an estimate, the largest first.

    Members stand together, as the estimate has them: a class of accounts, how many they are, and
    what one of them costs.
    """
    titles = estimate.capabilities
    return Cost(
        total=round(estimate.total, 2),
        low=round(estimate.low, 2),
        high=round(estimate.high, 2),
        prices_checked=estimate.prices_checked,
        accounts=_amounts(
            (line.account_class, _who(line), titles.get(line.capability, line.capability), line)
            for line in estimate.lines
        ),
        capabilities=_amounts(
            (titles.get(line.capability, line.capability), "", line.text or line.item, line)
            for line in estimate.lines
        ),
        assumptions=tuple(
            f"{each.text}: {each.value:g} {each.unit}" for each in estimate.assumptions
        ),
        remarks=tuple(estimate.remarks),
    )


def _who(line: Line) -> str:
    if line.account:
        return line.account
    return f"{line.accounts:,} account{'s' * (line.accounts != 1)}"


def _amounts(rows: Iterable[tuple[str, str, str, Line]]) -> tuple[Amount, ...]:
    sums: dict[str, dict[str, float]] = {}
    notes: dict[str, str] = {}
    for name, note, part, line in rows:
        parts = sums.setdefault(name, {})
        parts[part] = parts.get(part, 0.0) + line.monthly
        notes[name] = note
    amounts = [
        Amount(
            name=name,
            note=notes[name],
            monthly=round(sum(parts.values()), 2),
            parts=_largest(parts),
        )
        for name, parts in sums.items()
    ]
    return tuple(sorted(amounts, key=lambda row: (-row.monthly, row.name)))


def _largest(parts: dict[str, float]) -> tuple[tuple[str, float], ...]:
    """Give the largest parts; none that costs nothing."""
    rows = [(part, round(value, 2)) for part, value in parts.items() if round(value, 2)]
    return tuple(sorted(rows, key=lambda row: (-row[1], row[0]))[:MOST_PARTS])
