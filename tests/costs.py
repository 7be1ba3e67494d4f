"""Whether the estimate of an assembly is complete, and the same that follows from its configuration."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from baseline.config import read
from baseline.cost import estimate
from baseline.cost.capabilities import OTHER, capability_of
from baseline.cost.resource_types import resource_types

STACK_SET = "AWS::CloudFormation::StackSet"


def drift(folder: Path, file: Path) -> list[str]:
    """Give the lines that differ between what templates hold and what the configuration says."""
    of_templates = json.loads((folder / "cost.json").read_text(encoding="utf-8"))
    of_configuration = estimate(read(file)).as_json()
    sides = [_lines(each) for each in (of_templates, of_configuration)]
    return sorted(sides[0] ^ sides[1])


def gaps(folder: Path) -> list[str]:
    """Give what creates paid resources and has no line, or is of no capability."""
    document = json.loads((folder / "cost.json").read_text(encoding="utf-8"))
    billed = {line["item"] for line in document["lines"]}
    found = [
        f"{stack}: of no capability" for stack in _stacks(folder) if capability_of(stack) == OTHER
    ]
    for kind in sorted(_types(folder)):
        known = resource_types().get(kind)
        if known is None:
            found.append(f"{kind}: nobody has said what it costs")
        elif known.use and not billed & set(known.use):
            found.append(f"{kind}: no line of {', '.join(known.use)}")
    return found


def _lines(document: dict[str, Any]) -> set[str]:
    return {
        json.dumps(line, sort_keys=True)
        for line in document["lines"]
        if line["item"] != "nothing" or line["monthly"]
    }


def _stacks(folder: Path) -> Iterator[str]:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for name, artifact in manifest["artifacts"].items():
        if artifact["type"] == "aws:cloudformation:stack":
            yield name


def _types(folder: Path) -> set[str]:
    found: set[str] = set()
    for path in folder.glob("*.template.json"):
        resources = json.loads(path.read_text(encoding="utf-8"))["Resources"]
        for row in resources.values():
            found.add(row["Type"])
            if row["Type"] == STACK_SET:
                body = json.loads(row["Properties"]["TemplateBody"])
                found |= {each["Type"] for each in body["Resources"].values()}
    return found
