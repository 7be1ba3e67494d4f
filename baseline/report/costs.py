"""What the baseline costs a month, by account and by capability, from the estimate."""

from __future__ import annotations

from collections.abc import Iterable

from baseline.cost import Estimate, Line
from baseline.report.model import Amount, Cost

MOST_PARTS = 6


def cost_of(estimate: Estimate) -> Cost:
    """Give the sums of an estimate, the largest first."""
    return Cost(
        total=estimate.total,
        accounts=_amounts(
            (line.account or line.account_class, _class(line), line.capability, line.monthly)
            for line in estimate.lines
        ),
        capabilities=_amounts(
            (line.capability, "", line.item, line.monthly) for line in estimate.lines
        ),
        assumptions=_assumptions(estimate.lines),
    )


def _class(line: Line) -> str:
    return line.account_class if line.account else "all accounts of the class"


def _amounts(rows: Iterable[tuple[str, str, str, float]]) -> tuple[Amount, ...]:
    sums: dict[tuple[str, str], dict[str, float]] = {}
    for name, note, part, monthly in rows:
        parts = sums.setdefault((name, note), {})
        parts[part] = parts.get(part, 0.0) + monthly
    amounts = [
        Amount(
            name=name,
            note=note,
            monthly=round(sum(parts.values()), 2),
            parts=tuple(
                sorted(
                    ((part, round(value, 2)) for part, value in parts.items()),
                    key=lambda item: (-item[1], item[0]),
                )[:MOST_PARTS]
            ),
        )
        for (name, note), parts in sums.items()
    ]
    return tuple(sorted(amounts, key=lambda row: (-row.monthly, row.name)))


def _assumptions(lines: Iterable[Line]) -> tuple[str, ...]:
    return tuple(sorted({line.assumption for line in lines if line.assumption}))
