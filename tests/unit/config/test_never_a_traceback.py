"""Whatever a file holds, loading it gives a configuration or short lines: nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baseline.config import Configuration, load
from baseline.config.document import Document, Value
from baseline.config.finding import dotted
from baseline.config.loader import check
from baseline.errors import ConfigurationError, Problem
from tests.unit.config.malformed import OTHER_PLACES, PLACES, SCALARS, WHOLE, placed

ROOT = Path(__file__).parents[3]
EXAMPLE = (ROOT / "baseline.yaml").read_text(encoding="utf-8")
LINE = re.compile(r"baseline\.yaml(:\d+:\d+)? \S.*")

quick = settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def outcome(folder: Path, content: bytes) -> None:
    file = folder / "baseline.yaml"
    file.write_bytes(content)
    for problem in problems(file):
        line = str(problem).replace(f"{folder}/", "")
        assert LINE.fullmatch(line), line
        assert line.isprintable()
        assert len(line) < 500


def problems(file: Path) -> tuple[Problem, ...]:
    try:
        load(file)
    except ConfigurationError as error:
        return error.problems or pytest.fail("an error without a problem")
    return ()


@quick
@given(content=st.binary(max_size=200))
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    outcome(tmp_path, content)


@quick
@given(text=st.text(alphabet="abc:-[]{}&*!|>'\"%@`#,?~<\n \t019.\\ux", max_size=80))
def test_any_text_of_yaml_signs(tmp_path: Path, text: str) -> None:
    outcome(tmp_path, text.encode())


@quick
@given(start=st.integers(0, len(EXAMPLE)), length=st.integers(0, 40), new=st.text(max_size=5))
def test_the_example_with_any_piece_replaced(
    tmp_path: Path, start: int, length: int, new: str
) -> None:
    text = EXAMPLE[:start] + new + EXAMPLE[start + length :]
    outcome(tmp_path, text.encode("utf-8", "surrogatepass"))


def leaves(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    if isinstance(value, dict):
        return [path, *(leaf for key, item in value.items() for leaf in leaves(item, (*path, key)))]
    if isinstance(value, list):
        return [path, *(leaf for i, item in enumerate(value) for leaf in leaves(item, (*path, i)))]
    return [path]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=5,
)


@quick
@given(data=st.data())
def test_the_example_with_any_value_replaced_by_anything(
    example: Value, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(leaves(example)))
    configuration, findings = check(Document(value=_replaced(example, path, data.draw(ANYTHING))))
    assert configuration is not None or findings
    for finding in findings:
        line = f"{dotted(finding.path)}: {finding.message}"
        assert line.isprintable()
        assert len(line) < 450


@pytest.mark.parametrize("key", sorted(Configuration.model_fields))
def test_each_section_emptied(tmp_path: Path, key: str) -> None:
    text = re.sub(rf"(?m)^{key}:.*\n([ #].*\n)*", "", EXAMPLE)
    outcome(tmp_path, f"{text}\n{key}:\n".encode())


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_file_that_is_none(tmp_path: Path, name: str) -> None:
    outcome(tmp_path, WHOLE[name])


@pytest.mark.parametrize("name", SCALARS)
def test_an_odd_value_in_a_section(tmp_path: Path, name: str) -> None:
    for place in PLACES:
        outcome(tmp_path, placed(place, SCALARS[name]))


@pytest.mark.nightly
@pytest.mark.parametrize("name", SCALARS)
def test_an_odd_value_in_every_other_section(tmp_path: Path, name: str) -> None:
    for place in OTHER_PLACES:
        outcome(tmp_path, placed(place, SCALARS[name]))


def test_an_odd_value_of_each_kind_is_told_once_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "baseline.yaml"
    for name in ("1e400", "norway", "old-octal", "tilde", "tag", "date"):
        file.write_bytes(placed("prefix", SCALARS[name]))
        (problem,) = problems(file)
        assert problem.line == placed("prefix", "").count(b"\n"), name
        assert problem.path.startswith("prefix"), name


def _replaced(value: Value, path: tuple[str | int, ...], new: Value) -> Value:
    if not path:
        return new
    head, *tail = path
    if isinstance(value, dict):
        return {k: _replaced(v, tuple(tail), new) if k == head else v for k, v in value.items()}
    assert isinstance(value, list)
    return [_replaced(v, tuple(tail), new) if i == head else v for i, v in enumerate(value)]
