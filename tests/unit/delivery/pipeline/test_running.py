"""The scripts of steps, run by a shell in a repository: what is compared, what stops, what is handed on."""

from __future__ import annotations

import os
import subprocess
import tarfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from baseline.cli.application import application
from baseline.delivery.buildspec import import_findings
from baseline.delivery.commands import Commands, Gate, Target
from baseline.delivery.step_table import delivery_steps
from baseline.delivery.steps import BASE_VARIABLE, script

STEPS = {
    step.name: step
    for step in delivery_steps(
        Commands(prove=("baseline validate baseline.yaml", "baseline guardrails test")),
        Gate(threshold="medium", suppressions="security/accepted.yaml", project="shop"),
        test=Target(stacks=("Test/*",), endpoint="https://test.example.com"),
        production=Target(stacks=("Production/*",)),
    )
}
# What the CDK and the baseline are told, and the assembly that says which commit it is of.
CDK = """#!/bin/bash
mkdir -p cdk.out && cp version cdk.out/manifest.json
"""
BASELINE = """#!/bin/bash
echo "$@" >> {log}
case "$1" in
  review) echo "$(cat "$2/manifest.json") to $(cat "$3/manifest.json")" > "$5"; exit {review};;
  validate-template) exit {rules};;
esac
"""


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def commit(folder: Path, version: str) -> None:
    (folder / "version").write_text(version)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", version)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A clone with a branch `main` of two commits, and a change of one more."""
    origin, work = tmp_path / "origin", tmp_path / "work"
    origin.mkdir()
    git(origin, "init", "--quiet", "--initial-branch", "main")
    for name in ("cdk.json", "package.json", "package-lock.json"):
        (origin / name).write_text("{}")
    commit(origin, "first")
    commit(origin, "second")
    git(tmp_path, "clone", "--quiet", str(origin), "work")
    git(work, "checkout", "--quiet", "-b", "change")
    commit(work, "changed")
    return work


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def build(repository: Path, tmp_path: Path) -> Run:
    """Run the step Build; choose how review and rules end."""
    tools = tmp_path / "tools"
    tools.mkdir()

    def run(*, review: int = 0, rules: int = 0) -> subprocess.CompletedProcess[str]:
        log = tmp_path / "log"
        written = BASELINE.format(log=log, review=review, rules=rules)
        for name, text in (("cdk", CDK), ("baseline", written)):
            (tools / name).write_text(text)
            (tools / name).chmod(0o755)
        return subprocess.run(
            ["bash", "-c", f"(\n{script(STEPS['Build'].commands)}\n)"],
            cwd=repository,
            env={"PATH": f"{tools}:{os.environ['PATH']}", BASE_VARIABLE: "main"},
            check=False,
            capture_output=True,
            text=True,
        )

    return run


def report(repository: Path) -> str:
    return (repository / "reports/review/review.md").read_text().strip()


def test_a_change_is_compared_with_where_it_left_the_branch(build: Run, repository: Path) -> None:
    origin = repository.parent / "origin"
    commit(origin, "third")
    done = build()
    assert done.returncode == 0, done.stderr
    assert report(repository) == "second to changed"


def test_what_is_merged_is_compared_with_what_was_before(build: Run, repository: Path) -> None:
    git(repository, "checkout", "--quiet", "main")
    assert build().returncode == 0
    assert report(repository) == "first to second"


def test_a_second_run_in_the_same_place_does_the_same(build: Run, repository: Path) -> None:
    assert build().returncode == 0
    git(repository, "worktree", "prune")
    done = build()
    assert done.returncode == 0, done.stderr
    assert report(repository) == "second to changed"


def test_something_to_look_at_does_not_stop_and_a_failed_review_does(
    build: Run, repository: Path
) -> None:
    assert build(review=1).returncode == 0
    assert build(review=2).returncode != 0
    assert report(repository) == "second to changed"


def test_a_rule_stops_the_build_and_the_review_can_be_read(build: Run, repository: Path) -> None:
    assert build(rules=1).returncode != 0
    assert report(repository) == "second to changed"
    assert not (repository / "release.tar").exists()


def test_the_release_is_the_assembly_and_what_deploys_it(build: Run, repository: Path) -> None:
    assert build().returncode == 0
    with tarfile.open(repository / "release.tar") as archive:
        assert sorted(each.name for each in archive if each.isfile()) == [
            "release/cdk.json",
            "release/cdk.out/manifest.json",
            "release/package-lock.json",
            "release/package.json",
        ]


def test_proofs_run_after_the_rules(build: Run, tmp_path: Path) -> None:
    assert build().returncode == 0
    called = [line.split()[0] for line in (tmp_path / "log").read_text().splitlines()]
    assert called == ["review", "validate-template", "validate", "guardrails"]


def test_a_failing_command_stops_the_step(tmp_path: Path) -> None:
    text = script(("false", "touch reached"))
    assert subprocess.run(["bash", "-c", f"(\n{text}\n)"], cwd=tmp_path, check=False).returncode
    assert not (tmp_path / "reached").exists()


def lines() -> list[str]:
    """Give every command of ours that a step runs."""
    every = [line for step in STEPS.values() for line in step.commands]
    return sorted(
        line.split(" || ")[0]
        for line in [*every, import_findings("bucket")]
        if line.startswith("baseline ")
    )


@pytest.mark.parametrize("line", lines())
def test_the_command_understands_what_it_is_told(line: str) -> None:
    words = line.split()[1:]
    if find_spec(f"baseline.cli.{words[0].replace('-', '_')}") is None:
        pytest.skip(f"baseline {words[0]} is not installed")
    understands(words)


def test_what_a_command_does_not_know_is_noticed() -> None:
    with pytest.raises(Exception, match="No such option"):
        understands(["validate-template", "cdk.out", "--fails-on", "error"])
    with pytest.raises(AssertionError, match="tests"):
        understands(["guardrails", "tests"])


def understands(words: list[str]) -> None:
    """Let the commands read arguments without doing anything."""
    command: Any = get_command(application)
    context = command.make_context("baseline", list(words))
    while hasattr(command, "get_command"):
        name, *words = words
        found = command.get_command(context, name)
        assert found is not None, name
        command = found
        context = command.make_context(name, list(words), parent=context)
