"""The steps of a delivery as jobs of GitLab CI."""

from __future__ import annotations

from collections.abc import Sequence
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
from baseline.identity.oidc import AUDIENCE

HEADER = """\
# Written by: baseline delivery gitlab-ci. Write it again rather than change it: a job that is missing
# here is a check that nobody makes. Variables and roles: docs/delivery.md.
"""
IMAGE_VARIABLE = "DELIVERY_IMAGE"
PINNED = (
    f'case "${IMAGE_VARIABLE}" in *@sha256:*) ;; *)'
    f" echo '{IMAGE_VARIABLE} is no image by its digest (NAME@sha256:...)' >&2; exit 1;; esac"
)
"""A tag can be moved to another image: jobs refuse to run in one."""

CHANGE = {"if": '$CI_PIPELINE_SOURCE == "merge_request_event"'}
OWN_CHANGE = {"if": f"{CHANGE['if']} && $CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID"}
"""A change of a fork runs in the fork, without the variables of this project: a member could start it here."""

EXPIRES = "30 days"


def gitlab_ci(steps: Sequence[Step], commands: Commands, *, branch: str = "main") -> str:
    """Give the pipeline file.

    No job has a stored key of AWS: those that need AWS sign in with a token of the run. A job that
    runs code of the repository has none.

    Args:
        steps: the steps.
        commands: what the repository runs.
        branch: branch that is delivered; protect it.

    Source: GitLab Docs, "CI/CD YAML syntax reference", "Configure OpenID Connect in AWS to retrieve
    temporary credentials".
    """
    merged = {"if": f'$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == "{branch}"'}
    jobs: dict[str, Any] = {}
    for step in steps:
        jobs[kebab(step.name)] = _job(step, commands, merged)
        if step.name == "Build":
            jobs["review"] = _review()
        if step.name == "Sbom":
            jobs["findings"] = _findings(Stage.CHECKS, steps, commands, merged)
        if step.name == "Dast":
            jobs["dynamic-findings"] = _findings(Stage.TEST, steps, commands, merged)
    document = {
        "stages": _stages(steps),
        "workflow": {"rules": [OWN_CHANGE, merged]},
        "default": {
            "image": f"${IMAGE_VARIABLE}",
            "before_script": [PINNED],
            "interruptible": True,
            "timeout": "1 hour",
        },
        "variables": {
            "GIT_DEPTH": "0",
            BASE_VARIABLE: branch,
            signing.COMMIT_VARIABLE: "$CI_COMMIT_SHA",
        },
        **jobs,
    }
    return HEADER + as_yaml(document)


def _stages(steps: Sequence[Step]) -> list[str]:
    found: list[str] = []
    for stage in dict.fromkeys(each.stage for each in steps):
        found.append(_stage(stage))
        if stage is Stage.BUILD:
            found.append("review")
        if any(each.after for each in steps if each.stage is stage):
            found.append(f"{_stage(stage)}-running")
    return found


def _stage(stage: Stage) -> str:
    return stage.value.lower()


def _job(step: Step, commands: Commands, merged: dict[str, Any]) -> dict[str, Any]:
    running = "-running" if step.after else ""
    job: dict[str, Any] = {"stage": f"{_stage(step.stage)}{running}"}
    if step.stage in BEFORE_MERGE:
        job["rules"] = [CHANGE, merged]
    elif step.stage is Stage.PRODUCTION:
        # A person starts it; the protected environment says who may.
        job["rules"] = [{**merged, "when": "manual", "allow_failure": False}]
    else:
        job["rules"] = [merged]
    if step.target is not None:
        environment = kebab(step.name.removeprefix("Deploy"))
        job |= {"environment": environment, "resource_group": environment, "interruptible": False}
    job["dependencies"] = [] if step.reads is Content.REPOSITORY else [_writer(step.reads)]
    if not step.tools:
        job["variables"] = {"GIT_STRATEGY": "none"}
    if step.access in {Access.SIGN, Access.DEPLOY}:
        role = "AWS_RELEASE_ROLE" if step.access is Access.SIGN else "AWS_DEPLOY_ROLE"
        job |= _token()
        job["script"] = [_sign_in(role), script(step.commands)]
    else:
        job["script"] = [*commands.install, script(step.commands)] if step.tools else []
    job |= _artifacts(step)
    return job


def _writer(content: Content) -> str:
    return "build" if content is Content.BUILD else "sign"


def _artifacts(step: Step) -> dict[str, Any]:
    paths = [signing.ARCHIVE] if step.writes else []
    if step.junit:
        paths.append(f"{REPORTS}/")
    if not paths:
        return {}
    kept: dict[str, Any] = {"paths": paths, "expire_in": EXPIRES, "access": "developer"}
    if step.junit:
        kept = {"when": "always", **kept, "reports": {"junit": step.junit}}
    return {"artifacts": kept}


def _token() -> dict[str, Any]:
    return {"id_tokens": {"AWS_ID_TOKEN": {"aud": AUDIENCE}}}


def _sign_in(role: str) -> str:
    """Give what lets the tools of AWS change the run's token for a session of a role."""
    lines = (
        "set -euo pipefail",
        "umask 077",
        "export AWS_WEB_IDENTITY_TOKEN_FILE=$(mktemp)",
        'printf \'%s\' "$AWS_ID_TOKEN" > "$AWS_WEB_IDENTITY_TOKEN_FILE"',
        f'export AWS_ROLE_ARN="${role}" AWS_ROLE_SESSION_NAME="gitlab-$CI_JOB_ID"',
    )
    return "\n".join(lines)


def _review() -> dict[str, Any]:
    return {
        "stage": "review",
        # Without a token the report stays with the run.
        "rules": [{"if": f"{OWN_CHANGE['if']} && $COMMENT_TOKEN"}],
        "dependencies": ["build"],
        "variables": {"GIT_STRATEGY": "none"},
        "script": [comment.GITLAB.script()],
    }


def _findings(
    stage: Stage, steps: Sequence[Step], commands: Commands, merged: dict[str, Any]
) -> dict[str, Any]:
    scans = [
        kebab(each.name) for each in steps if each.access is Access.FINDINGS and each.stage is stage
    ]
    return {
        "stage": _stage(stage) if stage is Stage.CHECKS else f"{_stage(stage)}-running",
        # Findings that stopped a job are told, too.
        "rules": [{**merged, "when": "always"}],
        "needs": scans,
        **_token(),
        "script": [
            *commands.install,
            _sign_in("AWS_RELEASE_ROLE"),
            script((f"test -d {SCANS}", import_findings('"$FINDINGS_BUCKET"'))),
        ],
    }
