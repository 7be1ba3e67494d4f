"""The workflows of this repository: Actions by commit, rights by job, and nothing that zizmor finds."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from baseline.delivery.platform_files.github import PINS
from tests.support import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
WRITTEN = ROOT / "examples" / "delivery" / "github-actions.yml"
_PINNED = re.compile(r"^(?P<action>[\w.-]+/[\w.-]+)@(?P<commit>[0-9a-f]{40}) # (?P<tag>v[\d.]+)$")
_USES = re.compile(r"uses: (.*)$", re.MULTILINE)


def workflow(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return found


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_to_commits(path: Path) -> None:
    used = _USES.findall(path.read_text("utf-8"))
    assert used
    for each in used:
        match = _PINNED.match(each)
        assert match, each
        # One commit for an Action, here and in what `baseline delivery` writes.
        known = PINS.get(match["action"])
        assert known is None or known == (match["commit"], match["tag"]), each


@pytest.mark.parametrize("path", [*WORKFLOWS, WRITTEN], ids=lambda path: path.stem)
def test_zizmor_finds_nothing(path: Path) -> None:
    command = ["zizmor", "--offline", "--no-progress", "--persona", "regular", str(path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_zizmor_finds_an_action_by_tag(tmp_path: Path) -> None:
    path = tmp_path / ".github" / "workflows" / "ci.yml"
    path.parent.mkdir(parents=True)
    text = WORKFLOWS[0].read_text("utf-8")
    path.write_text(re.sub(r"@[0-9a-f]{40} # ", "@", text), encoding="utf-8")
    command = ["zizmor", "--offline", "--no-progress", str(path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode != 0
    assert "unpinned-uses" in done.stdout


def test_what_runs_our_code_cannot_sign_and_what_signs_does_not_run_it() -> None:
    release = workflow(ROOT / ".github" / "workflows" / "release.yml")
    assert release["permissions"] == {}
    for name, job in release["jobs"].items():
        runs = "\n".join(step.get("run", "") for step in job["steps"])
        ours = bool(re.search(r"\bmake\b|\.ci/run|scripts/", runs))
        rights = job["permissions"]
        assert ours == (name in {"test", "build"})
        assert not (ours and set(rights.values()) - {"read"}), name


def test_nothing_is_signed_or_published_before_all_tests_and_the_audit() -> None:
    jobs = workflow(ROOT / ".github" / "workflows" / "release.yml")["jobs"]
    assert set(jobs["sign"]["needs"]) == {"test", "build"}
    assert jobs["publish"]["needs"] == "sign"
    assert jobs["announce"]["needs"] == "publish"
    assert jobs["publish"]["environment"] == "pypi"
    assert jobs["test"]["env"] == {"CI_ADVISORIES": "required"}
    for name in ("sign", "publish"):
        runs = [step.get("run", "") for step in jobs[name]["steps"]]
        assert any("sha256sum --check --strict" in each for each in runs), name


def test_ci_needs_the_advisories_where_it_can_have_them() -> None:
    job = workflow(ROOT / ".github" / "workflows" / "ci.yml")["jobs"]["ci"]
    assert job["env"] == {"CI_ADVISORIES": "required"}
