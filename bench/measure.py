"""How the benches measure: commands in CPU seconds with their peak memory, in turns, as medians."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What a command took, the processes that it started and waited for included.

    Attributes:
        cpu: seconds of the processors.
        wall: seconds by the clock.
        peak: largest resident size of one of the processes, in MiB.
    """

    cpu: float
    wall: float
    peak: float


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table.

    Attributes:
        what: was measured.
        budget: of the design, in words.
        measured: in words.
        holds: whether the budget is kept.
        samples: CPU seconds of every run, by name.
        peak: largest process of them, in MiB.
    """

    what: str
    budget: str
    measured: str
    holds: bool
    samples: dict[str, list[float]] = field(default_factory=dict)
    peak: float | None = None


def run(command: Sequence[str], directory: Path = ROOT, **environment: str) -> Spent:
    """Run a command and give what it took; a failure ends the bench with its last lines."""
    started = time.perf_counter()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command,
            cwd=directory,
            env={**os.environ, **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            said = output.read().decode("utf-8", "replace")
            sys.exit(f"{' '.join(command)} failed:\n{said[-6000:]}")
    return Spent(
        cpu=usage.ru_utime + usage.ru_stime,
        wall=time.perf_counter() - started,
        peak=usage.ru_maxrss / 1024,
    )


def in_turns(rounds: int, **measures: Callable[[], Spent]) -> dict[str, list[Spent]]:
    """Give what each measure took in each round, taken in turns: a busy machine slows all alike."""
    found: dict[str, list[Spent]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            found[name].append(measure())
    return found


def ratio(what: str, found: dict[str, list[Spent]], limit: float) -> Row:
    """Give the row of a ratio: the median of the second measure to that of the first."""
    (base, bases), (name, values) = found.items()
    low, high = (statistics.median(each.cpu for each in row) for row in (bases, values))
    measured = high / low
    return Row(
        what=what,
        budget=f"<= {limit:.2f} x",
        measured=f"{measured:.2f} x ({high:.2f} s / {low:.2f} s of CPU)",
        holds=measured <= limit,
        samples={base: [each.cpu for each in bases], name: [each.cpu for each in values]},
        peak=max(each.peak for each in values),
    )
