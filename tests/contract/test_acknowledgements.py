"""The list of everything that a check found and the project accepts: the audit document."""

from __future__ import annotations

import json
from pathlib import Path

from syrupy.assertion import SnapshotAssertion


def test_acknowledgements(assembly: Path, snapshot_json: SnapshotAssertion) -> None:
    found: dict[str, dict[str, str]] = {}
    for path in sorted(assembly.glob("*.metadata.json")):
        for construct, entries in json.loads(path.read_text(encoding="utf-8")).items():
            for entry in entries:
                if entry["type"] == "aws:cdk:acknowledged-rules":
                    rules = {key.split("::", 1)[-1]: value for key, value in entry["data"].items()}
                    found.setdefault(construct, {}).update(rules)
    assert found == snapshot_json


def test_controls(assembly: Path, snapshot_json: SnapshotAssertion) -> None:
    assert json.loads((assembly / "controls.json").read_text(encoding="utf-8")) == snapshot_json
