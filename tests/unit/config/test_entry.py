"""Programs get lines on standard error and exit status 2, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from baseline.config.entry import errors_as_lines, load_or_exit
from baseline.errors import BaselineError

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


def test_a_right_file_is_loaded(capsys: pytest.CaptureFixture[str]) -> None:
    assert load_or_exit(ROOT / "baseline.yaml").prefix == "secbase"
    assert capsys.readouterr() == ("", "")


def test_a_broken_file_ends_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        load_or_exit(HERE / "broken.yaml")
    assert caught.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 11
    assert all("broken.yaml:" in line for line in err.splitlines())


def test_a_value_that_a_construct_refuses_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught, errors_as_lines():
        raise BaselineError("guardrails of Sandbox need 11 policies; a unit holds 10")
    assert caught.value.code == 2
    assert capsys.readouterr().err == "guardrails of Sandbox need 11 policies; a unit holds 10\n"


def test_a_mistake_of_ours_keeps_its_traceback() -> None:
    with pytest.raises(KeyError), errors_as_lines():
        raise KeyError("mistake")
