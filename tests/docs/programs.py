"""What commands of blocks are checked for, by program."""

from __future__ import annotations

import functools
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import typer
from typer.testing import CliRunner

from baseline.cli.application import application
from tests.docs.aws_commands import problems as aws_problems
from tests.support import ROOT

NEEDS = {
    ("local",): "starts the embedded AWS: tests/e2e runs it",
    ("gameday", "run"): "needs an AWS: tests/e2e/test_gameday.py runs it",
    ("gameday", "cleanup"): "needs an AWS: tests/e2e/test_gameday.py runs it",
    ("settings",): "reads accounts: tests/e2e/test_settings.py runs it",
    ("scan",): "needs the scanners: tests/tools/test_scans.py runs it",
    ("preflight",): "reads accounts: tests/unit/preflight runs it",
    ("evidence",): "collects from accounts: tests/e2e/test_evidence.py runs it",
    ("review",): "synthesizes two versions: tests/unit/review runs it",
}
"""Commands of ours that are parsed only, wherever they stand, and why."""

OTHERS = {
    "base64", "cat", "cd", "cp", "curl", "docker", "gh", "git", "gunzip", "jq", "kubectl", "mkdir", "openssl", "pip",
    "python", "python3", "read", "rm", "sha256sum", "sort", "source", "tar", "unzip", "xargs",
}  # fmt: skip
"""Programs of a machine: their arguments are not checked."""

runner = CliRunner()


def problems(words: list[str], *, run_in: Path | None, exit_code: int = 0) -> list[str]:
    """List what is wrong with a command.

    Args:
        words: the command.
        run_in: a copy of the example in which ``baseline`` commands are run; None only parses them.
        exit_code: what they have to end with.
    """
    program, *rest = words
    if program == "npx":
        program, *rest = rest
    program = program.removeprefix(".venv/bin/")
    if program == "baseline":
        return _baseline(rest, run_in, exit_code)
    if program == "mkdir" and run_in:
        (run_in / rest[-1]).mkdir(parents=True, exist_ok=True)
    if check := CHECKS.get(program):
        return check(rest)
    return [] if program in OTHERS else [f"{program} is a program that tests/docs does not know"]


def is_run(words: list[str]) -> bool:
    """Tell whether a command is one of ours that runs on any machine."""
    return words[0] == "baseline" and not any(
        tuple(words[1 : 1 + len(start)]) == start for start in NEEDS
    )


def _baseline(words: list[str], run_in: Path | None, exit_code: int) -> list[str]:
    if run_in is None or not is_run(["baseline", *words]):
        return parsed(words)
    before = Path.cwd()
    os.chdir(run_in)
    try:
        result = runner.invoke(application, words)
    finally:
        os.chdir(before)
    if result.exit_code == exit_code:
        return []
    raised = result.exception if not isinstance(result.exception, SystemExit) else None
    return [f"exit {result.exit_code}, not {exit_code}: {result.output[-600:]}{raised or ''}"]


def parsed(words: list[str]) -> list[str]:
    """List what Typer does not understand of a ``baseline`` command: nothing is run.

    Args:
        words: after ``baseline``.
    """
    command = typer.main.get_command(application)
    context = command.context_class(command, info_name="baseline")
    rest = list(words)
    try:
        while hasattr(command, "resolve_command") and rest and not rest[0].startswith("-"):
            name, command, rest = command.resolve_command(context, rest)
            context = command.context_class(command, info_name=name, parent=context)
        if not {"--help", "--version"} & set(words):
            command.make_context(context.info_name, rest, parent=context.parent)
    except Exception as error:  # noqa: BLE001 - what a parser raises is what the reader would see
        return [str(getattr(error, "message", "") or repr(error))]
    return []


@functools.cache
def _targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def _make(words: list[str]) -> list[str]:
    asked = [word for word in words if not word.startswith("-") and "=" not in word]
    return [f"the Makefile has no {name}" for name in asked if name not in _targets()]


def _cdk(words: list[str]) -> list[str]:
    if not words:
        return ["cdk without a command"]
    help_ = _help_of_cdk(words[0])
    options = {word.split("=")[0] for word in words if re.match(r"-{1,2}[a-z]", word)}
    found = [] if f"cdk {words[0]}" in help_ else [f"cdk has no {words[0]}"]
    known = set(re.findall(r"(?<![\w-])-{1,2}[a-z][a-z0-9-]*", help_))
    return found + [f"cdk {words[0]} has no {name}" for name in sorted(options - known)]


@functools.cache
def _help_of_cdk(command: str) -> str:
    done = subprocess.run(
        [str(ROOT / "node_modules/.bin/cdk"), command, "--help"],
        cwd="/",
        env={**os.environ, "PATH": f"{ROOT / '.venv/bin'}:{os.environ['PATH']}"},
        check=False,
        capture_output=True,
        text=True,
    )
    return done.stdout + done.stderr


def _pytest(words: list[str]) -> list[str]:
    paths = [word for word in words if word.startswith("tests")]
    return [f"{path} does not exist" for path in paths if not (ROOT / path).exists()]


CHECKS: dict[str, Callable[[list[str]], list[str]]] = {
    "aws": aws_problems,
    "cdk": _cdk,
    "make": _make,
    "pytest": _pytest,
}
