"""A random configuration that is right has an assembly without findings, the same every time.

The default run judges fifteen, and `test_problems.py` twenty more that are wrong. The nightly run
judges three hundred, all of them with every check and twice.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.random.documents import Json, accounts, organizations
from tests.random.synthesized import verdicts
from tests.fast import Clean
from tests.tools.linting import cfn_lint

pytestmark = pytest.mark.tools


def drawn(strategy: st.SearchStrategy[Json], count: int) -> list[Json]:
    """Give the same different documents in every run."""
    found: dict[str, Json] = {}

    @settings(
        max_examples=3 * count,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(document=strategy)
    def draw(document: Json) -> None:
        if len(found) < count:
            found[json.dumps(document, sort_keys=True)] = document

    draw()
    return list(found.values())


def wrong(found: list[dict[str, object]]) -> dict[str, object]:
    return {str(each["file"]): each["wrong"] for each in found if each["wrong"]}


def linted(assemblies: Path) -> list[str]:
    matches = cfn_lint(*sorted(assemblies.glob("*/*.template.json")))
    return [f"{each['Filename']} {each['Message']}" for each in matches]


def test_a_few(tmp_path: Path) -> None:
    documents = [*drawn(accounts(), 10), *drawn(organizations(), 5)]
    found = verdicts(tmp_path / "once", documents)
    assert wrong(found) == {}
    again = [*documents[:2], documents[-1]]
    second = verdicts(tmp_path / "again", again, seed=2)
    assert [each["digests"] for each in second] == [
        found[documents.index(each)]["digests"] for each in again
    ]


def test_an_account_with_every_check(tmp_path: Path) -> None:
    kept = tmp_path / "assemblies"
    found = verdicts(tmp_path / "files", drawn(accounts(), 4)[-1:], "nag", "rules", keep=kept)
    assert wrong(found) == {}
    assert linted(kept) == []


@pytest.mark.nightly
def test_many_with_every_check(tmp_path: Path) -> None:
    documents = [*drawn(accounts(), 60), *drawn(organizations(), 240)]
    assert len(documents) == 300
    kept = tmp_path / "assemblies"
    found = verdicts(tmp_path / "once", documents, "nag", "rules", keep=kept)
    second = verdicts(tmp_path / "again", documents, seed=2)
    assert wrong(found) == {}
    assert [each["digests"] for each in second] == [each["digests"] for each in found]
    assert linted(kept) == []
