"""Events in the shapes that AWS documents for each service, with made-up IDs, in ``events/``.

Each file names the pages that its shapes come from. ``told`` is the severity at which people hear of
an event, null where nobody does; it is absent where that is another test's question.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDERS = (Path(__file__).parent / "events", Path(__file__).parents[1] / "response" / "events")


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """One event.

    Attributes:
        name: file and name in it.
        event: the event as EventBridge has it.
        told: severity that it is told at, or None.
        decided: whether the file says so.
    """

    name: str
    event: dict[str, Any]
    told: str | None
    decided: bool


def load() -> list[Recorded]:
    """Give all events, file by file; those of playbooks too, whose messages are another question."""
    files = [path for folder in FOLDERS for path in sorted(folder.glob("*.json"))]
    return [
        Recorded(
            name=f"{path.stem}: {name}",
            event=row["event"],
            told=row.get("told"),
            decided="told" in row,
        )
        for path in files
        for name, row in rows(json.loads(path.read_text(encoding="utf-8"))).items()
    ]


def rows(document: dict[str, Any]) -> dict[str, Any]:
    """Give the events of a file, which may be one event by itself."""
    if "detail-type" in document:
        return {document["detail-type"]: {"event": document}}
    found: dict[str, Any] = document.get("events", {})
    return found


RECORDED = load()
