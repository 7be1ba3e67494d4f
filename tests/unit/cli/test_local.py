"""`baseline local`: exit statuses, JSON for programs, and a help text that needs no emulator."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from baseline.cli.local import local_app

ROOT = Path(__file__).resolve().parents[3]
WITHOUT_LOCAL = """
import sys
for name in ("boto3", "botocore", "moto", "ministack", "hypercorn", "cfnlint"):
    sys.modules[name] = None
from baseline.cli import main
sys.argv = ["baseline", *{arguments!r}]
main()
"""


def run_without_the_extra(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = WITHOUT_LOCAL.format(arguments=list(arguments))
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=False
    )


@pytest.mark.parametrize("arguments", [("--help",), ("local", "--help"), ("validate",)])
def test_the_rest_works_without_the_extra_local(arguments: tuple[str, ...]) -> None:
    result = run_without_the_extra(*arguments)

    assert result.returncode == 0, result.stderr


def test_the_missing_extra_is_named_with_the_command_that_installs_it() -> None:
    result = run_without_the_extra("local", "status")

    assert result.returncode == 2
    assert "aws-security-baseline[local]" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(ROOT)
    return str(tmp_path / "state")


def test_status_of_nothing_is_a_failure_that_says_how_to_start(state: str) -> None:
    result = CliRunner().invoke(local_app, ["status", "--state", state])

    assert result.exit_code == 1
    assert "baseline local up" in result.stdout


def test_status_as_json_is_json_alone(state: str) -> None:
    result = CliRunner().invoke(local_app, ["status", "--state", state, "--json"])

    assert result.exit_code == 1
    assert json.loads(result.stdout)["running"] is False


@pytest.mark.parametrize("command", ["deploy", "verify"])
def test_without_a_server_nothing_is_tried(state: str, command: str) -> None:
    result = CliRunner().invoke(local_app, [command, "--state", state])

    assert result.exit_code == 1
    assert "start it with `baseline local up`" in result.stderr


def test_stopping_nothing_is_fine(state: str) -> None:
    result = CliRunner().invoke(local_app, ["down", "--state", state, "--json"])

    assert result.exit_code == 0
    assert json.loads(result.stdout) == {"stopped": False, "purged": False}


@pytest.mark.parametrize("command", ["up", "deploy", "status", "verify", "demo"])
def test_a_wrong_configuration_is_wrong_input(state: str, tmp_path: Path, command: str) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("prefix: [")

    result = CliRunner().invoke(local_app, [command, "--config", str(broken), "--state", state])

    assert result.exit_code == 2
    assert "broken.yaml:1" in result.stderr
