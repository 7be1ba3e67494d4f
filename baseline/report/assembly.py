"""What the report reads of a cloud assembly: acknowledged findings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from baseline.assembly import artifacts
from baseline.errors import BaselineError
from baseline.report.model import Acknowledgement

ACKNOWLEDGED = "aws:cdk:acknowledged-rules"


def read_acknowledgements(folder: Path) -> tuple[Acknowledgement, ...]:
    """Give what the constructs of a cloud assembly accept anywhere, one entry for each reason.

    Raises:
        BaselineError: it is no cloud assembly, or a file of it is damaged.
    """
    artifacts(folder)  # refuses what is no assembly
    try:
        return _acknowledgements(folder)
    except (KeyError, TypeError, AttributeError):
        raise BaselineError(f"{folder} is damaged; synthesize it again with `make synth`") from None


def _acknowledgements(folder: Path) -> tuple[Acknowledgement, ...]:
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
    except (OSError, ValueError, RecursionError) as error:
        raise BaselineError(f"{path} cannot be read ({error}); synthesize it again") from None
