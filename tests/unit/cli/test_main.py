"""The command as it is started: exit status and what stands on the terminal."""

from __future__ import annotations

import subprocess
import sys
import types
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import baseline.cli
from baseline.cli import application as module
from baseline.errors import BaselineError

ROOT = Path(__file__).parents[3]
runner = CliRunner()


def started(*arguments: str, before: str = "pass") -> subprocess.CompletedProcess[str]:
    code = f"import sys; {before}; from baseline.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip


def test_without_the_extra_it_says_what_to_install() -> None:
    done = started("validate", before="sys.modules['typer'] = None")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "this command needs typer, which is not installed: pip install 'aws-security-baseline[cli]'\n"
    )


def test_wrong_input_reaches_the_shell_as_status_2() -> None:
    done = started("validate", "tests/unit/config/test_main.none")
    assert done.returncode == 2
    assert done.stdout == (
        "tests/unit/config/test_main.none no such file; name another, or start from an example\n"
    )
    assert done.stderr == ""


def test_an_unknown_command_is_wrong_input() -> None:
    done = started("validat")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_validate_loads_neither_the_cdk_nor_the_emulators() -> None:
    before = (
        "import atexit; heavy = ('aws_cdk', 'jsii', 'boto3', 'botocore', 'moto', 'ministack', 'cfnlint');"
        "atexit.register(lambda: print([name for name in heavy if name in sys.modules]))"
    )
    done = started("validate", "tests/unit/config/broken.yaml", before=before)
    assert done.returncode == 2
    assert done.stdout.splitlines()[-1] == "[]"


def test_reviews_and_template_checks_do_not_load_the_cdk() -> None:
    code = (
        "import sys, baseline.cli.review, baseline.cli.validate_template, baseline.review.comparison;"
        "print([name for name in ('aws_cdk', 'jsii', 'boto3') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT
    )
    assert done.stdout == "[]\n"


def test_the_version_is_printed() -> None:
    result = runner.invoke(module.application, ["--version"])
    assert (result.exit_code, result.output) == (0, f"baseline {baseline.__version__}\n")


def test_an_error_of_ours_is_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise BaselineError("prefix must be short")

    monkeypatch.setattr(module, "application", fail)
    with pytest.raises(SystemExit) as caught:
        baseline.cli.main()
    assert caught.value.code == 2
    assert capsys.readouterr().err == "prefix must be short\n"


def test_a_missing_module_of_our_own_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise ModuleNotFoundError("No module named 'baseline.gone'", name="baseline.gone")

    monkeypatch.setattr(module, "application", fail)
    with pytest.raises(ModuleNotFoundError):
        baseline.cli.main()


@pytest.fixture
def group(monkeypatch: pytest.MonkeyPatch) -> None:
    """A group of commands as the ones in GROUPS, from a module made here."""
    app = typer.Typer(help="Things about nothing.")

    @app.command()
    def look() -> None:
        typer.echo("looked")

    @app.command()
    def fail() -> None:
        raise ModuleNotFoundError("No module named 'ministack'", name="ministack")

    made = types.ModuleType("made_for_this_test")
    made.made_app = app  # type: ignore[attr-defined]
    made.__spec__ = types.SimpleNamespace()  # type: ignore[assignment]
    monkeypatch.setitem(sys.modules, "made_for_this_test", made)
    monkeypatch.setattr(module, "GROUPS", {"made": ("made_for_this_test", "made_app")})


@pytest.mark.usefixtures("group")
def test_a_group_is_loaded_on_first_use() -> None:
    result = runner.invoke(module.application, ["made", "look"])
    assert (result.exit_code, result.output) == (0, "looked\n")
    assert "made  " in runner.invoke(module.application, ["--help"]).output
    assert "Things about nothing." in runner.invoke(module.application, ["--help"]).output


@pytest.mark.usefixtures("group")
def test_a_group_without_its_extra_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["baseline", "made", "fail"])
    with pytest.raises(SystemExit) as caught:
        baseline.cli.main()
    assert caught.value.code == 2
    assert "pip install 'aws-security-baseline[local]'" in capsys.readouterr().err


def test_a_group_that_is_not_installed_is_no_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GROUPS", {"gone": ("baseline.cli.gone", "gone_app")})
    assert runner.invoke(module.application, ["gone"]).exit_code == 2
    assert "gone" not in runner.invoke(module.application, ["--help"]).output
