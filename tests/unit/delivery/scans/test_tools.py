"""The tools: exact versions, hashes, no addresses; what is not the locked tool is not run."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from baseline.delivery.scans.engines import Request
from baseline.delivery.scans.engines.application import dast
from baseline.delivery.scans.engines.packages import dependencies, sbom
from baseline.delivery.scans.engines.source import sast
from baseline.delivery.scans.engines.sources import sources
from baseline.delivery.scans.engines.targets import Kind, targets
from baseline.delivery.scans.findings import Scan
from baseline.delivery.scans.running import ScanError, as_json, run
from baseline.delivery.scans.tools import Toolbox, tools
from baseline.delivery.scans.tools.toolbox import STAMP


@pytest.mark.parametrize("name", tools())
def test_every_package_of_a_tool_is_locked(name: str) -> None:
    tool = tools()[name]
    assert "://" not in tool.lock
    packages = re.split(r"\n(?=\S)", tool.lock.strip())
    assert all(re.match(r"[a-z0-9._-]+==\S+ ", each) for each in packages)
    assert all("--hash=sha256:" in each for each in packages)
    assert any(each.startswith(f"{tool.package}=={tool.version} ") for each in packages)


def test_every_scan_has_a_tool() -> None:
    assert {scan for tool in tools().values() for scan in tool.scans} == set(Scan)


def installed(folder: Path, name: str, script: str) -> Toolbox:
    """Put a program in the place of a tool."""
    tool = tools()[name]
    home = folder / name
    (home / "bin").mkdir(parents=True)
    program = home / "bin" / tool.program
    program.write_text(f"#!{sys.executable}\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    (home / STAMP).write_text(tool.stamp, encoding="utf-8")
    return Toolbox(folder=folder)


def test_a_tool_that_is_not_there_is_told_with_the_command(tmp_path: Path) -> None:
    with pytest.raises(ScanError, match=r"semgrep \S+ is missing .*baseline scan tools install"):
        Toolbox(folder=tmp_path).program("semgrep")


def test_a_tool_of_another_lock_file_is_not_run(tmp_path: Path) -> None:
    box = installed(tmp_path, "semgrep", "")
    assert box.program("semgrep").endswith("/semgrep/bin/semgrep")
    (tmp_path / "semgrep" / STAMP).write_text("0" * 64, encoding="utf-8")
    with pytest.raises(ScanError, match="is outdated"):
        box.program("semgrep")


def test_the_folder_of_the_tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASELINE_SCAN_TOOLS", str(tmp_path))
    assert Toolbox.named(None).folder == tmp_path
    assert Toolbox.named(Path("/x")).folder == Path("/x")
    monkeypatch.delenv("BASELINE_SCAN_TOOLS")
    assert Toolbox.named(None).folder == Path.cwd() / ".venv-scan"


def test_what_is_there_is_not_installed_again(tmp_path: Path) -> None:
    told: list[str] = []
    installed(tmp_path, "bandit", "").install(["bandit"], told.append)
    assert told == [f"bandit {tools()['bandit'].version} is there"]


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (
            "import sys; sys.exit('error: no rules')",
            "semgrep failed with status 1: error: no rules",
        ),
        ("import sys; print('x'); sys.exit(7)", "semgrep failed with status 7: x"),
        ("import time; time.sleep(60)", "semgrep did not end within 0.5 seconds"),
        ("print('not JSON')", "the report of semgrep is no JSON"),
        ("print('{}')", "the report of semgrep is not as this version"),
    ],
)
def test_a_tool_that_crashes_is_one_line(tmp_path: Path, script: str, message: str) -> None:
    box = installed(tmp_path / "tools", "semgrep", script)
    installed(tmp_path / "tools", "bandit", 'print(\'{"results": [], "errors": []}\')')
    (tmp_path / "a.py").write_text("pass\n", encoding="utf-8")
    seconds = 0.5 if "sleep" in script else 30
    with pytest.raises(ScanError) as raised:
        sast(Request(target=str(tmp_path / "a.py"), toolbox=box, seconds=seconds))
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_what_a_tool_started_ends_with_it(tmp_path: Path) -> None:
    file = tmp_path / "child"
    script = f"sleep 60 & echo $! > {file}; wait"
    with pytest.raises(ScanError, match="did not end"):
        run("sh", ["/bin/sh", "-c", script], fine=[0], seconds=0.7)
    status = Path(f"/proc/{file.read_text('utf-8').strip()}/stat")
    assert not status.exists() or ") Z " in status.read_text("utf-8")


def test_a_tool_does_not_see_the_python_of_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/of/the/caller")
    code = "import json, os; print(json.dumps(dict(os.environ)))"
    seen = as_json("python", run("python", [sys.executable, "-c", code], fine=[0], seconds=30))
    assert "PYTHONPATH" not in seen
    assert seen["SEMGREP_SEND_METRICS"] == "off"


def test_a_path_without_python_was_not_scanned(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    with pytest.raises(ScanError, match="holds no Python file"):
        sast(Request(target=str(tmp_path), toolbox=Toolbox(folder=tmp_path)))


def test_files_outside_of_git_without_those_of_tools(tmp_path: Path) -> None:
    for name in ("a.py", ".venv/b.py", "node_modules/c.py", "src/d.py", ".venv-scan/e.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("pass\n", encoding="utf-8")
    folder, found = sources(str(tmp_path))
    assert [path.relative_to(folder).as_posix() for path in found] == ["a.py", "src/d.py"]


def test_files_of_git_without_ignored_ones(tmp_path: Path) -> None:
    run("git", ["git", "init", "--quiet", str(tmp_path)], fine=[0], seconds=30)
    for name, text in (("a.py", ""), ("b.py", ""), (".gitignore", "b.py\n"), ("s/c.py", "")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    folder, found = sources(str(tmp_path / "s"))
    assert (folder, [path.name for path in found]) == (tmp_path, ["c.py"])
    assert {path.name for path in sources(str(tmp_path))[1]} == {"a.py", ".gitignore", "c.py"}


def test_what_names_dependencies(tmp_path: Path) -> None:
    for name in (
        "requirements.txt",
        "requirements/dev.lock",
        "package-lock.json",
        "a.cdx.json",
        "x.txt",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("flask==1\n", encoding="utf-8")
    _, found = targets(str(tmp_path))
    assert {each.name: each.kind for each in found} == {
        "requirements.txt": Kind.REQUIREMENTS,
        "requirements/dev.lock": Kind.REQUIREMENTS,
        "package-lock.json": Kind.NPM,
        "a.cdx.json": Kind.BILL,
    }
    # A file that is named itself may have any name.
    assert targets(str(tmp_path / "x.txt"))[1][0].kind is Kind.REQUIREMENTS
    (tmp_path / "pyvenv.cfg").write_text("", encoding="utf-8")
    assert targets(str(tmp_path))[1][0].kind is Kind.ENVIRONMENT


@pytest.mark.parametrize("scan", [dependencies, sbom])
def test_a_path_without_dependencies_is_not_clean(tmp_path: Path, scan: object) -> None:
    assert callable(scan)
    (tmp_path / "notes.txt").write_text("nothing", encoding="utf-8")
    request = Request(target=str(tmp_path), toolbox=Toolbox(folder=tmp_path))
    with pytest.raises(ScanError, match="names no dependencies"):
        scan(request)
    with pytest.raises(ScanError, match="does not exist"):
        scan(Request(target=str(tmp_path / "none"), toolbox=Toolbox(folder=tmp_path)))


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("example.com", "is no address"),
        ("ftp://example.com", "is no address"),
        ("http://user@example.com/", "is no address"),
        ("http://169.254.169.254/", "metadata"),
        ("http://127.0.0.1:9/", "nothing answers"),
    ],
)
def test_an_address_that_is_not_attacked(tmp_path: Path, url: str, message: str) -> None:
    with pytest.raises(ScanError, match=message):
        dast(Request(target=url, toolbox=Toolbox(folder=tmp_path)))


def test_a_header_that_is_none(tmp_path: Path) -> None:
    request = Request(
        target="http://127.0.0.1:9/", toolbox=Toolbox(folder=tmp_path), headers=("s3cret",)
    )
    with pytest.raises(ScanError, match="header 1 is none") as raised:
        dast(request)
    assert "s3cret" not in str(raised.value)
