"""What an installation brings: few packages, locked with hashes, with licences that somebody read."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import canonicalize_name

from baseline.delivery.scans.parsing.licenses import LicensePolicy, declared
from baseline.delivery.scans.tools.manifest import Tool, tools
from tests.support import ROOT

sys.path.append(str(ROOT / "scripts"))

from bill import bill
from installed import closure
from license_page import READ

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LOCKS = sorted(
    {
        *(ROOT / "requirements").glob("*.lock"),
        *(ROOT / "baseline/delivery/scans/tools").glob("*.lock"),
    }
)
_PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[\w,]+\])?==(\S+)", re.MULTILINE)
_NAME = re.compile(r"^[\w.-]+")


def pins(path: Path) -> dict[str, set[str]]:
    """Give the versions of each package: for some, one for each version of Python."""
    found: dict[str, set[str]] = {}
    for name, version in _PINNED.findall(path.read_text("utf-8")):
        found.setdefault(name, set()).add(version)
    return found


def test_the_page_gives_the_reason_of_each_dependency() -> None:
    page = (ROOT / "docs" / "supply-chain.md").read_text("utf-8")
    explained = re.findall(r"^\| `([\w.-]+)` \|", page.split("## What is locked")[0], re.MULTILINE)
    needed = [match[0] for each in PROJECT["dependencies"] if (match := _NAME.match(each))]
    assert sorted(explained) == sorted(needed)


@pytest.mark.parametrize(
    "extras", [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
)
def test_ranges_have_an_end(extras: list[str]) -> None:
    for each in extras:
        assert "==" in each or "<" in each or each.startswith("aws-security-baseline["), each


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_pin_has_its_hashes(path: Path) -> None:
    text = path.read_text("utf-8")
    blocks = re.split(r"^(?=\S)", text, flags=re.MULTILINE)
    found = [block for block in blocks if "==" in block]
    assert found
    assert all("--hash=sha256:" in block for block in found)
    assert not re.search(r"https?://|--(index|extra-index|find-links)", text)


def test_npm_packages_have_their_hashes() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert packages
    assert all(each["integrity"].startswith("sha512-") for each in packages.values())


def test_the_lock_of_the_library_is_what_importing_it_needs() -> None:
    locked = pins(ROOT / "requirements" / "runtime.lock")
    assert {name: {each.version} for name, each in closure().items()} == locked
    tested = pins(ROOT / "requirements" / "dev.lock")
    assert {name: tested[name] for name in locked} == locked


def test_the_tests_run_in_the_locked_environment() -> None:
    locked = pins(ROOT / "requirements" / "dev.lock")
    other = {n: d.version for n, d in closure("dev").items() if d.version not in locked[n]}
    assert other == {}


def test_extras_bring_what_the_library_does_not() -> None:
    library, command, emulator = closure(), closure("cli"), closure("local")
    assert {"typer", "rich", "jinja2"} <= command.keys() - library.keys()
    assert {"boto3", "moto", "ministack"} <= emulator.keys() - command.keys()
    assert len(library) <= 20


@pytest.mark.tools
def test_every_licence_is_allowed_or_was_read() -> None:
    policy = LicensePolicy.read(None)
    verdicts = {
        canonicalize_name(each["name"]): policy.verdict(declared(each))
        for each in bill("local")["components"]
    }
    assert verdicts.keys() == closure("local").keys()
    assert {name for name, verdict in verdicts.items() if verdict != "allowed"} == READ.keys()
    assert "denied" not in verdicts.values()
    # What is read by a person and not by the policy stays on the machine of a developer.
    assert not READ.keys() & closure("cli").keys()


@pytest.mark.parametrize("tool", tools().values(), ids=lambda tool: tool.name)
def test_each_scanner_is_locked_in_the_version_of_the_manifest(tool: Tool) -> None:
    locked = pins(ROOT / "baseline/delivery/scans/tools" / f"{tool.name}.lock")
    assert locked[tool.package] == {tool.version}


def test_make_installs_locks_with_their_hashes_only() -> None:
    texts = [(ROOT / "Makefile").read_text("utf-8")]
    texts += [path.read_text("utf-8") for path in sorted((ROOT / ".github").rglob("*.yml"))]
    installs = [
        line for text in texts for line in text.splitlines() if re.search(r" -r \S+\.lock", line)
    ]
    assert len(installs) == 4
    assert all("--require-hashes" in line for line in installs)
