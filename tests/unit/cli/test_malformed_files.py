"""Commands that read a file that is none: lines and exit status 2, never a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from baseline.cli.application import application
from tests.support import started
from tests.unit.config.malformed import SMALL, WHOLE

runner = CliRunner()
KINDS = ("an-alias", "nul", "a-list")
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("validate", "{file}"),
    ("validate", "{file}", "--json"),
    ("cost", "{file}"),
    ("cost", "{right}", "--compare", "{file}"),
    ("report", "--config", "{file}", "--output", "{folder}/report.html"),
    ("guardrails", "test", "--config", "{file}"),
    ("guardrails", "explain", "--config", "{file}", "--ou", "A", "--principal", "*", "--action", "s3:*"),
    ("identity", "profiles", "--config", "{file}"),
    ("preflight", "--config", "{file}"),
    ("settings", "plan", "--config", "{file}"),
    ("gameday", "run", "--config", "{file}"),
    ("evidence", "--config", "{file}", "--output", "{folder}/evidence.zip"),
    ("local", "deploy", "--config", "{file}", "--state", "{folder}/state"),
)  # fmt: skip

DAMAGED: dict[str, bytes] = {
    "nothing": b"",
    "null": b"null",
    "number": b"12",
    "text": b'"abc"',
    "list": b"[1]",
    "object-in-a-list": b"[{}]",
    "object": b'{"tree": 1, "artifacts": 1}',
    "open": b'{"a":',
    "latin-1": b"\xff\xe9",
    "deep": b"[" * 100_000,
}


def run(*arguments: str) -> tuple[int, str]:
    result = runner.invoke(application, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert "Traceback" not in result.output
    return result.exit_code, result.output


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: "-".join(each[:2]))
def test_a_configuration_that_is_none(tmp_path: Path, command: tuple[str, ...]) -> None:
    right, file = tmp_path / "right.yaml", tmp_path / "baseline.yaml"
    right.write_text(SMALL, encoding="utf-8")
    for kind in KINDS:
        file.write_bytes(WHOLE[kind])
        arguments = [part.format(file=file, right=right, folder=tmp_path) for part in command]
        status, output = run(*arguments)
        assert status == 2, (kind, output)
        assert "baseline.yaml" in output.replace("\n", ""), (kind, output)


def test_the_app(tmp_path: Path) -> None:
    file = tmp_path / "baseline.yaml"
    file.write_bytes(WHOLE["laughter"])
    done = started(f"baseline:config={file}", directory=tmp_path / "cdk.out")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert all(line.startswith(f"{file}:") for line in done.stderr.splitlines())


@pytest.mark.parametrize("kind", DAMAGED)
def test_other_files_of_ones_own(tmp_path: Path, kind: str) -> None:
    config, folder = tmp_path / "baseline.yaml", tmp_path / "own"
    config.write_text(f"{SMALL}\nguardrails: {{custom_folder: own}}\n", encoding="utf-8")
    folder.mkdir()
    (folder / "own.json").write_bytes(DAMAGED[kind])
    status, output = run("validate", str(config))
    assert status == 2
    assert "guardrails.custom_folder: own.json" in output
    config.write_text(SMALL, encoding="utf-8")
    status, output = run("cost", str(config), "--assumptions", str(folder / "own.json"))
    assert (status, output.count("\n")) == (2, 1)


def test_a_day_that_no_calendar_has(tmp_path: Path) -> None:
    (tmp_path / "baseline.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "more.yaml").write_text("accounts: 2026-13-45", encoding="utf-8")
    files = [str(tmp_path / "baseline.yaml"), "--assumptions", str(tmp_path / "more.yaml")]
    status, output = run("cost", *files)
    assert (status, output.count("\n")) == (2, 1)


@pytest.mark.parametrize(
    "node", [{"attributes": ""}, {"children": 5}, {"children": {"a": None}}, {"path": {}}]
)
def test_a_damaged_node_of_the_tree(tmp_path: Path, node: dict[str, object]) -> None:
    folder = tmp_path / "cdk.out"
    folder.mkdir()
    (folder / "controls.json").write_text("[]", encoding="utf-8")
    tree = {"tree": {"path": "", "children": {"app": node}}}
    (folder / "tree.json").write_text(json.dumps(tree), encoding="utf-8")
    assert run("controls", "--assembly", str(folder))[0] == 0


@pytest.mark.parametrize("kind", DAMAGED)
@pytest.mark.parametrize("name", ["manifest.json", "controls.json", "tree.json"])
def test_an_assembly_with_a_damaged_file(tmp_path: Path, name: str, kind: str) -> None:
    folder, config = tmp_path / "cdk.out", tmp_path / "baseline.yaml"
    folder.mkdir()
    config.write_text(SMALL, encoding="utf-8")
    whole = {"manifest.json": {"artifacts": {}}, "controls.json": [], "tree.json": {"tree": {}}}
    for each, content in whole.items():
        (folder / each).write_text(json.dumps(content), encoding="utf-8")
    (folder / name).write_bytes(DAMAGED[kind])
    page = str(tmp_path / "report.html")
    statuses = {
        run("controls", "--assembly", str(folder))[0],
        run("uninstall", "--assembly", str(folder))[0],
        run("report", "--config", str(config), "--assembly", str(folder), "--output", page)[0],
    }
    # Each reads other files; who reads the damaged one says so.
    assert 2 in statuses
