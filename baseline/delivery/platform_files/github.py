"""The steps of a delivery as jobs of GitHub Actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from baseline.delivery import signing
from baseline.delivery.buildspec import import_findings
from baseline.delivery.commands import Commands
from baseline.delivery.platform_files import comment
from baseline.delivery.platform_files.text import as_yaml, kebab
from baseline.delivery.steps import (
    BASE_VARIABLE,
    BEFORE_MERGE,
    REPORTS,
    SCANS,
    Access,
    Content,
    Stage,
    Step,
    script,
)

PINS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "actions/checkout": ("3d3c42e5aac5ba805825da76410c181273ba90b1", "v7.0.1"),
        "actions/setup-python": ("5fda3b95a4ea91299a34e894583c3862153e4b97", "v7.0.0"),
        "actions/setup-node": ("820762786026740c76f36085b0efc47a31fe5020", "v7.0.0"),
        "actions/upload-artifact": ("bbbca2ddaa5d8feaa63e36b76fdaad77386f024f", "v7.0.0"),
        "actions/download-artifact": ("3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c", "v8.0.1"),
        "aws-actions/configure-aws-credentials": (
            "e6de054238d6b7531b4efff3b6587d9aade6a06c",
            "v6.2.3",
        ),
    }
)
"""Action to the commit that its tag named in its repository when this was written, and the tag."""

RUNNER = "ubuntu-24.04"
MINUTES = 60
ARTIFACT_DAYS = 30
PYTHON, NODE = "3.13", "24"
CHANGE = "github.event_name == 'pull_request'"
OWN_CHANGE = f"{CHANGE} && github.event.pull_request.head.repo.full_name == github.repository"
MERGED = "github.event_name == 'push'"
RELEASE_ROLE = "${{ vars.AWS_RELEASE_ROLE }}"
PLAN = "cdk diff --app cdk.out"
HEADER = """\
# Written by: baseline delivery github-actions. Write it again rather than change it: a job that is
# missing here is a check that nobody makes. Variables and roles: docs/delivery.md.
"""


def github_actions(steps: Sequence[Step], commands: Commands, *, branch: str = "main") -> str:
    """Give the workflow file.

    No job has a stored key: those that need AWS sign in with a token of the run. A job that runs
    code of the repository has none, but for the plan, which reads.

    Args:
        steps: the steps.
        commands: what the repository runs.
        branch: branch that is delivered.

    Source: GitHub Docs, "Security hardening for GitHub Actions", "Configuring OpenID Connect in
    Amazon Web Services".
    """
    jobs: dict[str, Any] = {}
    for step in steps:
        jobs[kebab(step.name)] = _job(step, steps, commands)
        if step.name == "Build":
            jobs["review"] = _review()
            jobs["plan"] = _plan(commands)
            jobs["findings"] = _findings(steps, commands, Stage.CHECKS)
    if any(step.name == "Dast" for step in steps):
        jobs["dynamic-findings"] = _findings(steps, commands, Stage.TEST)
    document = {
        "name": "delivery",
        "on": {"pull_request": {"branches": [branch]}, "push": {"branches": [branch]}},
        "permissions": {},
        "concurrency": {
            "group": "delivery-${{ github.ref }}",
            "cancel-in-progress": f"${{{{ {CHANGE} }}}}",
        },
        "defaults": {"run": {"shell": "bash"}},
        "env": {BASE_VARIABLE: branch, signing.COMMIT_VARIABLE: "${{ github.sha }}"},
        "jobs": jobs,
    }
    return HEADER + _tagged(as_yaml(document)).replace("'on':", "on:")


def _job(step: Step, steps: Sequence[Step], commands: Commands) -> dict[str, Any]:
    merged = step.stage not in BEFORE_MERGE
    job: dict[str, Any] = {"name": step.title}
    if needed := _needed(step, steps):
        job["needs"] = needed
    if merged:
        job["if"] = MERGED
    job |= {"runs-on": RUNNER, "timeout-minutes": MINUTES}
    signs_in = step.access in {Access.SIGN, Access.DEPLOY}
    job["permissions"] = {"id-token": "write"} if signs_in else {"contents": "read"}
    if step.target is not None:
        job["environment"] = _environment(step)
    work: list[dict[str, Any]] = [*(_tools(commands) if step.tools else []), *_inputs(step)]
    if signs_in:
        job["env"] = {signing.KEY_VARIABLE: "${{ vars.SIGNING_KEY }}"}
        role = RELEASE_ROLE if step.access is Access.SIGN else "${{ vars.AWS_DEPLOY_ROLE }}"
        work.append(_sign_in(role))
    work.append({"name": step.title, "run": script(step.commands)})
    work += _outputs(step)
    job["steps"] = work
    return job


def _needed(step: Step, steps: Sequence[Step]) -> list[str]:
    """Give the jobs of the stage before, or of the own stage for a step that comes after them."""
    if step.after:
        return [kebab(each.name) for each in steps if each.stage is step.stage and not each.after]
    order = list(dict.fromkeys(each.stage for each in steps))
    place = order.index(step.stage)
    return [kebab(each.name) for each in steps if place and each.stage is order[place - 1]]


def _environment(step: Step) -> str:
    return kebab(step.name.removeprefix("Deploy"))


def _tools(commands: Commands) -> list[dict[str, Any]]:
    return [
        _use("actions/checkout", {"persist-credentials": False, "fetch-depth": 0}),
        _use("actions/setup-python", {"python-version": PYTHON}),
        _use("actions/setup-node", {"node-version": NODE}),
        {"name": "Tools", "run": "\n".join(commands.install)},
    ]


def _inputs(step: Step) -> list[dict[str, Any]]:
    return [] if step.reads is Content.REPOSITORY else [_fetch(step.reads.value)]


def _outputs(step: Step) -> list[dict[str, Any]]:
    work = []
    if step.writes is not None:
        work.append(_keep(step.writes.value, signing.ARCHIVE))
    if step.junit is not None:
        # Also of a job that failed: the reports say why.
        work.append({"if": "always()", **_keep(f"reports-{kebab(step.name)}", f"{REPORTS}/")})
    return work


def _review() -> dict[str, Any]:
    return {
        "name": "Comment the review",
        "needs": "build",
        # Also of a build that a rule has stopped.
        "if": f"!cancelled() && needs.build.result != 'skipped' && {OWN_CHANGE}",
        "runs-on": RUNNER,
        "timeout-minutes": 10,
        "permissions": {"pull-requests": "write"},
        "env": {
            "GH_TOKEN": "${{ github.token }}",
            "CHANGE": "${{ github.event.pull_request.number }}",
        },
        "steps": [
            _fetch("reports-build", path=REPORTS),
            {"name": "Comment", "run": comment.GITHUB.script()},
        ],
    }


def _plan(commands: Commands) -> dict[str, Any]:
    return {
        "name": "Difference to what is deployed",
        "needs": "build",
        "if": f"vars.AWS_PLAN_ROLE != '' && {OWN_CHANGE}",
        "runs-on": RUNNER,
        "timeout-minutes": MINUTES,
        "permissions": {"id-token": "write"},
        "steps": [
            _fetch(Content.BUILD.value),
            {
                "name": "Unpack",
                "run": script((signing.UNPACK, f"cd {signing.FOLDER}", *commands.prepare)),
            },
            _sign_in("${{ vars.AWS_PLAN_ROLE }}"),
            {"name": "Difference", "working-directory": signing.FOLDER, "run": script((PLAN,))},
        ],
    }


def _findings(steps: Sequence[Step], commands: Commands, stage: Stage) -> dict[str, Any]:
    scans = [
        kebab(each.name) for each in steps if each.access is Access.FINDINGS and each.stage is stage
    ]
    return {
        "name": "Findings to Security Hub and the archive",
        "needs": scans,
        # Findings that stopped a job are told, too.
        "if": f"!cancelled() && {MERGED}",
        "runs-on": RUNNER,
        "timeout-minutes": MINUTES,
        "permissions": {"contents": "read", "id-token": "write"},
        "steps": [
            *_tools(commands),
            *(_fetch(f"reports-{scan}", path=REPORTS) for scan in scans),
            _sign_in(RELEASE_ROLE),
            {
                "name": "Import",
                "env": {"FINDINGS_BUCKET": "${{ vars.FINDINGS_BUCKET }}"},
                "run": script((f"test -d {SCANS}", import_findings('"$FINDINGS_BUCKET"'))),
            },
        ],
    }


def _sign_in(role: str) -> dict[str, Any]:
    return _use(
        "aws-actions/configure-aws-credentials",
        {"role-to-assume": role, "aws-region": "${{ vars.AWS_REGION }}"},
    )


def _keep(name: str, path: str) -> dict[str, Any]:
    return _use(
        "actions/upload-artifact", {"name": name, "path": path, "retention-days": ARTIFACT_DAYS}
    )


def _fetch(name: str, *, path: str | None = None) -> dict[str, Any]:
    return _use("actions/download-artifact", {"name": name, **({"path": path} if path else {})})


def _use(action: str, options: Mapping[str, Any]) -> dict[str, Any]:
    return {"uses": f"{action}@{PINS[action][0]}", "with": dict(options)}


def _tagged(text: str) -> str:
    """Write the tag of each pinned commit behind it, which tools that renew pins read."""
    for action, (commit, tag) in PINS.items():
        text = text.replace(f"{action}@{commit}", f"{action}@{commit} # {tag}")
    return text
