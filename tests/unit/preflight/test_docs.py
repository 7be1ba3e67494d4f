"""The page of findings has every finding that the checks can give, and no other."""

from __future__ import annotations

import re

from tests.unit.preflight.world import ROOT

GIVEN = re.compile(
    r'"([a-z-]+\.[a-z-]+)" if ours else "([a-z-]+\.[a-z-]+)"|check="([a-z-]+\.[a-z-]+)"'
)
UNKNOWN = {f"unknown.{each}" for each in ("denied", "throttled", "unreachable", "not-enabled")}


def test_the_table_of_findings_is_complete() -> None:
    text = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "baseline/preflight").rglob("*.py")
    )
    given = {name for row in GIVEN.findall(text) for name in row if name}
    given |= UNKNOWN | {"unknown.refused"}
    page = (ROOT / "docs/adoption.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `([a-z-]+\.[a-z-]+)` \|", page, re.MULTILINE))
    assert given == told
