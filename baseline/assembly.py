"""What everybody needs who reads a cloud assembly: whether it is one, and its files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from baseline.errors import BaselineError

MANIFEST = "manifest.json"


def artifacts(folder: Path) -> dict[str, Any]:
    """Give the artifacts that the manifest of a cloud assembly names.

    Raises:
        BaselineError: the folder is none, or its manifest is no JSON object.
    """
    if not (folder / MANIFEST).is_file():
        raise BaselineError(
            f"{folder} is no cloud assembly: it has no {MANIFEST}; name what `cdk synth` wrote, such as cdk.out"
        )
    found = json_object(folder / MANIFEST).get("artifacts")
    return found if isinstance(found, dict) else {}


def json_object(path: Path) -> dict[str, Any]:
    """Give a file of an assembly.

    Raises:
        BaselineError: it cannot be read, or is no JSON object.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BaselineError(f"{path} is no JSON object; synthesize the assembly again")
    return found
