"""Source: the repository that is delivered, through a connection without stored credentials."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_iam as iam

from baseline.config.forms import REPOSITORY_PATTERN
from baseline.delivery.commands import checked_branch
from baseline.errors import BaselineError

CONNECTION = re.compile(
    r"arn:aws[a-z-]*:(?P<service>codeconnections|codestar-connections):[a-z0-9-]+:[0-9]{12}"
    r":connection/[0-9a-f-]{36}"
)
BRANCHES = re.compile(r"[A-Za-z0-9_*][A-Za-z0-9_./*-]{0,199}")
NAMESPACE = "Source"
ACTION = "Repository"
ARTIFACT = "Repository"
PULL_REQUEST_EVENTS = ("OPEN", "UPDATED")


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A repository in Bitbucket, GitHub or GitLab.

    Attributes:
        connection: ARN of the connection, which a person has to complete once in the console.
        repository: ``owner/name``, or the path of a GitLab project with its groups.
        branch: branch that changes are compared with, and that a start by hand delivers.
        branches: patterns of the branches that are delivered, such as ``release/*``; the branch
            alone by default. Protect each of them: who may push there starts a release.

    Raises:
        BaselineError: a value has not the form that the service takes.

    Source: AWS CodePipeline User Guide, "Add third-party source providers to pipelines using
    CodeConnections", "Add trigger with code push or pull request event types".
    """

    connection: str
    repository: str
    branch: str = "main"
    branches: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what names no connection, repository or branch."""
        if not CONNECTION.fullmatch(self.connection):
            raise BaselineError(
                f"connection {self.connection!r} is no ARN of a connection; copy it from the console "
                "of Developer Tools, Connections"
            )
        if not re.fullmatch(REPOSITORY_PATTERN, self.repository):
            raise BaselineError(f"repository {self.repository!r} is not written as owner/name")
        checked_branch(self.branch)
        for pattern in self.branches:
            if not BRANCHES.fullmatch(pattern) or not pattern.strip("*/"):
                raise BaselineError(
                    f"branch pattern {pattern!r} is every branch or none; name what is protected, "
                    "such as 'release/*'"
                )

    @property
    def delivered(self) -> list[str]:
        """The patterns of the branches that are delivered."""
        return list(self.branches or (self.branch,))

    def use(self) -> iam.PolicyStatement:
        """Give the use of the connection for this repository."""
        match = CONNECTION.fullmatch(self.connection)
        service = match["service"] if match else "codeconnections"
        return iam.PolicyStatement(
            sid="UseConnection",
            actions=[f"{service}:UseConnection"],
            resources=[self.connection],
            # Not every call of a provider is about a repository; one that is, is about this one.
            conditions={
                "StringEqualsIfExists": {f"{service}:FullRepositoryId": self.repository},
            },
        )

    def action(self) -> codepipeline.CfnPipeline.ActionDeclarationProperty:
        """Give the action that fetches it: builds clone it, with its history."""
        types = codepipeline.CfnPipeline
        return types.ActionDeclarationProperty(
            name=ACTION,
            namespace=NAMESPACE,
            run_order=1,
            action_type_id=types.ActionTypeIdProperty(
                category="Source", owner="AWS", provider="CodeStarSourceConnection", version="1"
            ),
            configuration={
                "ConnectionArn": self.connection,
                "FullRepositoryId": self.repository,
                "BranchName": self.branch,
                "OutputArtifactFormat": "CODEBUILD_CLONE_REF",
                # The trigger starts the pipeline; without this, every push would as well.
                "DetectChanges": "false",
            },
            output_artifacts=[types.OutputArtifactProperty(name=ARTIFACT)],
        )

    def on_push(self) -> codepipeline.CfnPipeline.PipelineTriggerDeclarationProperty:
        """Give the trigger for what is merged."""
        types = codepipeline.CfnPipeline
        return _trigger(
            push=[
                types.GitPushFilterProperty(
                    branches=types.GitBranchFilterCriteriaProperty(includes=self.delivered)
                )
            ]
        )

    def on_pull_request(self) -> codepipeline.CfnPipeline.PipelineTriggerDeclarationProperty:
        """Give the trigger for changes that want to be merged."""
        types = codepipeline.CfnPipeline
        return _trigger(
            pull_request=[
                types.GitPullRequestFilterProperty(
                    branches=types.GitBranchFilterCriteriaProperty(includes=self.delivered),
                    events=list(PULL_REQUEST_EVENTS),
                )
            ]
        )


def _trigger(
    *,
    push: list[codepipeline.CfnPipeline.GitPushFilterProperty] | None = None,
    pull_request: list[codepipeline.CfnPipeline.GitPullRequestFilterProperty] | None = None,
) -> codepipeline.CfnPipeline.PipelineTriggerDeclarationProperty:
    types = codepipeline.CfnPipeline
    return types.PipelineTriggerDeclarationProperty(
        provider_type="CodeStarSourceConnection",
        git_configuration=types.GitConfigurationProperty(
            source_action_name=ACTION, push=push, pull_request=pull_request
        ),
    )
