"""The files of other platforms do the steps of the pipeline, pinned, and without stored keys."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from baseline.cli.delivery import delivery_app
from baseline.delivery.commands import Commands, Gate, Target
from baseline.delivery.platform_files import github_actions, gitlab_ci
from baseline.delivery.platform_files.github import PINS
from baseline.delivery.platform_files.text import kebab
from baseline.delivery.steps import Stage, Step, delivery_steps, script
from tests.support import ROOT
from tests.synthesized import Synthesized
from tests.unit.delivery.pipeline.conftest import PRODUCTION, TEST, commands, projects

EXAMPLES = ROOT / "examples" / "delivery"
ENDPOINT = "https://test.example.com"
STEPS = delivery_steps(
    Commands(),
    Gate(),
    test=Target(stacks=TEST.stacks, endpoint=ENDPOINT),
    production=Target(stacks=PRODUCTION.stacks),
)
Document = dict[str, Any]


def read(name: str) -> Document:
    return dict(yaml.safe_load((EXAMPLES / name).read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def github() -> Document:
    return read("github-actions.yml")


@pytest.fixture(scope="module")
def gitlab() -> Document:
    return read("gitlab-ci.yml")


@pytest.mark.parametrize("kind", ["github-actions", "gitlab-ci"])
def test_the_examples_are_what_the_command_writes(tmp_path: Path, kind: str) -> None:
    out = tmp_path / "file.yml"
    done = CliRunner().invoke(delivery_app, [kind, "--endpoint", ENDPOINT, "-o", str(out)])
    assert done.exit_code == 0, done.output
    assert out.read_text() == (EXAMPLES / f"{kind}.yml").read_text()


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_all_three_run_the_same_commands(
    delivery: Synthesized, github: Document, gitlab: Document, step: Step
) -> None:
    wanted = script(step.commands)
    job = github["jobs"][kebab(step.name)]
    assert wanted in [row.get("run") for row in job["steps"]]
    assert wanted in gitlab[kebab(step.name)]["script"]
    built = commands(projects(delivery, "default")[f"acme-shop-release-{step.name.lower()}"])
    # CodeBuild names every folder alike, so the pipeline names the project.
    assert built.replace(" --project acme-shop", "") == f"(\n{wanted}\n)"


def test_every_job_is_a_step_or_known(github: Document, gitlab: Document) -> None:
    steps = {kebab(step.name) for step in STEPS}
    more = {"review", "findings", "dynamic-findings"}
    assert set(github["jobs"]) == steps | more | {"plan"}
    settings = {"stages", "workflow", "default", "variables"}
    assert set(gitlab) - settings == steps | more


def uses(github: Document) -> list[str]:
    return [row["uses"] for job in github["jobs"].values() for row in job["steps"] if "uses" in row]


def test_actions_are_pinned_to_commits(github: Document) -> None:
    found = set(uses(github))
    assert found == {f"{action}@{commit}" for action, (commit, _) in PINS.items()}
    assert all(re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", each) for each in found)
    text = (EXAMPLES / "github-actions.yml").read_text()
    for line in text.splitlines():
        assert "uses:" not in line or re.search(r"# v\d+\.\d+\.\d+$", line)


def signs_in(job: Document) -> bool:
    return job["permissions"].get("id-token") == "write"


def test_jobs_have_the_least_permissions(github: Document) -> None:
    assert github["permissions"] == {}
    allowed = [
        {"contents": "read"},
        {"id-token": "write"},
        {"pull-requests": "write"},
        {"contents": "read", "id-token": "write"},
    ]
    for name, job in github["jobs"].items():
        assert job["permissions"] in allowed
        both = job["permissions"] == allowed[-1]
        assert both is (name in {"findings", "dynamic-findings"})
    assert "secrets." not in str(github)
    for job in github["jobs"].values():
        for row in job["steps"]:
            if "checkout" in row.get("uses", ""):
                assert row["with"]["persist-credentials"] is False


def test_no_pull_request_gets_credentials_but_for_the_plan(github: Document) -> None:
    for name, job in github["jobs"].items():
        if signs_in(job) and name != "plan":
            assert "github.event_name == 'push'" in job["if"]
    assert "head.repo.full_name == github.repository" in github["jobs"]["plan"]["if"]
    assert "vars.AWS_PLAN_ROLE != ''" in github["jobs"]["plan"]["if"]


def test_expressions_do_not_stand_in_scripts(github: Document) -> None:
    for job in github["jobs"].values():
        for row in job["steps"]:
            assert "${{" not in row.get("run", "")


def ahead(github: Document, name: str) -> set[str]:
    needs = github["jobs"][name].get("needs", [])
    direct = {needs} if isinstance(needs, str) else set(needs)
    return direct.union(*(ahead(github, each) for each in direct)) if direct else set()


def test_production_waits_for_every_other_step(github: Document, gitlab: Document) -> None:
    assert ahead(github, "deploy-production") == {
        kebab(step.name) for step in STEPS if step.stage is not Stage.PRODUCTION
    }
    order = gitlab["stages"]
    for step in STEPS:
        job = gitlab[kebab(step.name)]
        assert order.index(job["stage"]) <= order.index("production")
        assert job.get("allow_failure") in {None, False}
    assert gitlab["stages"][-1] == gitlab["deploy-production"]["stage"]


def test_people_decide_about_production(github: Document, gitlab: Document) -> None:
    assert github["jobs"]["deploy-production"]["environment"] == "production"
    (rule,) = gitlab["deploy-production"]["rules"]
    assert rule["when"] == "manual"
    assert rule["allow_failure"] is False


def test_gitlab_signs_in_with_tokens_of_the_run(gitlab: Document) -> None:
    signing = {name for name, job in gitlab.items() if "id_tokens" in job}
    assert signing == {"findings", "dynamic-findings", "sign", "deploy-test", "deploy-production"}
    for name in signing:
        assert gitlab[name]["id_tokens"] == {"AWS_ID_TOKEN": {"aud": "sts.amazonaws.com"}}
        assert all("merge_request_event" not in row["if"] for row in gitlab[name]["rules"])
    assert "ACCESS_KEY" not in str(gitlab)


def test_gitlab_refuses_images_without_a_digest(gitlab: Document, tmp_path: Path) -> None:
    (line,) = gitlab["default"]["before_script"]
    assert gitlab["default"]["image"] == "$DELIVERY_IMAGE"
    for image, code in ((f"tools@sha256:{'ab' * 32}", 0), ("tools:latest", 1), ("", 1)):
        done = subprocess.run(
            ["sh", "-c", line],
            cwd=tmp_path,
            env={"DELIVERY_IMAGE": image},
            check=False,
            capture_output=True,
        )
        assert done.returncode == code


def test_findings_that_stopped_a_job_are_told(github: Document, gitlab: Document) -> None:
    scans = {"sast", "secrets", "dependencies", "sbom"}
    assert set(github["jobs"]["findings"]["needs"]) == scans
    assert github["jobs"]["findings"]["if"].startswith("!cancelled()")
    assert set(gitlab["findings"]["needs"]) == scans
    assert gitlab["findings"]["rules"][0]["when"] == "always"


def test_without_a_test_environment_production_follows_the_signature() -> None:
    steps = delivery_steps(Commands(), Gate(), test=None, production=PRODUCTION)
    jobs = yaml.safe_load(github_actions(steps, Commands()))["jobs"]
    assert jobs["deploy-production"]["needs"] == ["sign"]
    assert "dynamic-findings" not in jobs
    assert "test" not in yaml.safe_load(gitlab_ci(steps, Commands()))["stages"]


def test_other_choices_are_written() -> None:
    options = ["github-actions", "--branch", "release/1", "--threshold", "low"]
    options += ["--suppressions", "security/accepted.yaml", "--production-stacks", "Live"]
    done = CliRunner().invoke(delivery_app, options)
    assert done.exit_code == 0
    document = yaml.safe_load(done.stdout)
    assert document["env"]["BASE_BRANCH"] == "release/1"
    assert "--threshold low --suppressions security/accepted.yaml" in done.stdout
    assert "'Live'" in done.stdout
    assert "dast" not in document["jobs"]


@pytest.mark.parametrize(
    "options",
    [
        ["--branch", "*"],
        ["--suppressions", "../x.yaml"],
        ["--endpoint", "http://test.example.com"],
        ["--test-stacks", "a b"],
        ["--output", "/nowhere/at/all.yml"],
    ],
)
def test_a_mistake_is_a_line_and_no_file(options: list[str]) -> None:
    done = CliRunner().invoke(delivery_app, ["gitlab-ci", *options])
    assert done.exit_code == 2
    assert len(done.stderr.strip().splitlines()) == 1
