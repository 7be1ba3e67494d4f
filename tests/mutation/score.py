"""What the judges said, counted by kind, and the mutants that nobody noticed."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
SCORE = FOLDER / "score.json"
SURVIVORS = FOLDER / "survivors.json"
NOTICED_AT_LEAST = 99
"""In a hundred; a survivor needs a reason besides."""

COLUMNS = ("review", "rule", "contract", "test", "test of its like")
"""The judges. The last one is a test of the same protection in a resource of the same type that
stands in no template of the assembly under that name, such as a key in the test of its construct.
"""


@dataclass(slots=True)
class Verdict:
    """What the judges said of a mutant.

    Attributes:
        kind: of the mutant.
        name: stack, resource, and what is done to it.
        by: judge to what it noticed; who noticed nothing is not in it.
    """

    kind: str
    name: str
    by: dict[str, str] = field(default_factory=dict)


def score(verdicts: Iterable[Verdict]) -> dict[str, dict[str, int]]:
    """Count by kind: mutants, each judge, how many anybody noticed, and how many only the review."""
    found: dict[str, dict[str, int]] = defaultdict(
        lambda: dict.fromkeys(("mutants", "noticed", "review only", *COLUMNS), 0)
    )
    for each in verdicts:
        for row in (found[each.kind], found["all"]):
            row["mutants"] += 1
            row["noticed"] += bool(each.by)
            row["review only"] += set(each.by) == {"review"}
            for judge in each.by:
                row[judge] += 1
    return {kind: found[kind] for kind in sorted(found, key=lambda kind: (kind == "all", kind))}


def survivors(verdicts: Iterable[Verdict]) -> list[str]:
    """Give the mutants that nobody noticed."""
    return sorted(each.name for each in verdicts if not each.by)


def reasons() -> dict[str, str]:
    """Give why a mutant may survive, by its name."""
    found: dict[str, str] = json.loads(SURVIVORS.read_text(encoding="utf-8"))
    return found


def problems(rows: Mapping[str, Mapping[str, int]], alive: Sequence[str]) -> list[str]:
    """List what is wrong with a score: too many survivors, one without a reason, a stale reason."""
    known = reasons()
    low = [
        f"{kind}: {row['noticed']} of {row['mutants']} noticed"
        for kind, row in rows.items()
        if row["noticed"] * 100 < NOTICED_AT_LEAST * row["mutants"]
    ]
    unexplained = [f"survives without a reason: {name}" for name in alive if name not in known]
    stale = [f"noticed by now, take its reason out: {name}" for name in known if name not in alive]
    return [*low, *unexplained, *stale]


def table(rows: Mapping[str, Mapping[str, int]]) -> str:
    """Give the score as a table for the screen."""
    columns = ("mutants", "noticed", "review only", *COLUMNS)
    lines = [f"{'':14}" + "".join(f"{name:>18}" for name in columns)]
    lines += [
        f"{kind:14}" + "".join(f"{row[name]:>18}" for name in columns) for kind, row in rows.items()
    ]
    return "\n".join(lines)


def read_score() -> dict[str, Any]:
    """Give the score that stands in the repository."""
    found: dict[str, Any] = json.loads(SCORE.read_text(encoding="utf-8"))
    return found
