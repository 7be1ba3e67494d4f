"""An app of constructs, synthesized once for a folder of tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

Resources = dict[str, Any]


@dataclass(frozen=True)
class Synthesized:
    """What the app came to.

    Attributes:
        stacks: stack to its resources.
        findings: what the packs found, by construct path.
        controls: capability to the controls it declares.
        files: the templates.
    """

    stacks: dict[str, Resources]
    findings: list[str]
    controls: dict[str, set[str]]
    files: list[Path]

    def of(self, stack: str, kind: str) -> list[Resources]:
        """Give the properties of the resources of a type, in a stack."""
        return [row["Properties"] for row in self.whole(stack, kind)]

    def whole(self, stack: str, kind: str) -> list[Resources]:
        """Give the resources of a type, in a stack."""
        return [row for row in self.stacks[stack].values() if row["Type"] == kind]
