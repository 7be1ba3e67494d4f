"""Measure the budgets of the design, as ratios in one run on one machine.

What only computes is measured in CPU seconds, those of its own processes included, so that other
work on the machine does not count; the deployment waits as well, so it is measured by the clock.

Usage: ``make bench`` or ``python bench/run.py [--rounds N] [--skip-deploy] [--accounts N]``. Prints a
table and writes ``bench/results.json``. Exit status 1 when a budget is exceeded.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
EMPTY_APP = "import aws_cdk as cdk\napp = cdk.App()\ncdk.Stack(app, 'Empty')\napp.synth()\n"
MAXIMUM_RESOURCES = 400
MAXIMUM_BYTES = 400_000


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table: what, its budget, what was measured, and whether it holds."""

    what: str
    budget: str
    measured: str
    holds: bool


class Spent(NamedTuple):
    """Seconds that a command took: of the processors, and by the clock."""

    cpu: float
    wall: float


def run(command: list[str], directory: Path = ROOT, **environment: str) -> Spent:
    """Run a command and give what it took; a failure ends the bench."""
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        command,
        cwd=directory,
        env={**os.environ, **environment},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Spent(cpu, time.perf_counter() - started)


def interleaved(rounds: int, *measures: Callable[[], float]) -> list[float]:
    """Give the median of each measure, taken in turns so that a busy machine slows all alike."""
    samples = [[measure() for measure in measures] for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*samples, strict=True)]


class Bench:
    """The measurements, sharing one temporary directory."""

    def __init__(self, directory: Path, rounds: int) -> None:
        self._directory = directory
        self._rounds = rounds
        (directory / "empty.py").write_text(EMPTY_APP, encoding="utf-8")

    def synth(
        self, name: str, config: Path = Path("baseline.yaml"), *, checks: bool = False
    ) -> float:
        """Give the CPU seconds of ``python app.py``."""
        context = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
        context |= {"baseline:config": str(config), "baseline:nag": str(checks).lower()}
        return run(
            [sys.executable, "app.py"],
            CDK_OUTDIR=str(self._directory / name),
            CDK_CONTEXT_JSON=json.dumps(context),
            CDK_VALIDATION=str(checks).lower(),
        ).cpu

    def empty(self) -> float:
        """Give the CPU seconds of an app with one empty stack."""
        out = str(self._directory / "empty.out")
        return run(
            [sys.executable, "empty.py"], self._directory, CDK_OUTDIR=out, CDK_VALIDATION="false"
        ).cpu

    def against_empty(self) -> Row:
        """Full synthesis against an empty app, validation and nag off."""
        empty, full = interleaved(self._rounds, self.empty, lambda: self.synth("full"))
        return _ratio("synthesis of the organization / of an empty app", full, empty, 4.0)

    def cli_against_empty(self) -> Row:
        """``cdk synth`` with the validator and the nag packs against an empty app's."""

        def cli(app: str, out: str, directory: Path) -> float:
            command = [
                "cdk",
                "synth",
                "--quiet",
                "--app",
                app,
                "--output",
                str(self._directory / out),
            ]
            return run(command, directory).cpu

        empty, full = interleaved(
            self._rounds,
            lambda: cli(f"{sys.executable} empty.py", "cli-empty", self._directory),
            lambda: cli(f"{sys.executable} app.py", "cli-full", ROOT),
        )
        return _ratio("cdk synth with every check / of an empty app", full, empty, 3.0)

    def accounts(self) -> list[Row]:
        """2,000 member accounts against 10: time, and the templates byte for byte."""
        few, many = self._members(10), self._members(2000)
        small, large = interleaved(
            self._rounds, lambda: self.synth("few", few), lambda: self.synth("many", many)
        )
        same = _templates(self._directory / "few") == _templates(self._directory / "many")
        return [
            _ratio("synthesis with 2,000 accounts / with 10", large, small, 1.10),
            Row(
                what="templates with 2,000 accounts and with 10",
                budget="byte-identical",
                measured="identical" if same else "different",
                holds=same,
            ),
        ]

    def templates(self) -> list[Row]:
        """The largest template of the example."""
        found = _templates(self._directory / "full")
        count = max(len(json.loads(text)["Resources"]) for text in found.values())
        size = max(len(text) for text in found.values())
        return [
            Row(
                what="resources of the largest template",
                budget=f"< {MAXIMUM_RESOURCES}",
                measured=str(count),
                holds=count < MAXIMUM_RESOURCES,
            ),
            Row(
                what="bytes of the largest template",
                budget=f"< {MAXIMUM_BYTES:,}",
                measured=f"{size:,}",
                holds=size < MAXIMUM_BYTES,
            ),
        ]

    def _members(self, count: int) -> Path:
        lines = (
            f"  bench-{n}: {{id: '{700000000000 + n}', email: aws-bench-{n}@example.com, "
            "ou: Workloads/Test}\n"
            for n in range(count)
        )
        text = (ROOT / "baseline.yaml").read_text(encoding="utf-8")
        path = self._directory / f"accounts-{count}.yaml"
        path.write_text(
            text.replace("\nmembers:\n", f"\nmembers:\n{''.join(lines)}"), encoding="utf-8"
        )
        return path


def _templates(directory: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in directory.glob("*.template.json")}


def _ratio(what: str, measured: float, base: float, limit: float) -> Row:
    ratio = measured / base
    return Row(
        what=what,
        budget=f"<= {limit:.2f} x",
        measured=f"{ratio:.2f} x ({measured:.2f} s / {base:.2f} s of CPU)",
        holds=ratio <= limit,
    )


def proofs() -> Row:
    """Evaluations a second of the guardrails' proofs, in process."""
    report = subprocess.run(
        ["baseline", "guardrails", "test", "--bench", "--json"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    rate = float(json.loads(report.stdout)["evaluations_per_second"])
    return Row(
        what="guardrail evaluations a second",
        budget=">= 20,000",
        measured=f"{rate:,.0f}",
        holds=rate >= 20_000,  # noqa: PLR2004 - the budget printed beside it
    )


def unit_tests() -> Row:
    """Seconds of the fast tests on two cores, which they keep busy."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "tests/unit"]
    seconds = run([*command, "-m", "not e2e and not tools"]).cpu / 2
    return Row(what="unit tests", budget="< 90 s", measured=f"{seconds:.0f} s", holds=seconds < 90)  # noqa: PLR2004


def deployment(directory: Path) -> Row:
    """Wall-clock seconds of the deployment of the example to the embedded AWS."""
    state = ["--state", str(directory / "local")]
    try:
        seconds = run(["baseline", "local", "demo", *state]).wall
    finally:
        run(["baseline", "local", "down", "--purge", *state])
    return Row(
        what="embedded deployment, bootstrap to verification",
        budget="< 300 s",
        measured=f"{seconds:.0f} s",
        holds=seconds < 300,  # noqa: PLR2004
    )


def settings(accounts: int) -> list[Row]:
    """Account settings in the embedded AWS (``bench/settings.py`` says how): pace and memory."""
    done = subprocess.run(
        [sys.executable, "bench/settings.py", "--accounts", str(accounts)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    ratio = found["mib"] / found["mib_of_a_tenth"]
    return [
        Row(
            what=f"account settings, {found['accounts']} accounts x {found['regions']} Regions",
            budget="none fails",
            measured=f"{found['accounts_per_second']} accounts/s ({found['seconds']:.0f} s), "
            f"{found['failed']} failed",
            holds=not found["failed"],
        ),
        Row(
            what="largest function, all accounts / a tenth of them",
            budget="<= 1.10 x",
            measured=f"{ratio:.2f} x ({found['mib']:.0f} MiB / {found['mib_of_a_tenth']:.0f} MiB)",
            holds=ratio <= 1.10,  # noqa: PLR2004 - the budget printed beside it
        ),
    ]


def main() -> None:
    """Measure, print, write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds per ratio (default 5)")
    parser.add_argument(
        "--skip-deploy", action="store_true", help="leave out what needs the embedded AWS"
    )
    parser.add_argument(
        "--accounts", type=int, default=1000, help="accounts of the settings (default 1000)"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name), options.rounds)
        rows = [bench.against_empty(), bench.cli_against_empty(), *bench.accounts()]
        rows += [*bench.templates(), proofs(), unit_tests()]
        if not options.skip_deploy:
            rows += [deployment(Path(name)), *settings(options.accounts)]
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    _report(rows, peak)
    sys.exit(not all(row.holds for row in rows))


def _report(rows: list[Row], peak: int) -> None:
    table = Table("budget of", "budget", "measured", "verdict")
    for row in rows:
        table.add_row(row.what, row.budget, row.measured, "holds" if row.holds else "EXCEEDED")
    console = Console()
    console.print(table)
    console.print(f"largest process: {peak} MiB")
    results = {"rows": [asdict(row) for row in rows], "peak_mib": peak}
    path = ROOT / "bench" / "results.json"
    path.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
