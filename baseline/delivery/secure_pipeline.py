"""SecurePipeline: changes are checked before they are merged, and released signed and approved."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import aws_cdk as cdk
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_codepipeline as codepipeline
from constructs import Construct

from baseline.controls.registry import implements
from baseline.delivery import pipeline_stages
from baseline.delivery.build_image import BuildImage
from baseline.delivery.change_comment import CHANGE_VARIABLE, ChangeComment
from baseline.delivery.commands import Commands, Gate, Target
from baseline.delivery.delivery_notices import DeliveryNotices
from baseline.delivery.delivery_store import DeliveryStore
from baseline.delivery.pipeline_role import PipelineRole
from baseline.delivery.signing_key import SigningKey
from baseline.delivery.source import Source
from baseline.delivery.step_builds import StepBuilds
from baseline.delivery.steps import BEFORE_MERGE, Step, delivery_steps
from baseline.errors import BaselineError
from baseline.primitives.acknowledge import MINIMUM_REASON_LENGTH

NAME = re.compile(r"[a-z][a-z0-9-]{1,28}[a-z0-9]")
Mode = Literal["SUPERSEDED", "QUEUED"]


class SecurePipeline(Construct):
    """Two pipelines of one repository: one checks pull requests, one releases what was merged.

    Checks, scans, rules and the review run for every pull request without any permission beyond
    their own files. What is merged runs through them again, is signed, verified, deployed to test,
    scanned while it runs, approved by a person, verified again and deployed to production. Commands
    stand in the pipeline and not in the repository, so that a change cannot leave a stage out; each
    step has a role of its own; nothing is privileged unless a reason says why.

    Runs for pull requests do not wait for each other (PARALLEL). Of releases, one is in a stage at a
    time, and a newer one takes the place of one that still waits (SUPERSEDED): what is approved is
    what was tested, and the newest that waits is next.

    Args:
        scope: parent construct.
        id: construct ID.
        name: start of all names: 3 to 30 lower-case letters, digits and hyphens.
        source: the repository.
        production: environment that is deployed to after an approval.
        addresses: who hears of failures and approvals; at least one.
        test: environment before it. Its ``endpoint`` is scanned while it runs.
        untested: why there is no test environment, and what takes its place; required without one.
        commands: what the repository runs; those of a Python CDK app by default.
        gate: what stops a delivery; findings from severity high by default.
        image: what the steps run in; the standard image that AWS manages by default.
        organization_id: organization that the environments belong to; no condition without.
        comment: where reviews are commented; None by default: they stay with the run.
        privileged: names of steps that need Docker, to the reason; none by default.
        mode: ``SUPERSEDED`` by default; ``QUEUED`` releases each merge, in order.

    Attributes:
        releases: the ``CfnPipeline`` of what was merged.
        changes: the ``CfnPipeline`` of pull requests.
        store: the :class:`DeliveryStore`.
        notices: the :class:`DeliveryNotices`.
        signing_key: the :class:`SigningKey`.
        release_projects: step name to :class:`StepProject` of the releases.
        change_projects: step name to :class:`StepProject` of the pull requests.

    Raises:
        BaselineError: for a value that cannot be accepted.

    Source: Security Hub CodeBuild.1 to CodeBuild.4, CodeBuild.7; AWS CodePipeline User Guide, "Set
    or change the pipeline execution mode".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        source: Source,
        production: Target,
        addresses: Sequence[str],
        test: Target | None = None,
        untested: str | None = None,
        commands: Commands | None = None,
        gate: Gate | None = None,
        image: BuildImage | None = None,
        organization_id: str | None = None,
        comment: ChangeComment | None = None,
        privileged: Mapping[str, str] | None = None,
        mode: Mode = "SUPERSEDED",
    ) -> None:
        super().__init__(scope, id)
        commands = commands or Commands()
        _check(name, test, untested, production)
        # CodeBuild calls every folder that it builds by the same name.
        gate = replace(gate or Gate(), project=(gate.project if gate else None) or name)
        steps = delivery_steps(commands, gate, test=test, production=production)
        _check_privileged(privileged or {}, {step.name for step in steps})
        self.name, self.source = name, source
        self.store = DeliveryStore(self, "Store")
        self.notices = DeliveryNotices(
            self, "Notices", pipeline=f"{name}-releases", addresses=addresses
        )
        builds = StepBuilds(
            source=source,
            store=self.store,
            commands=commands,
            image=image or BuildImage(),
            organization_id=organization_id,
            privileged=dict(privileged or {}),
        )
        before = tuple(step for step in steps if step.stage in BEFORE_MERGE)
        self.reports = self._report_group()
        self.release_projects = builds.releasing(
            Construct(self, "Release"), steps, prefix=f"{name}-release", reports=self.reports
        )
        self.signing_key = SigningKey(self, "Signing", signer=self.release_projects["Sign"].role)
        builds.let_sign(self.release_projects, steps, self.signing_key)
        self.change_projects = builds.checking(
            Construct(self, "Change"), before, prefix=f"{name}-change"
        )
        projects = {key: each.name for key, each in self.release_projects.items()}
        self.releases = self._release(steps, projects, mode)
        self.changes = self._check_changes(before, comment, builds)
        implements(
            self,
            capability="secure-pipeline",
            controls=[f"CodeBuild.{number}" for number in (1, 2, 3, 4, 7)],
        )

    def _report_group(self) -> codebuild.CfnReportGroup:
        types = codebuild.CfnReportGroup
        return types(
            self,
            "Reports",
            name=f"{self.name}-tests",
            type="TEST",
            delete_reports=False,
            export_config=types.ReportExportConfigProperty(
                export_config_type="S3",
                s3_destination=types.S3ReportExportConfigProperty(
                    bucket=self.store.releases.bucket_name,
                    bucket_owner=cdk.Stack.of(self).account,
                    encryption_disabled=False,
                    encryption_key=self.store.key.key.key_arn,
                    packaging="ZIP",
                    path="tests",
                ),
            ),
        )

    def _release(
        self, steps: Sequence[Step], projects: Mapping[str, str], mode: Mode
    ) -> codepipeline.CfnPipeline:
        stages = pipeline_stages.build_stages(
            steps, projects, signing_key=self.signing_key.key.key_arn
        )
        approval = pipeline_stages.approval_stage(self.notices.topic.topic.topic_arn)
        role = PipelineRole(
            self,
            "ReleasesRole",
            pipeline=f"{self.name}-releases",
            source=self.source,
            store=self.store,
            bucket=self.store.releases,
            projects=list(self.release_projects.values()),
            statements=self.notices.publish(),
        )
        return self._pipeline(
            "Releases",
            role=role,
            mode=mode,
            stages=pipeline_stages.before_production(stages, approval),
            trigger=self.source.on_push(),
            bucket=self.store.releases.bucket_name,
        )

    def _check_changes(
        self, steps: Sequence[Step], comment: ChangeComment | None, builds: StepBuilds
    ) -> codepipeline.CfnPipeline:
        projects = {key: each.name for key, each in self.change_projects.items()}
        stages = pipeline_stages.build_stages(steps, projects)
        if comment is not None:
            project = builds.commenting(self, comment, name=f"{self.name}-change-comment")
            self.change_projects["Comment"] = project
            stages.append(pipeline_stages.comment_stage(project.name, CHANGE_VARIABLE))
        role = PipelineRole(
            self,
            "ChangesRole",
            pipeline=f"{self.name}-changes",
            source=self.source,
            store=self.store,
            bucket=self.store.changes,
            projects=list(self.change_projects.values()),
        )
        return self._pipeline(
            "Changes",
            role=role,
            mode="PARALLEL",
            stages=stages,
            trigger=self.source.on_pull_request(),
            bucket=self.store.changes.bucket_name,
        )

    def _pipeline(
        self,
        id: str,
        *,
        role: PipelineRole,
        mode: str,
        stages: list[codepipeline.CfnPipeline.StageDeclarationProperty],
        trigger: codepipeline.CfnPipeline.PipelineTriggerDeclarationProperty,
        bucket: str,
    ) -> codepipeline.CfnPipeline:
        types = codepipeline.CfnPipeline
        pipeline = types(
            self,
            id,
            name=f"{self.name}-{id.lower()}",
            pipeline_type="V2",
            execution_mode=mode,
            role_arn=role.role.role_arn,
            artifact_store=types.ArtifactStoreProperty(
                type="S3",
                location=bucket,
                encryption_key=types.EncryptionKeyProperty(
                    type="KMS", id=self.store.key.key.key_arn
                ),
            ),
            stages=[pipeline_stages.source_stage(self.source), *stages],
            triggers=[trigger],
            restart_execution_on_update=False,
        )
        # A run that starts before the roles have their policies fails.
        pipeline.node.add_dependency(role.policy)
        return pipeline


def _check(name: str, test: Target | None, untested: str | None, production: Target) -> None:
    if not NAME.fullmatch(name):
        raise BaselineError(
            f"name is {name!r}; write 3 to 30 lower-case letters, digits and hyphens, such as "
            "'acme-shop'"
        )
    if test is None and len((untested or "").strip()) < MINIMUM_REASON_LENGTH:
        raise BaselineError(
            f"there is no test environment and untested is {untested!r}; name one, or write at least "
            f"{MINIMUM_REASON_LENGTH} characters that say what takes its place"
        )
    if test is not None and untested is not None:
        raise BaselineError(
            "there are a test environment and a reason for none; remove one of them"
        )
    for target in (production, *([test] if test else [])):
        if not target.accounts:
            raise BaselineError(
                f"the target of {', '.join(target.stacks)} has no accounts; name those that its "
                "stacks are deployed to"
            )
    if production.endpoint is not None:
        raise BaselineError(
            f"production has the endpoint {production.endpoint!r}; the dynamic scan attacks what it "
            "tests: name the endpoint of the test environment only"
        )


def _check_privileged(privileged: Mapping[str, str], names: set[str]) -> None:
    unknown = sorted(set(privileged) - names)
    if unknown:
        raise BaselineError(
            f"privileged names {', '.join(unknown)}, which are no steps; steps are "
            f"{', '.join(sorted(names))}"
        )
