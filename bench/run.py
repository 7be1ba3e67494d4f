"""Measure the budgets of the design (section 11), as ratios in one run on one machine: ``make bench``.

What only computes is measured in CPU seconds, those of its own processes included, so that other
work on the machine counts as little as can be; the deployment waits as well, so it is measured by the
clock. Each ratio is one of medians of several rounds, its two sides measured in turns.

Usage: ``python bench/run.py [--rounds N] [--skip-deploy] [--accounts N] [--only TEXT]``. Prints a table and
where the time of a synthesis goes; writes ``bench/results.json``. Exit status 1 when a budget is exceeded.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from measure import ROOT, Row, Spent, in_turns, ratio, run
from rich.console import Console
from rich.table import Table
from ruamel.yaml import YAML

EMPTY_APP = "import aws_cdk as cdk\napp = cdk.App()\ncdk.Stack(app, 'Empty')\napp.synth()\n"
RESULTS = ROOT / "bench" / "results.json"
MAXIMUM_RESOURCES = 400
MAXIMUM_BYTES = 400_000
UNIT_SECONDS = 90
CONSTRUCT_SECONDS = 3
EVALUATIONS = 20_000
DEPLOYMENT_SECONDS = 300
FLAT = 1.10
EACH_REGION = 0.05
"""What a Region more may add to a synthesis: CloudFormation wants stacks of its own in each."""

ENABLED_BY_DEFAULT = [
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ap-south-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-north-1",
    "sa-east-1",
]
"""The Regions that no account has to opt in to: AWS Account Management Reference Guide, "AWS Regions"."""


class Bench:
    """The measurements, sharing one temporary directory."""

    def __init__(self, directory: Path, rounds: int) -> None:
        self._directory = directory
        self._rounds = rounds
        self._example = YAML(typ="safe").load((ROOT / "baseline.yaml").read_text("utf-8"))
        (directory / "empty.py").write_text(EMPTY_APP, encoding="utf-8")

    def against_empty(self) -> list[Row]:
        """Full synthesis against an empty app, validation and nag off."""
        found = in_turns(self._rounds, empty=self._empty, full=lambda: self._synth("full"))
        return [ratio("synthesis of the organization / of an empty app", found, 4.0)]

    def cli_against_empty(self) -> list[Row]:
        """``cdk synth`` with the validator and the nag packs against an empty app's."""

        def cli(app: str, out: str, directory: Path) -> Spent:
            command = ["cdk", "synth", "--quiet", "--app", f"{sys.executable} {app}"]
            return run([*command, "--output", str(self._directory / out)], directory)

        found = in_turns(
            self._rounds,
            empty=lambda: cli("empty.py", "cli-empty", self._directory),
            full=lambda: cli("app.py", "cli-full", ROOT),
        )
        return [ratio("cdk synth with every check / of an empty app", found, 3.0)]

    def accounts(self) -> list[Row]:
        """2,000 member accounts against 10: time, and the templates byte for byte."""
        few, many = self._members(10), self._members(2000)
        found = in_turns(
            self._rounds,
            few=lambda: self._synth("few", few),
            many=lambda: self._synth("many", many),
        )
        same = self._templates("few") == self._templates("many")
        return [
            ratio("synthesis with 2,000 accounts / with 10", found, FLAT),
            Row(
                what="templates with 2,000 accounts and with 10",
                budget="byte-identical",
                measured="identical" if same else "different",
                holds=same,
            ),
        ]

    def regions(self) -> list[Row]:
        """17 Regions against the home Region alone: time, and resources in the templates."""
        count = len(ENABLED_BY_DEFAULT)
        one, many = self._regions(1), self._regions(count)
        found = in_turns(
            self._rounds,
            one=lambda: self._synth("one", one),
            many=lambda: self._synth("seventeen", many),
        )
        largest = {name: self._largest(name)[0] for name in ("one", "seventeen")}
        return [
            ratio(f"synthesis with {count} Regions / with 1", found, 1 + EACH_REGION * (count - 1)),
            Row(
                what=f"resources of the largest template, {count} Regions and 1",
                budget="equal",
                measured=f"{largest['seventeen']} and {largest['one']}",
                holds=largest["seventeen"] == largest["one"],
            ),
        ]

    def templates(self) -> list[Row]:
        """The largest template of the example."""
        if not (self._directory / "full").exists():
            self._synth("full")
        count, size = self._largest("full")
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

    def _synth(self, name: str, config: Path = Path("baseline.yaml")) -> Spent:
        context = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
        context |= {"baseline:config": str(config), "baseline:nag": "false"}
        return run(
            [sys.executable, "app.py"],
            CDK_OUTDIR=str(self._directory / name),
            CDK_CONTEXT_JSON=json.dumps(context),
            CDK_VALIDATION="false",
        )

    def _empty(self) -> Spent:
        out = str(self._directory / "empty.out")
        return run(
            [sys.executable, "empty.py"], self._directory, CDK_OUTDIR=out, CDK_VALIDATION="false"
        )

    def _templates(self, name: str) -> dict[str, bytes]:
        paths = (self._directory / name).glob("*.template.json")
        return {path.name: path.read_bytes() for path in paths}

    def _largest(self, name: str) -> tuple[int, int]:
        found = self._templates(name).values()
        return max(len(json.loads(text)["Resources"]) for text in found), max(map(len, found))

    def _members(self, count: int) -> Path:
        members = {
            f"bench-{number}": {
                "id": str(700_000_000_000 + number),
                "email": f"aws-bench-{number}@example.com",
                "ou": "Workloads/Test",
            }
            for number in range(count)
        }
        both = {**members, **self._example["members"]}
        return self._written(f"accounts-{count}.yaml", {**self._example, "members": both})

    def _regions(self, count: int) -> Path:
        home = self._example["home_region"]
        others = [region for region in ENABLED_BY_DEFAULT if region != home]
        regions = [home, *others[: count - 1]]
        return self._written(f"regions-{count}.yaml", {**self._example, "regions": regions})

    def _written(self, name: str, document: dict[str, object]) -> Path:
        path = self._directory / name
        path.write_text(json.dumps(document, indent=1), encoding="utf-8")
        return path


def proofs() -> list[Row]:
    """Evaluations a second of the guardrails' proofs, in process."""
    report = subprocess.run(
        ["baseline", "guardrails", "test", "--bench", "--json"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    rate = float(json.loads(report.stdout)["evaluations_per_second"])
    return [
        Row(
            what="guardrail evaluations a second",
            budget=f">= {EVALUATIONS:,}",
            measured=f"{rate:,.0f}",
            holds=rate >= EVALUATIONS,
        )
    ]


def unit_tests() -> list[Row]:
    """The fast tests on two cores, which they keep busy; and those of one construct, import aside."""
    command = [sys.executable, "-m", "pytest", "-q", "-m", "not e2e and not tools"]
    spent = run([*command, "-n", "2", "--dist", "loadfile", "tests/unit"])
    seconds = spent.cpu / 2
    imported = run([*command, "--collect-only", CONSTRUCT_TESTS])
    own = run([*command, CONSTRUCT_TESTS]).cpu - imported.cpu
    return [
        Row(
            what="unit tests, on two cores",
            budget=f"< {UNIT_SECONDS} s",
            measured=f"{seconds:.0f} s ({spent.wall:.0f} s by the clock)",
            holds=seconds < UNIT_SECONDS,
            peak=spent.peak,
        ),
        Row(
            what=f"a construct's own tests after import ({Path(CONSTRUCT_TESTS).name})",
            budget=f"< {CONSTRUCT_SECONDS} s",
            measured=f"{own:.1f} s",
            holds=own < CONSTRUCT_SECONDS,
        ),
    ]


CONSTRUCT_TESTS = "tests/unit/primitives/test_secure_bucket.py"


def deployment() -> list[Row]:
    """Wall-clock seconds of the deployment of the example to the embedded AWS."""
    with tempfile.TemporaryDirectory() as folder:
        state = ["--state", folder]
        try:
            spent = run(["baseline", "local", "demo", *state])
        finally:
            run(["baseline", "local", "down", "--purge", *state])
    return [
        Row(
            what="embedded deployment, bootstrap to verification",
            budget=f"< {DEPLOYMENT_SECONDS} s",
            measured=f"{spent.wall:.0f} s",
            holds=spent.wall < DEPLOYMENT_SECONDS,
            peak=spent.peak,
        )
    ]


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
    growth = found["mib"] / found["mib_of_a_tenth"]
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
            budget=f"<= {FLAT:.2f} x",
            measured=f"{growth:.2f} x ({found['mib']:.0f} MiB / {found['mib_of_a_tenth']:.0f} MiB)",
            holds=growth <= FLAT,
            peak=found["mib"],
        ),
    ]


def profile() -> dict[str, dict[str, float]]:
    """Give CPU seconds of Python and Node by step of a synthesis (``bench/profile_synth.py``)."""
    command = [sys.executable, "bench/profile_synth.py", "--json"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    found: dict[str, dict[str, float]] = json.loads(done.stdout.splitlines()[-1])
    return found


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
    parser.add_argument("--only", default="", help="measurements with this text in their name")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name), options.rounds)
        measures: dict[str, Callable[[], list[Row]]] = {
            "synthesis": bench.against_empty,
            "checks": bench.cli_against_empty,
            "accounts": bench.accounts,
            "regions": bench.regions,
            "templates": bench.templates,
            "proofs": proofs,
            "unit": unit_tests,
        }
        if not options.skip_deploy:
            measures["deployment"] = deployment
            measures["settings"] = lambda: settings(options.accounts)
        chosen = [key for key in measures if options.only in key]
        if not chosen:
            parser.error(f"--only {options.only!r} is in no name; the names: {', '.join(measures)}")
        rows: list[Row] = []
        for key, measure in measures.items():
            if key in chosen:
                print(f"measuring: {key}", file=sys.stderr, flush=True)
                found = measure()
                for row in found:
                    print(f"  {row.what}: {row.measured}", file=sys.stderr, flush=True)
                rows += found
    _report(rows, profile())
    sys.exit(not all(row.holds for row in rows))


def _report(rows: list[Row], steps: dict[str, dict[str, float]]) -> None:
    console = Console()
    table = Table("budget of", "budget", "measured", "peak", "verdict")
    for row in rows:
        peak = f"{row.peak:.0f} MiB" if row.peak else ""
        verdict = "holds" if row.holds else "EXCEEDED"
        table.add_row(row.what, row.budget, row.measured, peak, verdict)
    console.print(table)
    where = Table("step of a synthesis", "Python", "Node", title="CPU seconds")
    for name, spent in steps.items():
        where.add_row(name, f"{spent['python']:.2f}", f"{spent['node']:.2f}")
    console.print(where)
    results = {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        "rows": [asdict(row) for row in rows],
        "profile": steps,
    }
    RESULTS.write_text(f"{json.dumps(results, indent=2)}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
