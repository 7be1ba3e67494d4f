"""Runs the judge over documents, each process with hashes of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.random.documents import Json
from tests.support import ROOT

PER_PROCESS = 15
Verdict = dict[str, Any]


def verdicts(
    folder: Path,
    documents: list[Json],
    *checks: str,
    seed: int = 1,
    keep: Path | None = None,
    per_process: int = PER_PROCESS,
) -> list[Verdict]:
    """Synthesize documents as app.py does and give what the judge says of each.

    Args:
        folder: gets the files.
        documents: configurations that are right.
        checks: ``nag`` and ``rules``, what is to be asked besides sizes, counts and sources.
        seed: of Python's hashes; what comes out may not depend on it.
        keep: gets the assemblies; none are kept by default.
        per_process: how many documents a process judges; the CDK keeps what each of them made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"configuration-{index:03}.yaml" for index in range(len(documents))]
    for file, document in zip(files, documents, strict=True):
        file.write_text(json.dumps(document, indent=1), encoding="utf-8")
    batches = [files[start : start + per_process] for start in range(0, len(files), per_process)]
    return [each for batch in batches for each in _judge(batch, checks, seed, keep)]


def _judge(
    files: list[Path], checks: tuple[str, ...], seed: int, keep: Path | None
) -> list[Verdict]:
    environment = {
        **os.environ,
        "PYTHONHASHSEED": str(seed),
        "PYTHONPATH": str(ROOT),
        # Read when the CDK is imported.
        "CDK_DISABLE_STACK_TRACE": "1",
        "CDK_VALIDATION": str("rules" in checks).lower(),
        **({"RANDOM_TEMPLATES": str(keep)} if keep else {}),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.random.judge", *checks],
        cwd=ROOT,
        env=environment,
        input="".join(f"{file}\n" for file in files),
        check=False,
        capture_output=True,
        text=True,
    )
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"file"')]
    assert len(found) == len(files), done.stderr[-3_000:]
    return found
