"""PipelineRole: what CodePipeline itself may do for one pipeline."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.delivery.delivery_store import DeliveryStore
from baseline.delivery.source import Source
from baseline.delivery.step_project import StepProject, artifact_reason

SERVICE = "codepipeline.amazonaws.com"


class PipelineRole(Construct):
    """A role that fetches one repository and starts the named builds; it deploys nothing itself.

    Args:
        scope: parent construct.
        id: construct ID.
        pipeline: name of the pipeline, the only one that it works for.
        source: the repository.
        store: where artifacts lie.
        bucket: bucket of the artifacts in it.
        projects: the builds.
        statements: what it may do besides.

    Attributes:
        role: the ``aws_iam.Role``.
        policy: its managed policy.

    Source: AWS CodePipeline User Guide, "Manage the CodePipeline service role", "Cross-service
    confused deputy prevention".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        pipeline: str,
        source: Source,
        store: DeliveryStore,
        bucket: s3.Bucket,
        projects: Sequence[StepProject],
        statements: Sequence[iam.PolicyStatement] = (),
    ) -> None:
        super().__init__(scope, id)
        stack = cdk.Stack.of(self)
        self.role = iam.Role(
            self,
            "Role",
            description=f"Runs the pipeline {pipeline}",
            assumed_by=iam.ServicePrincipal(
                SERVICE,
                conditions={
                    "ArnEquals": {
                        "aws:SourceArn": stack.format_arn(service="codepipeline", resource=pipeline)
                    },
                    "StringEquals": {"aws:SourceAccount": stack.account},
                },
            ),
        )
        self.policy = iam.ManagedPolicy(
            self,
            "Policy",
            description=f"What the pipeline {pipeline} may do",
            statements=[
                source.use(),
                iam.PolicyStatement(
                    sid="Build",
                    actions=["codebuild:BatchGetBuilds", "codebuild:StartBuild"],
                    resources=[each.project.attr_arn for each in projects],
                ),
                *store.exchange(bucket),
                *statements,
            ],
            roles=[self.role],
        )
        artifact_reason(self.policy, bucket)
