"""The page of findings has every finding that the checks can give, and no other."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from ruamel.yaml import YAML

from tests.unit.preflight.world import ROOT, changed

GIVEN = re.compile(
    r'"([a-z-]+\.[a-z-]+)" if ours else "([a-z-]+\.[a-z-]+)"|check="([a-z-]+\.[a-z-]+)"'
)
PAGE = (ROOT / "docs/adoption.md").read_text(encoding="utf-8")
LINES = re.findall(r"^ *```yaml\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL)
UNKNOWN = {f"unknown.{each}" for each in ("denied", "throttled", "unreachable", "not-enabled")}


def test_the_table_of_findings_is_complete() -> None:
    text = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "baseline/preflight").rglob("*.py")
    )
    given = {name for row in GIVEN.findall(text) for name in row if name}
    given |= UNKNOWN | {"unknown.refused"}
    told = set(re.findall(r"^\| `([a-z-]+\.[a-z-]+)` \|", PAGE, re.MULTILINE))
    assert given == told


@pytest.mark.parametrize("lines", LINES)
def test_the_lines_of_the_page_validate(lines: str) -> None:
    fragment = YAML(typ="safe").load(StringIO(lines))
    assert fragment
    changed(**fragment)
