"""Every capability has a page, and every page of a capability has the same headings with something below."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.docs.blocks import FENCE
from tests.support import ROOT

FORM = [
    "What",
    "Why",
    "Configuration",
    "Controls",
    "Cost",
    "By hand",
    "Verify",
    "Turn it off",
]
"""Headings of the second level, in this order; others may stand between them and after them."""

OTHER = {
    "adoption": "a way through the other pages",
    "architecture": "how the parts hang together",
    "blueprint": "a library for applications",
    "configuration": "generated reference",
    "control-tower-adoption": "a way through the other pages",
    "controls": "generated matrix of all capabilities",
    "cost": "a command and its tables, for all capabilities",
    "custom-resources": "the ledger",
    "data-centre": "a table from one world to the other",
    "faq": "questions",
    "getting-started": "a way through the other pages",
    "index": "the way in",
    "init": "a command",
    "licenses": "generated list",
    "local-aws": "what is emulated",
    "pictures": "pictures of the architecture",
    "preflight": "a command",
    "production": "a way through the other pages",
    "report": "a command",
    "review": "a command",
    "standalone": "a profile of all capabilities",
    "supply-chain": "how this package itself is made",
    "uninstall": "a way through the other pages",
    "upgrading": "a way through the other pages",
}
"""Pages that are not about a capability, and what they are instead."""

PAGES = [path for path in sorted((ROOT / "docs").glob("*.md")) if path.stem not in OTHER]
WORDS = 6


def sections(page: Path) -> dict[str, str]:
    """Give the second-level headings of a page and what stands below each."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    fenced = False
    for line in page.read_text(encoding="utf-8").splitlines():
        fenced ^= bool(FENCE.match(line))
        if line.startswith("## ") and not fenced:
            current = found.setdefault(line.removeprefix("## "), [])
        else:
            current.append(line)
    return {heading: "\n".join(lines) for heading, lines in found.items()}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_page_has_the_form(page: Path) -> None:
    found = sections(page)
    assert [heading for heading in found if heading in FORM] == FORM
    thin = [heading for heading in FORM if len(re.findall(r"\w{2,}", found[heading])) < WORDS]
    assert thin == []


def declared() -> dict[str, set[str]]:
    """Give the capabilities that constructs declare, each with the controls spelled out in the call."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "baseline").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "implements(" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "implements":
                given = {word.arg: word.value for word in node.keywords}
                if isinstance(name := given["capability"], ast.Constant):
                    controls = found.setdefault(str(name.value), set())
                    controls.update(_spelled(given["controls"]))
    return found


def _spelled(controls: ast.expr) -> set[str]:
    """Give the literals among the controls; what is computed depends on arguments."""
    if not isinstance(controls, ast.List):
        return set()
    return {
        item.value
        for item in controls.elts
        if isinstance(item, ast.Constant) and isinstance(item.value, str)
    }


def rows() -> dict[str, str]:
    """Give the rows of the tables of capabilities below ``## Controls``, by capability."""
    found: dict[str, str] = {}
    for page in PAGES:
        for line in sections(page)["Controls"].splitlines():
            if row := re.match(r"\| `([a-z0-9-]+)` \| (.*) \|$", line):
                found[row[1]] = row[2]
    return found


def test_every_capability_is_on_a_page_with_its_controls() -> None:
    known = rows()
    capabilities = declared()
    assert len(capabilities) > 100
    assert sorted(capabilities.keys() - known.keys()) == []
    missing = {
        name: left
        for name, controls in capabilities.items()
        if (left := sorted(controls - set(re.split(r", | ", known[name]))))
    }
    assert missing == {}


def test_no_page_names_a_capability_that_nobody_declares() -> None:
    assert sorted(rows().keys() - declared().keys()) == []
