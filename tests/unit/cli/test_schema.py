"""`baseline schema` prints or writes what is committed."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from baseline.cli.application import application
from baseline.errors import BaselineError

COMMITTED = (Path(__file__).parents[3] / "baseline.schema.json").read_text(encoding="utf-8")
runner = CliRunner()


def test_it_prints_the_schema() -> None:
    result = runner.invoke(application, ["schema"])
    assert (result.exit_code, result.output) == (0, COMMITTED)


def test_it_writes_the_schema(tmp_path: Path) -> None:
    file = tmp_path / "schema.json"
    result = runner.invoke(application, ["schema", "--output", str(file)])
    assert (result.exit_code, result.output) == (0, "")
    assert file.read_text(encoding="utf-8") == COMMITTED


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    result = runner.invoke(application, ["schema", "--output", str(tmp_path)])
    assert isinstance(result.exception, BaselineError)
    with pytest.raises(BaselineError, match="cannot be written: Is a directory"):
        raise result.exception
