"""Ask for known flaws in every package of the locked environments: ``make audit``.

Each environment goes to ``baseline scan dependencies`` (pip-audit, npm audit), with what else stands
on the command line, such as ``--suppressions`` or ``--advisories osv``. Exit status: 0 nothing is
known, 1 a package has a flaw, 2 something was not audited, because a service could not be asked.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGETS = (".venv", ".venv-checkov", ".venv-docs", "package-lock.json")
"""What ``make setup``, ``make test`` and ``make docs`` install. The scanners lock what they scan with."""

CLEAN, FLAWED, NOT_AUDITED = 0, 1, 2


def audit(target: str, options: list[str]) -> int:
    """Audit one target, print what was found, and give the exit status."""
    command = [sys.executable, "-c", "from baseline.cli import main; main()", "scan"]
    command += ["dependencies", target, "--threshold", "low", *options]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    text = (done.stdout + done.stderr).strip()
    if done.returncode in {CLEAN, FLAWED}:
        print(f"{target}: {'nothing known' if not done.returncode else text}", flush=True)
        return done.returncode
    print(f"{target}: NOT AUDITED: {text}", flush=True)
    return NOT_AUDITED


def main(targets: tuple[str, ...] = TARGETS) -> int:
    """Audit all, and give the status of the worst: a flaw before what was not audited."""
    found = {audit(target, sys.argv[1:]) for target in targets}
    return next(status for status in (FLAWED, NOT_AUDITED, CLEAN) if status in found)


if __name__ == "__main__":
    sys.exit(main())
