"""What `baseline init` wrote works: validated, synthesized, reviewed, by the commands of its own CI file."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support import ROOT
from tests.unit.init.flags import ORGANIZATION, STANDALONE, run

pytestmark = pytest.mark.tools

PARTS = ("app.py", "cdk.json", "baseline", "stacks", "package.json", ".gitignore")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of the repository, of one commit that the remote's main branch has."""
    folder = tmp_path / "clone"
    folder.mkdir()
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part)  # with its bytecode, which git ignores
        else:
            shutil.copy(source, folder / part)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    commit(folder)
    git(folder, "update-ref", "refs/remotes/origin/main", "HEAD")
    return folder


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Change")


def job(clone: Path, name: str) -> str:
    """Run what a job does after its tools are installed, and give its output."""
    file = clone / ".github" / "workflows" / "baseline.yml"
    document: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    titled = document["jobs"][name]
    (script,) = [row["run"] for row in titled["steps"] if row.get("name") == titled["name"]]
    environment = {**os.environ, **document["env"], "PYTHONPATH": str(clone)}
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=clone, env=environment, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.nightly
def test_a_folder_of_a_clone_passes_its_own_checks(clone: Path) -> None:
    assert run(clone / "acme", ORGANIZATION).exit_code == 0
    commit(clone)
    git(clone, "update-ref", "refs/remotes/origin/main", "HEAD")
    file = clone / "acme" / "baseline.yaml"
    text = file.read_text(encoding="utf-8")
    weaker = text.replace("object_lock_mode: COMPLIANCE", "object_lock_mode: GOVERNANCE")
    file.write_text(weaker, encoding="utf-8")
    commit(clone)
    assert "baseline.yaml is right." in job(clone, "quality")
    job(clone, "build")
    manifest = json.loads((clone / "cdk.out" / "manifest.json").read_text(encoding="utf-8"))
    assert {"guardrails", "log-archive", "organization"} <= set(manifest["artifacts"])
    said = (clone / "reports" / "review" / "review.md").read_text(encoding="utf-8")
    assert "`ObjectLockConfiguration.Rule.DefaultRetention.Mode` is `GOVERNANCE`" in said
    assert "1 to look at" in said


def test_one_account_in_place_of_the_example_passes_its_own_checks(clone: Path) -> None:
    assert run(clone, STANDALONE, "--force").exit_code == 0
    assert json.loads((clone / "cdk.json").read_text(encoding="utf-8"))["app"] == "python3 app.py"
    commit(clone)
    assert "without an organization" in job(clone, "quality")
    # The commit that brings the configuration has none before it: nothing is new or gone.
    job(clone, "build")
    assert (clone / "cdk.out" / "manifest.json").is_file()
    said = (clone / "reports" / "review" / "review.md").read_text(encoding="utf-8")
    assert "look" not in said
