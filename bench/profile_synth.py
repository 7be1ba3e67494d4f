"""Where the time of a synthesis goes: CPU seconds of Python and of the CDK's Node process, step by step.

Usage: ``python bench/profile_synth.py [--json]``. What ``app.py`` does, with a clock between the steps; the
stacks by the time that composing them takes.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
TICKS = os.sysconf("SC_CLK_TCK")
STEPS: dict[str, dict[str, float]] = {}


def python_seconds() -> float:
    """Give the CPU seconds of this process."""
    return time.process_time()


def node_seconds() -> float:
    """Give the CPU seconds of the processes below this one: the CDK's."""
    parents = {}
    spent = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # ended meanwhile
        process = int(path.parent.name)
        parents[process] = int(fields[1])
        spent[process] = (int(fields[11]) + int(fields[12])) / TICKS
    return sum(seconds for process, seconds in spent.items() if _is_below(process, parents))


def _is_below(process: int, parents: dict[int, int]) -> bool:
    while process in parents:
        process = parents[process]
        if process == os.getpid():
            return True
    return False


@contextmanager
def step(name: str) -> Iterator[None]:
    """Add what a step takes."""
    python, node = python_seconds(), node_seconds()
    yield
    STEPS[name] = {"python": python_seconds() - python, "node": node_seconds() - node}


def profile(folder: Path) -> None:
    """Do what app.py does without checks."""
    os.environ |= {"CDK_OUTDIR": str(folder), "CDK_VALIDATION": "false"}
    with step("import the CDK and the baseline"):
        # Before anything of the CDK, because app.py sets what the CDK reads when it is imported.
        import app as application  # noqa: PLC0415
    with step("read and check baseline.yaml"):
        configuration = application.load_or_exit(ROOT / "baseline.yaml")
    with step("start the app"):
        app = application.cdk.App(
            context=application._context_of_cdk_json(),  # noqa: SLF001 - the app's own way
            analytics_reporting=False,
        )
    with step("compose the stacks"):
        application.compose(app, configuration)
    with step("synthesize"):
        app.synth()
    with step("controls.json, cost.json"):
        application.declarations(app)
        counted = application.counted(
            folder, application.landscape(configuration), prefix=configuration.prefix
        )
        application.estimate(configuration, resources=counted).as_json()


def main() -> None:
    """Profile and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="for programs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        profile(Path(folder))
    if options.json:
        print(json.dumps(STEPS))
        return
    print(f"{'step':32}{'Python':>9}{'Node':>9}   CPU seconds")
    for name, spent in STEPS.items():
        print(f"{name:32}{spent['python']:9.2f}{spent['node']:9.2f}")


if __name__ == "__main__":
    main()
