"""The file for CI: the steps of a delivery before the merge, wherever the stacks are."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from baseline.delivery.commands import Commands
from baseline.delivery.step_table import change_steps
from baseline.errors import BaselineError
from baseline.init.ci import ci_file
from baseline.init.place import MARKS, VENDORED, Place

Files = dict[str, str]


def place(tmp_path: Path, directory: str, source: str) -> Place:
    (tmp_path / ".git").mkdir(exist_ok=True)
    for mark in MARKS:
        (tmp_path / source / mark).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / source / mark).write_text("", encoding="utf-8")
    return Place.of(tmp_path / directory, tmp_path / source)


def scripts(text: str) -> list[str]:
    """Give every script of a file of either platform."""
    document = yaml.safe_load(text)
    jobs = document.get("jobs", document)
    found: list[str] = []
    for job in jobs.values():
        if isinstance(job, dict):
            found += [row["run"] for row in job.get("steps", ()) if "run" in row]
            found += job.get("script", ())
    return found


@pytest.fixture(params=["github", "gitlab"])
def platform(request: pytest.FixtureRequest) -> str:
    return str(request.param)


LAYOUTS = {"the clone": (".", "."), "in it": ("acme", "."), "with a copy": (".", VENDORED), "a space": ("my org", ".")}  # fmt: skip


@pytest.mark.parametrize("layout", list(LAYOUTS))
def test_every_script_is_one(tmp_path: Path, platform: str, layout: str) -> None:
    text = ci_file(platform, place(tmp_path, *LAYOUTS[layout]), organization=True, branch="main")
    found = scripts(text)
    assert any("cdk synth" in script for script in found)
    for script in found:
        done = subprocess.run(
            ["bash", "-n"], input=script, text=True, capture_output=True, check=False
        )
        assert done.stderr == "", script


def test_it_validates_proves_synthesizes_and_reviews(tmp_path: Path, platform: str) -> None:
    text = ci_file(platform, place(tmp_path, "acme", "."), organization=True, branch="main")
    for command in (
        "cd acme",
        "baseline validate\n",
        "baseline guardrails test",
        "(cd acme && cdk synth --quiet --output ../cdk.out)",
        "baseline review .base/cdk.out cdk.out --config acme/baseline.yaml",
        "baseline validate-template cdk.out --fail-on error",
    ):
        assert command in text.replace("\\n", "\n"), command
    assert text.startswith(f"# Written by: baseline init --ci {platform}.")


def test_one_account_has_no_guardrails_to_prove(tmp_path: Path, platform: str) -> None:
    text = ci_file(platform, place(tmp_path, ".", "."), organization=False, branch="main")
    assert "baseline validate" in text
    assert "guardrails test" not in text


def test_no_job_gets_credentials(tmp_path: Path) -> None:
    text = ci_file("github", place(tmp_path, "acme", "."), organization=True, branch="main")
    document: dict[str, Any] = yaml.safe_load(text)
    assert set(document["jobs"]) == {"quality", "build", "review"}
    rights = {name: job["permissions"] for name, job in document["jobs"].items()}
    assert rights == {
        "quality": {"contents": "read"},
        "build": {"contents": "read"},
        "review": {"pull-requests": "write"},
    }
    assert document["permissions"] == {}
    assert "configure-aws-credentials" not in text
    assert all(
        re.search(r"@[0-9a-f]{40} # v", line) for line in text.splitlines() if "uses:" in line
    )
    gitlab = ci_file("gitlab", place(tmp_path, "acme", "."), organization=True, branch="main")
    assert "id_tokens" not in gitlab


@pytest.mark.parametrize(
    ("source", "setup"), [(".", "make setup"), (VENDORED, f"make -C {VENDORED} setup")]
)
def test_tools_come_from_the_copy_of_the_repository(
    tmp_path: Path, platform: str, source: str, setup: str
) -> None:
    text = ci_file(platform, place(tmp_path, ".", source), organization=True, branch="main")
    assert setup in text
    start = '"$PWD"/' if source == "." else f'"$PWD"/{VENDORED}/'
    assert f"{start}.venv/bin" in text.replace("/./", "/")


def test_the_branch_is_one(tmp_path: Path, platform: str) -> None:
    with pytest.raises(BaselineError, match="is not one branch"):
        ci_file(platform, place(tmp_path, ".", "."), organization=True, branch="release/*")


def test_rules_that_stopped_the_synthesis_already_are_a_report() -> None:
    (build,) = [step for step in change_steps(Commands(rules_at_synth=True), ()) if step.writes]
    (rules,) = [line for line in build.commands if "validate-template" in line]
    assert rules.endswith("|| test $? -eq 1")
    (usual,) = [step for step in change_steps(Commands(), ()) if step.writes]
    assert not any("validate-template" in line and "||" in line for line in usual.commands)
