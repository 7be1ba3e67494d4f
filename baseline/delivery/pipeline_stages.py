"""The stages of a pipeline of CodePipeline, made from steps."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from aws_cdk import aws_codepipeline as codepipeline

from baseline.delivery import signing, source
from baseline.delivery.steps import Access, Content, Stage, Step

ARTIFACTS = {
    Content.REPOSITORY: source.ARTIFACT,
    Content.BUILD: "Build",
    Content.RELEASE: "Release",
}
APPROVAL_MINUTES = 7 * 24 * 60
types = codepipeline.CfnPipeline


def source_stage(repository: source.Source) -> codepipeline.CfnPipeline.StageDeclarationProperty:
    """Give the first stage."""
    return types.StageDeclarationProperty(name="Source", actions=[repository.action()])


def build_stages(
    steps: Iterable[Step], projects: Mapping[str, str], *, signing_key: str | None = None
) -> list[codepipeline.CfnPipeline.StageDeclarationProperty]:
    """Give a stage for each stage of the steps, in their order.

    Args:
        steps: the steps.
        projects: name of each step's project.
        signing_key: ARN of the key, for the steps that sign and verify.
    """
    variables = {signing.COMMIT_VARIABLE: _variable("CommitId")}
    with_key = {**variables, signing.KEY_VARIABLE: signing_key or ""}
    by_stage: dict[Stage, list[Step]] = {}
    for step in steps:
        by_stage.setdefault(step.stage, []).append(step)
    return [
        types.StageDeclarationProperty(
            name=stage.value,
            actions=[
                build_action(
                    step.name,
                    projects[step.name],
                    reads=step.reads,
                    writes=step.writes,
                    order=2 if step.after else 1,
                    variables=with_key
                    if step.access in {Access.SIGN, Access.DEPLOY}
                    else variables,
                )
                for step in members
            ],
        )
        for stage, members in by_stage.items()
    ]


def build_action(
    name: str,
    project: str,
    *,
    reads: Content,
    writes: Content | None = None,
    order: int = 1,
    variables: Mapping[str, str],
) -> codepipeline.CfnPipeline.ActionDeclarationProperty:
    """Give an action that runs a project."""
    overrides = [
        {"name": key, "value": value, "type": "PLAINTEXT"} for key, value in variables.items()
    ]
    return types.ActionDeclarationProperty(
        name=name,
        run_order=order,
        action_type_id=types.ActionTypeIdProperty(
            category="Build", owner="AWS", provider="CodeBuild", version="1"
        ),
        configuration={"ProjectName": project, "EnvironmentVariables": json.dumps(overrides)},
        input_artifacts=[types.InputArtifactProperty(name=ARTIFACTS[reads])],
        output_artifacts=[types.OutputArtifactProperty(name=ARTIFACTS[writes])] if writes else None,
    )


def comment_stage(project: str, change: str) -> codepipeline.CfnPipeline.StageDeclarationProperty:
    """Give the stage that comments the change of the run.

    Args:
        project: name of the project.
        change: environment variable that takes the number of the pull request.
    """
    action = build_action(
        "Comment",
        project,
        reads=Content.BUILD,
        variables={change: _variable("PullRequestId")},
    )
    return types.StageDeclarationProperty(name="Comment", actions=[action])


def approval_stage(topic: str) -> codepipeline.CfnPipeline.StageDeclarationProperty:
    """Give the stage in which a person decides, for a week."""
    action = types.ActionDeclarationProperty(
        name="Approve",
        run_order=1,
        action_type_id=types.ActionTypeIdProperty(
            category="Approval", owner="AWS", provider="Manual", version="1"
        ),
        configuration={
            "NotificationArn": topic,
            "CustomData": f"Release commit {_variable('CommitId')} to production? Its checks, "
            "its review and its signature stand in the stages before this one.",
        },
        timeout_in_minutes=APPROVAL_MINUTES,
    )
    return types.StageDeclarationProperty(name=Stage.APPROVAL.value, actions=[action])


def before_production(
    stages: Sequence[codepipeline.CfnPipeline.StageDeclarationProperty],
    approval: codepipeline.CfnPipeline.StageDeclarationProperty,
) -> list[codepipeline.CfnPipeline.StageDeclarationProperty]:
    """Put the approval before the last stage, which deploys to production."""
    return [*stages[:-1], approval, stages[-1]]


def _variable(name: str) -> str:
    return f"#{{{source.NAMESPACE}.{name}}}"
