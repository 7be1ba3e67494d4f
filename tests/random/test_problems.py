"""Each problem of a configuration is one line that says where it stands; nothing else is said."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baseline.config import read
from baseline.config.finding import dotted
from baseline.errors import ConfigurationError
from tests.random.documents import Json, accounts, organizations
from tests.random.drawing import repeatable
from tests.random.problems import planted

LINE = re.compile(r"baseline\.yaml:\d+:\d+ \S+: \S.*")

quick = settings(repeatable, max_examples=10)


def told(folder: Path, document: Json, expected: set[tuple[str | int, ...]]) -> None:
    file = folder / "baseline.yaml"
    # JSON is YAML in which every text stands in quotes.
    text = json.dumps(document, indent=1, ensure_ascii=False)
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as error:
        read(file)
    problems = error.value.problems
    lines = [str(each).replace(f"{folder}/", "") for each in problems]
    assert all(LINE.fullmatch(line) and line.isprintable() for line in lines), lines
    assert len(lines) == len(expected), "\n".join([*lines, str(expected)])
    assert {each.path for each in problems} == {dotted(path) for path in expected}, lines


@quick
@given(data=st.data(), document=accounts())
def test_of_an_account(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, document: Json
) -> None:
    told(tmp_path_factory.mktemp("planted"), *planted(data.draw, document))


@quick
@given(data=st.data(), document=organizations())
def test_of_an_organization(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, document: Json
) -> None:
    told(tmp_path_factory.mktemp("planted"), *planted(data.draw, document))


@pytest.mark.nightly
@settings(quick, max_examples=500)
@given(data=st.data(), document=accounts() | organizations())
def test_of_many(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, document: Json
) -> None:
    told(tmp_path_factory.mktemp("planted"), *planted(data.draw, document))
