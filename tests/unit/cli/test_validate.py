"""`baseline validate`: lines or JSON, exit status 0 or 2, never a traceback."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from baseline.cli.application import application
from baseline.config.checks import guardrails

ROOT = Path(__file__).parents[3]
BROKEN = ROOT / "tests" / "unit" / "config" / "broken.yaml"
runner = CliRunner()


@pytest.fixture(autouse=True)
def catalog(monkeypatch: pytest.MonkeyPatch) -> None:
    names = frozenset(
        {
            "foundation",
            "protect-logs",
            "quarantine",
            "private-network",
            "workload-limits",
            "sandbox-limits",
            "policy-staging",
            "data-perimeter",
        }
    )
    monkeypatch.setattr(guardrails, "known_names", lambda: names)


def test_a_right_file_says_what_it_holds() -> None:
    result = runner.invoke(application, ["validate", str(ROOT / "baseline.yaml")])
    assert result.exit_code == 0
    assert result.output.splitlines()[1:] == [
        "  organization o-exampleorgid",
        "  accounts     5 core; members: 2 adopted, 1 to create",
        "  units        7: Security, Infrastructure, Workloads, Workloads/Production, Workloads/Test, Sandbox, Suspended",
        "  Regions      eu-west-1, eu-central-1; home is eu-west-1",
    ]


def test_the_file_is_baseline_yaml_unless_another_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    missing = runner.invoke(application, ["validate"])
    assert (missing.exit_code, missing.output) == (
        2,
        "baseline.yaml no such file; name another, or start from an example\n",
    )
    shutil.copy(ROOT / "baseline.yaml", tmp_path)
    assert runner.invoke(application, ["validate"]).output.startswith("baseline.yaml is right.")


def test_an_opt_in_region_comes_with_what_to_do_first(tmp_path: Path) -> None:
    text = (ROOT / "baseline.yaml").read_text(encoding="utf-8")
    file = tmp_path / "baseline.yaml"
    file.write_text(text.replace("[eu-west-1, eu-central-1]", "[eu-west-1, eu-south-1]"))
    result = runner.invoke(application, ["validate", str(file)])
    assert result.output.splitlines()[-1] == (
        "  Before the deployment, enable eu-south-1 in every account."
    )


def test_every_problem_is_one_line_and_the_exit_status_is_2() -> None:
    result = runner.invoke(application, ["validate", str(BROKEN)])
    assert result.exit_code == 2
    lines = result.output.splitlines()
    assert len(lines) == 11
    assert all(line.startswith(f"{BROKEN}:") for line in lines)
    # Square brackets are text here, not markup.
    assert "[example.com]" in result.output


def test_json_of_a_broken_file_has_the_same_problems() -> None:
    result = runner.invoke(application, ["validate", str(BROKEN), "--json"])
    assert result.exit_code == 2
    report = json.loads(result.output)
    assert report["valid"] is False
    assert len(report["problems"]) == 11
    assert report["problems"][1] == {
        "file": str(BROKEN),
        "line": 7,
        "column": 22,
        "path": "regions[1]",
        "message": "'eu-centrl-1' is not a Region; did you mean 'eu-central-1'?",
    }


def test_json_of_a_right_file_counts_what_it_holds() -> None:
    result = runner.invoke(application, ["validate", str(ROOT / "baseline.yaml"), "--json"])
    assert result.exit_code == 0
    report = json.loads(result.output)
    assert report["valid"] is True
    assert report["problems"] == []
    assert report["summary"] == {
        "profile": "organization",
        "organization": "o-exampleorgid",
        "core_accounts": 5,
        "adopted_members": 2,
        "created_members": 1,
        "organizational_units": 7,
        "home_region": "eu-west-1",
        "regions": ["eu-west-1", "eu-central-1"],
        "opt_in_regions": [],
    }


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("broken YAML", b"a: [1"),
        ("empty", b""),
        ("binary", b"\x00\xff\xfe"),
        ("not UTF-8", b"a: \xe4"),
        ("tabs", b"a:\n\t- b"),
        ("a list", b"- a"),
    ],
)
def test_a_file_that_is_no_configuration_is_one_line(
    tmp_path: Path, name: str, content: bytes
) -> None:
    file = tmp_path / f"{name}.yaml"
    file.write_bytes(content)
    result = runner.invoke(application, ["validate", str(file)])
    assert result.exit_code == 2
    assert len(result.output.splitlines()) == 1
    assert name in result.output
