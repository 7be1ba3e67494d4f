"""Synthesizes configurations as app.py does and says what is wrong with what comes out.

A program, because a process of its own may have another seed of hashes, and because the CDK keeps
all it ever made. It reads a list of files from standard input and writes a line of JSON for each.
"""

from __future__ import annotations

import functools
import gc
import hashlib
import json
import os
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any
from unittest import mock

# First: it makes the calls of the CDK cheaper before it is imported.
import app

# isort: split
import aws_cdk as cdk

from tests.random.limits import breaches
from tests.support import CONTEXT

KEPT_OUT_OF_MESSAGES = 4_000
PER_COLLECTION = 5


def main() -> None:
    """Judge the files of standard input; ``nag`` switches the packs on."""
    checks = set(sys.argv[1:])
    keep = os.environ.get("RANDOM_TEMPLATES")
    for number, line in enumerate(sys.stdin, 1):
        file = Path(line.strip())
        with tempfile.TemporaryDirectory() as made:
            folder = Path(keep, file.stem) if keep else Path(made)
            sys.stdout.write(json.dumps(judged(file, folder, nag="nag" in checks)) + "\n")
        sys.stdout.flush()
        # The app has switched it off, for it makes one assembly only.
        if number % PER_COLLECTION == 0:
            gc.collect()


def judged(file: Path, folder: Path, *, nag: bool) -> dict[str, Any]:
    """Give what is wrong with the assembly of a configuration, and what its templates hash to."""
    settings = {**CONTEXT, "baseline:config": str(file), "baseline:nag": str(nag).lower()}
    os.environ["CDK_CONTEXT_JSON"] = json.dumps(settings)
    # The CDK's process has the environment of its start; this reaches it.
    made = functools.partial(cdk.App, outdir=str(folder))
    try:
        with mock.patch.object(cdk, "App", made):
            app.main()
    except (Exception, SystemExit):  # noqa: BLE001 - whatever it is, it is a defect
        return {"file": str(file), "wrong": [traceback.format_exc()[-KEPT_OUT_OF_MESSAGES:]]}
    assert list(folder.glob("*.template.json")), "no template"
    texts = {
        path.name: path.read_text(encoding="utf-8")
        for path in sorted(folder.glob("*.json"))
        if path.name.endswith((".template.json", "controls.json", "cost.json"))
    }
    return {
        "file": str(file),
        "wrong": breaches(texts),
        "digests": {
            name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()
        },
    }


if __name__ == "__main__":
    main()
