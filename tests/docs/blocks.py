"""The fenced code blocks of README.md and docs/, each with what a comment before it says about it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^ *(?P<ticks>`{3,}|~{3,}) *(?P<language>[^`\s]*)[^`]*$")
COMMENT = re.compile(r"^ *<!-- (?P<key>not run|exit|file|file of|over): (?P<value>.+?) -->$")
"""``not run: reason`` leaves the run out, never the look at its syntax. ``exit: 1`` is the exit status
of every ``baseline`` command of the block. ``file: NAME`` writes the block into a file that the blocks
after it on the page may use; ``file of: KIND`` says of which kind a yaml block is if not baseline.yaml;
``over: PATH`` names the configuration over which a yaml block is merged instead of baseline.yaml.
"""


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        page: the file.
        line: of the opening fence.
        language: after the fence; empty where none stands.
        text: what stands in it, without the indentation of a list.
        notes: what the comments right before it say, such as ``{"exit": "1"}``.
        closed: false where the closing fence is missing.
    """

    page: Path
    line: int
    language: str
    text: str
    notes: dict[str, str]
    closed: bool

    def __str__(self) -> str:
        """Name the block as editors do: path and line."""
        inside = self.page.is_relative_to(ROOT)
        return f"{self.page.relative_to(ROOT) if inside else self.page}:{self.line}"


def blocks_of(page: Path) -> list[Block]:
    """Read the blocks of a page, in their order."""
    return list(_blocks(page, page.read_text(encoding="utf-8").splitlines()))


def _blocks(page: Path, lines: list[str]) -> Iterator[Block]:
    number = 0
    notes: dict[str, str] = {}
    while number < len(lines):
        line = lines[number]
        if note := COMMENT.match(line):
            notes[note["key"]] = note["value"]
        elif fence := FENCE.match(line):
            end = _end(lines, number, fence["ticks"])
            text = textwrap.dedent("\n".join(lines[number + 1 : end])) + "\n"
            closed = end < len(lines)
            yield Block(page, number + 1, fence["language"], text, notes, closed)
            number, notes = end, {}
        elif line.strip():
            notes = {}
        number += 1


def _end(lines: list[str], start: int, ticks: str) -> int:
    for number in range(start + 1, len(lines)):
        if lines[number].strip() == ticks:
            return number
    return len(lines)
