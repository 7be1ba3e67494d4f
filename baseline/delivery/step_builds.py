"""StepBuilds: the projects of a delivery, each with exactly what its step needs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.delivery.build_image import BuildImage
from baseline.delivery.buildspec import buildspec, comment_spec
from baseline.delivery.change_comment import TOKEN_VARIABLE, ChangeComment
from baseline.delivery.commands import Commands
from baseline.delivery.delivery_store import DeliveryStore
from baseline.delivery.signing_key import SigningKey
from baseline.delivery.source import Source
from baseline.delivery.step_project import StepProject
from baseline.delivery.steps import BASE_VARIABLE, Access, Content, Step
from baseline.identity.oidc import assume_bootstrap_roles, bootstrap_reasons


@dataclass(frozen=True, kw_only=True, slots=True)
class StepBuilds:
    """What all projects of a delivery share.

    Attributes:
        source: the repository.
        store: takes logs, artifacts and findings.
        commands: what the repository runs.
        image: what steps run in.
        organization_id: organization of the environments; None without.
        privileged: step names to reasons.
    """

    source: Source
    store: DeliveryStore
    commands: Commands
    image: BuildImage
    organization_id: str | None
    privileged: Mapping[str, str] = field(default_factory=dict)

    def releasing(
        self,
        scope: Construct,
        steps: Sequence[Step],
        *,
        prefix: str,
        reports: codebuild.CfnReportGroup,
    ) -> dict[str, StepProject]:
        """Create the projects of releases: they import findings and publish test reports."""
        return {
            step.name: self._project(
                scope, step, prefix=prefix, bucket=self.store.releases, reports=reports
            )
            for step in steps
        }

    def checking(
        self, scope: Construct, steps: Sequence[Step], *, prefix: str
    ) -> dict[str, StepProject]:
        """Create the projects of changes, which nobody has approved: they only read and report."""
        return {
            step.name: self._project(scope, step, prefix=prefix, bucket=self.store.changes)
            for step in steps
        }

    def let_sign(
        self, projects: Mapping[str, StepProject], steps: Sequence[Step], key: SigningKey
    ) -> None:
        """Let one step sign, and those that deploy verify."""
        for step in steps:
            if step.access is Access.SIGN:
                projects[step.name].policy.add_statements(key.signing())
            elif step.access is Access.DEPLOY:
                projects[step.name].policy.add_statements(key.verifying())

    def commenting(self, scope: Construct, comment: ChangeComment, *, name: str) -> StepProject:
        """Create the project that comments changes: it reads the report and the token, no code."""
        statements = [
            iam.PolicyStatement(
                sid="ReadToken",
                actions=["secretsmanager:GetSecretValue"],
                resources=[comment.secret],
            )
        ]
        if comment.key is not None:
            statements.append(
                iam.PolicyStatement(
                    sid="DecryptToken", actions=["kms:Decrypt"], resources=[comment.key]
                )
            )
        return StepProject(
            scope,
            "Comment",
            name=name,
            title="Comments the review on the pull request",
            spec=json.dumps(comment_spec(comment.commands(self.source.repository))),
            store=self.store,
            bucket=self.store.changes,
            image=self.image,
            statements=statements,
            secrets={TOKEN_VARIABLE: comment.secret},
        )

    def _project(
        self,
        scope: Construct,
        step: Step,
        *,
        prefix: str,
        bucket: s3.Bucket,
        reports: codebuild.CfnReportGroup | None = None,
    ) -> StepProject:
        released = reports is not None
        group = reports.attr_arn if reports and step.junit else None
        imports = released and step.access is Access.FINDINGS
        spec = buildspec(
            step,
            self.commands,
            runtimes=self.image.runtimes if self.image.managed else {},
            report_group=group,
            imports=self.store.findings.bucket_name if imports else None,
        )
        return StepProject(
            scope,
            step.name,
            name=f"{prefix}-{step.name.lower()}",
            title=step.title,
            spec=json.dumps(spec),
            store=self.store,
            bucket=bucket,
            image=self.image,
            statements=[
                *([self.source.use()] if step.reads is Content.REPOSITORY else []),
                *([_publish_tests(group)] if group else []),
                *(self.store.import_findings() if imports else []),
                *self._deploy(step),
            ],
            wildcards=self._reasons(step, imports=imports),
            variables={BASE_VARIABLE: self.source.branch},
            privileged=self.privileged.get(step.name),
        )

    def _deploy(self, step: Step) -> list[iam.PolicyStatement]:
        if step.target is None:
            return []
        target = step.target
        return [assume_bootstrap_roles(target.accounts, target.qualifier, self.organization_id)]

    def _reasons(self, step: Step, *, imports: bool) -> dict[str, str]:
        if step.target is not None:
            return bootstrap_reasons(step.target.accounts, step.target.qualifier)
        return self.store.import_reasons() if imports else {}


def _publish_tests(group: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid="PublishTests",
        actions=[
            "codebuild:BatchPutTestCases",
            "codebuild:CreateReport",
            "codebuild:UpdateReport",
        ],
        resources=[group],
    )
