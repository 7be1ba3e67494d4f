"""What a user installs: the wheel, and what importing a construct costs."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support import ROOT

EXTRAS = ("typer", "rich", "jinja2", "boto3", "botocore", "moto", "ministack", "cfnlint")
COMMANDS = ("cli", "live", "local", "preflight")
"""Packages that commands alone import, which the extras bring what they need."""


@pytest.fixture(scope="module")
def wheel(built_wheel: Path) -> list[str]:
    return zipfile.ZipFile(built_wheel).namelist()


def test_the_wheel_ships_the_library_only(wheel: list[str]) -> None:
    assert {name.split("/")[0] for name in wheel if ".dist-info/" not in name} == {"baseline"}
    assert not [name for name in wheel if name.endswith(".pyc")]


def test_the_wheel_ships_types_handlers_and_data(wheel: list[str]) -> None:
    committed = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "baseline").rglob("*")
        if path.suffix in {".json", ".py", ".typed", ".guard", ".yaml", ".css", ".js", ".j2"}
        and "__pycache__" not in path.parts
    }
    assert "baseline/py.typed" in wheel
    assert any("/handlers/" in name for name in wheel)
    assert any(name.endswith(".json") for name in wheel)
    assert committed <= set(wheel)


def test_importing_constructs_imports_no_extra() -> None:
    modules = sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / "baseline").rglob("*.py")
        if not {*COMMANDS, "handlers", "documents"} & set(path.relative_to(ROOT).parts)
        and path.name != "__init__.py"
    )
    code = (
        "import sys, json, importlib\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        f"print(json.dumps([name for name in {EXTRAS!r} if name in sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert json.loads(done.stdout) == []


def test_handlers_use_the_standard_library_and_boto3_only() -> None:
    handlers = sorted((ROOT / "baseline").rglob("handlers/*/**/*.py"))
    assert handlers
    allowed = {*sys.stdlib_module_names, "boto3", "botocore"}
    for path in handlers:
        siblings = {item.stem for item in path.parent.iterdir()}
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom) and not node.level
                else []
            )
            for name in names:
                assert name.split(".")[0] in allowed | siblings, f"{path}: {name}"


@pytest.mark.parametrize(
    "path", [*sorted((ROOT / "requirements").glob("*.lock")), ROOT / "package-lock.json"]
)
def test_lock_files_name_no_registry(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"https?://", "\n".join(_outside_metadata(text)))
    assert "resolved" not in text
    if path.suffix == ".lock":
        pinned = re.findall(r"^[a-z0-9].*==", text, re.MULTILINE)
        assert len(pinned) > 5
        assert text.count("--hash=sha256:") >= len(pinned)


def _outside_metadata(text: str) -> list[str]:
    # package-lock.json repeats each package's funding address, which is no registry.
    return [line for line in text.splitlines() if '"url"' not in line]
