"""checkov over folders of templates."""

from __future__ import annotations

import functools
import json
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

ENVIRONMENT = Path(".venv-checkov")
CHECKS = "lib/python3*/site-packages/checkov/cloudformation/checks"


def checkov(*folders: Path) -> list[dict[str, Any]]:
    """Give the checks that fail.

    Same templates are looked at once. Resources of types that no check names stand there without
    their properties: checkov would copy each policy and state machine for each reference to it.

    Args:
        folders: of templates; their names differ.
    """
    with tempfile.TemporaryDirectory() as there:
        for text, name in _texts(folders).items():
            Path(there, name).write_text(text, encoding="utf-8")
        command = [f"{ENVIRONMENT}/bin/checkov", "--framework", "cloudformation"]
        command += ["--skip-download", "--directory", there]
        command += ["--output", "json", "--quiet", "--compact"]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    report = json.loads(done.stdout)
    checks: list[dict[str, Any]] = report["results"]["failed_checks"]
    assert report["summary"]["passed"] > 0, done.stderr
    assert report["summary"]["parsing_errors"] == 0
    return checks


def _texts(folders: tuple[Path, ...]) -> dict[str, str]:
    """Give the different templates as checkov sees them, each with the name of one file."""
    found: dict[str, str] = {}
    for path in sorted(path for folder in folders for path in folder.glob("*.json")):
        template = json.loads(path.read_text(encoding="utf-8"))
        template["Resources"] = {
            key: row if row["Type"] in named_types() else {"Type": row["Type"], "Properties": {}}
            for key, row in template["Resources"].items()
        }
        # In lines, because checkov names them.
        found.setdefault(json.dumps(template, indent=1), path.name)
    return found


@functools.cache
def named_types() -> frozenset[str]:
    """Give the types of resources that any file of checkov's checks names."""
    (folder,) = ENVIRONMENT.glob(CHECKS)
    files = [path for path in folder.rglob("*") if path.suffix in {".py", ".yaml"}]
    return frozenset(
        name
        for path in files
        for name in re.findall(r"AWS::\w+::\w+", path.read_text(encoding="utf-8"))
    )
