"""Which tools there are, in which versions."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from baseline.delivery.scans.findings import Scan

HERE = "baseline.delivery.scans.tools"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tool:
    """A scanner.

    Attributes:
        name: its name here, and of its folder.
        package: its package in the registry.
        version: the exact version.
        program: its command.
        scans: the scans that need it.
    """

    name: str
    package: str
    version: str
    program: str
    scans: tuple[Scan, ...]

    @property
    def lock(self) -> str:
        """Give the text of the lock file: every package with version and hashes, no addresses."""
        return files(HERE).joinpath(f"{self.name}.lock").read_text("utf-8")

    @property
    def stamp(self) -> str:
        """Give the hash of the lock file, by which an installed tool is known to be the right one."""
        return hashlib.sha256(self.lock.encode()).hexdigest()


@cache
def tools() -> dict[str, Tool]:
    """Give the tools by their names."""
    text = files(HERE).joinpath("tools.json").read_text("utf-8")
    return {
        name: Tool(
            name=name,
            package=row["package"],
            version=row["version"],
            program=row["program"],
            scans=tuple(Scan(scan) for scan in row["scans"]),
        )
        for name, row in json.loads(text).items()
    }
