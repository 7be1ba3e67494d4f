"""Programs get lines on standard error and exit status 2, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from baseline.config.entry import load_or_exit

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
