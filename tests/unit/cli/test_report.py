"""`baseline report`: exit statuses, the date, JSON, and one line for whatever was typed wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from baseline.cli.application import application
from tests.support import ROOT
from tests.unit.report.conftest import SUPPRESSIONS, write_assembly


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    text = (ROOT / "baseline.yaml").read_text(encoding="utf-8")
    (tmp_path / "baseline.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def invoke(*arguments: str) -> Any:
    return CliRunner().invoke(application, ["report", *arguments])


def accept_until(here: Path, day: str) -> None:
    with (here / "baseline.yaml").open("a", encoding="utf-8") as file:
        file.write(
            "capabilities:\n  access_analyzer:\n    accepted:\n      siem-reader:\n"
            "        reason: the vendor reads the archive\n"
            f'        until: "{day}"\n        principals: ["777777777777"]\n'
        )


def test_a_page_is_written_and_summed_up(here: Path) -> None:
    result = invoke("--assembly", str(write_assembly(here / "cdk.out")), "--date", "2026-11-22")
    assert result.exit_code == 0, result.output
    assert "report.html written, as of 2026-11-22." in result.output
    assert "Accounts: 8 (in 7 units)" in result.output
    page = (here / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "2026-11-22" in page


def test_without_an_assembly_it_says_what_it_could_not_read(here: Path) -> None:
    result = invoke("--output", "pages/one.html")
    assert result.exit_code == 0, result.output
    assert "not read: Which capabilities are on" in result.output
    assert (here / "pages" / "one.html").is_file()


def test_the_clock_of_reproducible_builds_is_the_date(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1796083200")
    assert invoke().exit_code == 0
    first = (here / "report.html").read_bytes()
    assert b"2026-12-01" in first
    assert invoke().exit_code == 0
    assert (here / "report.html").read_bytes() == first
    assert "as of 2027-01-02" in invoke("--date", "2027-01-02").output


def test_json_is_printed_and_no_page_written(here: Path) -> None:
    result = invoke("--json", "--date", "2026-11-22")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["date"] == "2026-11-22"
    assert document["profile"] == "organization"
    assert not (here / "report.html").exists()


def test_an_expired_acceptance_is_reported_and_not_refused(here: Path) -> None:
    accept_until(here, "2026-01-31")
    result = invoke("--date", "2026-11-22")
    assert result.exit_code == 1
    assert "expired on 2026-01-31: access accepted siem-reader" in result.output
    assert "295 days ago" in (here / "report.html").read_text(encoding="utf-8")


def test_an_account_alone_has_a_report_too_even_with_something_expired(here: Path) -> None:
    example = ROOT / "examples" / "configurations" / "standalone.yaml"
    text = example.read_text(encoding="utf-8")
    (here / "baseline.yaml").write_text(text, encoding="utf-8")
    result = invoke("--date", "2026-11-22")
    assert result.exit_code == 0, result.output
    assert "Accounts: 1 (without an organization)" in result.output
    accept_until(here, "2026-01-31")
    result = invoke("--date", "2026-11-22")
    assert result.exit_code == 1, result.output
    assert "expired on 2026-01-31: access accepted siem-reader" in result.output


def test_an_acceptance_that_ends_before_a_later_date_is_expired_there(here: Path) -> None:
    accept_until(here, "2098-12-31")
    assert invoke().exit_code == 0
    assert invoke("--date", "2099-01-01").exit_code == 1


def test_other_mistakes_are_refused_beside_an_expired_acceptance(here: Path) -> None:
    accept_until(here, "2026-01-31")
    path = here / "baseline.yaml"
    path.write_text(path.read_text("utf-8").replace("eu-central-1]", "mars-1]"), encoding="utf-8")
    result = invoke()
    assert result.exit_code == 2
    assert "mars-1" in result.output


def test_own_guardrails_are_found_beside_an_expired_acceptance(here: Path) -> None:
    accept_until(here, "2026-01-31")
    (here / "own").mkdir()
    text = (here / "baseline.yaml").read_text("utf-8")
    (here / "baseline.yaml").write_text(f"{text}guardrails: {{custom_folder: own}}\n", "utf-8")
    assert invoke("--date", "2026-11-22").exit_code == 1


def test_an_expired_suppression_of_a_scan_is_reported(here: Path) -> None:
    (here / "accepted.yaml").write_text(SUPPRESSIONS, encoding="utf-8")
    result = invoke("--suppressions", "accepted.yaml", "--date", "2026-11-22")
    assert result.exit_code == 1
    assert "scan suppression semgrep python.subprocess, accepted.yaml:2" in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--config", "none.yaml"), "none.yaml"),
        (("--date", "yesterday"), "--date 'yesterday' is not a day"),
        (("--assembly", "none"), "none is no cloud assembly"),
        (("--suppressions", "none.yaml"), "none.yaml"),
        (("--output", "baseline.yaml/report.html"), "baseline.yaml"),
    ],
)
def test_wrong_input_is_one_line(arguments: tuple[str, ...], said: str) -> None:
    result = invoke(*arguments)
    assert result.exit_code == 2
    assert said in result.output
    assert len(result.output.strip().splitlines()) == 1
    assert "Traceback" not in result.output


def test_a_clock_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    result = invoke()
    assert result.exit_code == 2
    assert "SOURCE_DATE_EPOCH is 'soon'" in result.output
