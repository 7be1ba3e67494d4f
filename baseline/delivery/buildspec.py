"""What a build of a step runs. It stands in the project: a change of the repository cannot leave it out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from baseline.delivery.commands import Commands
from baseline.delivery.steps import SCANS, Access, Step, script

VERSION = 0.2


def buildspec(
    step: Step,
    commands: Commands,
    *,
    runtimes: Mapping[str, str],
    report_group: str | None = None,
    imports: str | None = None,
) -> dict[str, Any]:
    """Give the build specification of a step.

    Args:
        step: the step.
        commands: what the repository runs.
        runtimes: versions of languages to switch on; empty for an image of one's own.
        report_group: ARN of the group that takes JUnit reports.
        imports: bucket that keeps findings, which are imported also when they stop the build; None
            imports nothing.

    Source: AWS CodeBuild User Guide, "Build specification reference for CodeBuild".
    """
    install: dict[str, Any] = {}
    if runtimes and step.tools:
        install["runtime-versions"] = dict(runtimes)
    if step.tools:
        install["commands"] = list(commands.install)
    phases: dict[str, Any] = {"install": install} if install else {}
    # In a shell of its own: what stops it does not stop that of CodeBuild.
    phases["build"] = {"commands": [f"(\n{script(step.commands)}\n)"]}
    if imports is not None and step.access is Access.FINDINGS:
        # CodeBuild gets here when the build phase failed, too.
        phases["post_build"] = {"commands": [import_findings(imports)]}
    spec: dict[str, Any] = {
        "version": VERSION,
        "env": {"shell": "bash", "git-credential-helper": "yes"},
        "phases": phases,
    }
    if step.outputs:
        spec["artifacts"] = {"files": list(step.outputs)}
    if step.junit and report_group:
        spec["reports"] = {report_group: {"files": [step.junit], "file-format": "JUNITXML"}}
    return spec


def import_findings(bucket: str) -> str:
    """Give the command that tells Security Hub of findings and keeps the reports."""
    return f"baseline scan import {SCANS} --bucket {bucket}"


def comment_spec(commands: tuple[str, ...]) -> dict[str, Any]:
    """Give the build specification of the step that comments: it runs nothing of the repository."""
    return {
        "version": VERSION,
        "env": {"shell": "bash"},
        "phases": {"build": {"commands": [f"(\n{script(commands)}\n)"]}},
    }
