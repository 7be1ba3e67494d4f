"""What released versions keep, and whether this one keeps it too."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.version import Version

from baseline.review.assembly import read_assembly
from baseline.review.resources import STATEFUL, at, create_only
from tests.support import ROOT

FOLDER = ROOT / "tests" / "contract" / "releases"
PACKED = "AWS::Organizations::Policy"
"""Where a guardrail stands is found anew when the catalog changes; a policy keeps no data."""

Kept = dict[str, dict[str, dict[str, Any]]]
"""Stack, or body of a StackSet, to logical ID to type and what cannot be changed of it."""


def stateful(folder: Path) -> Kept:
    """Give the resources of an assembly that have data or identity, or outlive their stack."""
    found: Kept = {}
    for name, stack in read_assembly(folder).stacks.items():
        rows = {
            key: {"type": each.type, **_fixed(each.type, each.properties)}
            for key, each in stack.resources.items()
            if (each.type in STATEFUL or each.retained) and each.type != PACKED
        }
        if rows:
            found[name] = rows
    return found


def _fixed(type_: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    fixed = {
        ".".join(path): value
        for path in create_only(type_)
        if (value := at(properties, path)) is not None
    }
    return {"fixed": fixed} if fixed else {}


def newest() -> Path:
    """Give the folder of the newest release."""
    return max((path for path in FOLDER.iterdir() if path.is_dir()), key=lambda p: Version(p.name))


def released(configuration: str) -> Kept:
    """Give what the newest release keeps of a configuration; nothing where it did not know it."""
    found: dict[str, Kept] = json.loads((newest() / "stateful.json").read_text(encoding="utf-8"))
    return found.get(configuration, {})


def broken(before: Kept, after: Kept) -> Iterator[str]:
    """Tell what an upgrade replaces or loses."""
    for stack, rows in before.items():
        for key, row in rows.items():
            now = after.get(stack, {}).get(key)
            if now is None:
                yield f"{stack}/{key} ({row['type']}) is gone"
            elif now != row:
                yield f"{stack}/{key} ({row['type']}) is replaced: {row} became {now}"
