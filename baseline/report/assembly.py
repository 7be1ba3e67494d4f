"""What the report reads of a cloud assembly: declared capabilities, and acknowledged findings."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from baseline.errors import BaselineError
from baseline.report.model import Acknowledgement

ACKNOWLEDGED = "aws:cdk:acknowledged-rules"


@dataclass(frozen=True, kw_only=True, slots=True)
class Synthesized:
    """A cloud assembly.

    Attributes:
        folder: where it is.
        controls: capability to the controls that constructs of it declare.
        acknowledgements: what its constructs accept, by reason.
    """

    folder: Path
    controls: dict[str, frozenset[str]]
    acknowledgements: tuple[Acknowledgement, ...]


def read_synthesized(folder: Path) -> Synthesized:
    """Read a folder that the app wrote.

    Raises:
        BaselineError: it is no cloud assembly, has no controls.json, or a file of it is damaged.
    """
    manifest, controls = folder / "manifest.json", folder / "controls.json"
    if not manifest.is_file():
        raise BaselineError(
            f"{folder} is no cloud assembly: it has no manifest.json; name what `cdk synth` wrote, such as cdk.out"
        )
    if not controls.is_file():
        raise BaselineError(
            f"{folder} has no controls.json, which the baseline's app.py writes; synthesize it with `make synth`"
        )
    declared: dict[str, set[str]] = {}
    try:
        for row in _read(controls):
            declared.setdefault(str(row["capability"]), set()).update(map(str, row["controls"]))
        acknowledgements = _acknowledgements(folder)
    except (KeyError, TypeError, AttributeError):
        raise BaselineError(f"{folder} is damaged; synthesize it again with `make synth`") from None
    return Synthesized(
        folder=folder,
        controls={name: frozenset(ids) for name, ids in sorted(declared.items())},
        acknowledgements=acknowledgements,
    )


def _acknowledgements(folder: Path) -> tuple[Acknowledgement, ...]:
    """Give what is acknowledged anywhere, one entry for each reason."""
    found: dict[str, set[tuple[str, str]]] = {}
    for file in sorted(folder.rglob("*.metadata.json")):
        for path, entries in _read(file).items():
            for entry in entries:
                if entry["type"] == ACKNOWLEDGED:
                    for rule, reason in entry["data"].items():
                        name = str(rule).removeprefix("Annotation::")
                        found.setdefault(str(reason), set()).add((name, path.lstrip("/")))
    return tuple(
        Acknowledgement(
            reason=reason,
            rules=tuple(sorted({rule.partition("[")[0] for rule, _ in rows})),
            places=tuple(sorted({path for _, path in rows})),
            findings=len(rows),
        )
        for reason, rows in sorted(found.items())
    )


def _read(path: Path) -> Any:  # noqa: ANN401 - a JSON document
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BaselineError(f"{path} cannot be read ({error}); synthesize it again") from None
