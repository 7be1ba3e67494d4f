"""Findings are accepted with a reason, an owner and an end, and not without."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from baseline.delivery.scans.findings import Scan, ScanFinding, Severity
from baseline.delivery.scans.suppressions import Suppression, apply, read_suppressions
from baseline.errors import ConfigurationError

TODAY = dt.date(2026, 11, 22)
FINDING = ScanFinding(
    scan=Scan.SAST,
    tool="bandit",
    rule="B602",
    severity=Severity.HIGH,
    title="shell",
    message="A shell.",
    path="app/jobs/run.py",
    line=3,
    fingerprint="a" * 64,
)
ENTRY = """\
  - tool: bandit
    rule: B602
    path: app/jobs/*.py
    reason: the command is a constant of the build
    owner: team-build@example.com
    expires: 2027-03-01
"""


def given(tmp_path: Path, text: str) -> list[Suppression]:
    path = tmp_path / "suppressions.yaml"
    path.write_text(text, encoding="utf-8")
    return read_suppressions(path, TODAY)


def problems(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as raised:
        given(tmp_path, text)
    return [str(each).rpartition("/")[2] for each in raised.value.problems]


def test_what_is_accepted_says_why(tmp_path: Path) -> None:
    accepted = given(tmp_path, f"suppressions:\n{ENTRY}")
    result = apply([FINDING], accepted, tools=["bandit"], today=TODAY)
    assert result.findings[0].accepted == "the command is a constant of the build"
    assert result.notes == []


@pytest.mark.parametrize(
    "other",
    [
        replace(FINDING, path="app/run.py"),
        replace(FINDING, rule="B605"),
        replace(FINDING, tool="semgrep"),
    ],
)
def test_another_finding_stays_and_the_entry_is_without_use(
    tmp_path: Path, other: ScanFinding
) -> None:
    accepted = given(tmp_path, f"suppressions:\n{ENTRY}")
    result = apply([other], accepted, tools=["bandit"], today=TODAY)
    assert result.findings[0].accepted == ""
    (note,) = result.notes
    assert "suppressions.yaml:2 the suppression of bandit B602" in note
    assert "covers no finding any more" in note


def test_an_entry_of_a_tool_that_did_not_run_is_not_told(tmp_path: Path) -> None:
    accepted = given(tmp_path, f"suppressions:\n{ENTRY}")
    assert apply([], accepted, tools=["wapiti"], today=TODAY).notes == []


def test_an_expired_entry_accepts_nothing_and_is_told(tmp_path: Path) -> None:
    accepted = given(tmp_path, f"suppressions:\n{ENTRY}")
    last = apply([FINDING], accepted, tools=["bandit"], today=dt.date(2027, 3, 1))
    assert last.findings[0].accepted
    after = apply([FINDING], accepted, tools=["bandit"], today=dt.date(2027, 3, 2))
    assert after.findings[0].accepted == ""
    assert "suppressions.yaml:2" in after.notes[0]
    assert "expired on 2027-03-01" in after.notes[0]


def test_a_fingerprint_means_one_finding(tmp_path: Path) -> None:
    entry = ENTRY.replace("path: app/jobs/*.py", f"fingerprint: {'a' * 64}")
    accepted = given(tmp_path, f"suppressions:\n{entry}")
    other = replace(FINDING, fingerprint="b" * 64)
    result = apply([FINDING, other], accepted, tools=["bandit"], today=TODAY)
    assert [bool(each.accepted) for each in result.findings] == [True, False]


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("expires: 2027-03-01", "expires: 2027-12-01", 7, "more than a year away"),
        ("expires: 2027-03-01", "expires: soon", 7, "has to be a day such as 2027-03-31"),
        ("expires: 2027-03-01", "expires: 2027-02-30", 7, "has to be a day"),
        ("    expires: 2027-03-01\n", "", 2, "needs expires as text"),
        ("reason: the command is a constant of the build", "reason: ok", 5, "has to be a sentence"),
        ("    owner: team-build@example.com\n", "", 2, "needs owner as text"),
        ("    path: app/jobs/*.py\n", "", 2, "has to name a path or a fingerprint"),
        ("path: app/jobs/*.py", "fingerprint: abc", 4, "has to be the 64 digits"),
        ("path: app/jobs/*.py", "file: x", 4, "is not known"),
        ("tool: bandit", "tool: [bandit]", 2, "needs tool as text"),
    ],
)
def test_a_wrong_entry_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    told = problems(tmp_path, f"suppressions:\n{ENTRY.replace(old, new)}")
    assert any(each.startswith(f"suppressions.yaml:{line}:") and message in each for each in told)


@pytest.mark.parametrize("text", ["", "[]", "suppressions: none", "other: []", "suppressions: [x]"])
def test_a_file_that_holds_something_else(tmp_path: Path, text: str) -> None:
    assert "has to hold" in problems(tmp_path, text)[0]


def test_a_file_that_is_no_yaml_or_not_there(tmp_path: Path) -> None:
    assert problems(tmp_path, "suppressions: [")[0].startswith("suppressions.yaml:1:")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_suppressions(tmp_path / "none.yaml", TODAY)


def test_without_a_file_nothing_is_accepted() -> None:
    assert read_suppressions(None, TODAY) == []
