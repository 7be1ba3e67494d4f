"""StepProject: one step of a delivery as a CodeBuild project with a role of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.delivery.build_image import BuildImage
from baseline.delivery.delivery_store import DeliveryStore, logical_id
from baseline.errors import BaselineError
from baseline.primitives.acknowledge import MINIMUM_REASON_LENGTH, acknowledge, acknowledge_rule

TIMEOUT_MINUTES = 60
QUEUED_MINUTES = 60
COMPUTE = "BUILD_GENERAL1_MEDIUM"
SERVICE = "codebuild.amazonaws.com"


class StepProject(Construct):
    """A build that may do what its step needs and nothing else.

    Its commands stand here and not in the repository, it is not privileged unless a reason says
    why, its logs and artifacts are encrypted, and its role works for this project only.

    Args:
        scope: parent construct.
        id: construct ID.
        name: name of the project.
        title: description.
        spec: build specification, as JSON text.
        store: takes logs and artifacts.
        bucket: bucket of the artifacts in it.
        image: what the build runs in.
        statements: what the role may do besides artifacts and logs.
        wildcards: findings of cdk-nag about them, to their reasons.
        variables: environment variables; no secrets.
        secrets: environment variables to ARNs of secrets that hold them.
        privileged: why the build runs privileged (Docker); None by default: it does not.

    Attributes:
        project: the ``CfnProject``.
        role: its ``aws_iam.Role``.
        policy: the role's managed policy.

    Raises:
        BaselineError: the reason for privileged builds is too short.

    Source: Security Hub CodeBuild.1 to CodeBuild.4; AWS CodeBuild User Guide, "Cross-service
    confused deputy prevention".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        title: str,
        spec: str,
        store: DeliveryStore,
        bucket: s3.Bucket,
        image: BuildImage,
        statements: Sequence[iam.PolicyStatement] = (),
        wildcards: Mapping[str, str] | None = None,
        variables: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
        privileged: str | None = None,
    ) -> None:
        super().__init__(scope, id)
        if privileged is not None and len(privileged.strip()) < MINIMUM_REASON_LENGTH:
            raise BaselineError(
                f"privileged of {id} is {privileged!r}; write at least {MINIMUM_REASON_LENGTH} "
                "characters that say why the build needs Docker"
            )
        self.name = name
        self.role = self._create_role(title)
        self.policy = self._create_policy(store, bucket, image, statements)
        self.project = codebuild.CfnProject(
            self,
            "Project",
            name=name,
            description=title,
            service_role=self.role.role_arn,
            encryption_key=store.key.key.key_arn,
            source=codebuild.CfnProject.SourceProperty(type="CODEPIPELINE", build_spec=spec),
            artifacts=codebuild.CfnProject.ArtifactsProperty(
                type="CODEPIPELINE", encryption_disabled=False
            ),
            environment=_environment(image, variables or {}, secrets or {}, privileged),
            logs_config=codebuild.CfnProject.LogsConfigProperty(
                cloud_watch_logs=codebuild.CfnProject.CloudWatchLogsConfigProperty(
                    status="ENABLED", group_name=store.log_group.log_group_name, stream_name=name
                ),
                s3_logs=codebuild.CfnProject.S3LogsConfigProperty(
                    status="DISABLED", encryption_disabled=False
                ),
            ),
            timeout_in_minutes=TIMEOUT_MINUTES,
            queued_timeout_in_minutes=QUEUED_MINUTES,
            visibility="PRIVATE",
            badge_enabled=False,
        )
        self._acknowledge(bucket, image, privileged)
        acknowledge(self.policy, wildcards or {})

    def _create_role(self, title: str) -> iam.Role:
        stack = cdk.Stack.of(self)
        project = stack.format_arn(service="codebuild", resource="project", resource_name=self.name)
        return iam.Role(
            self,
            "Role",
            description=f"Build of {self.name}: {title}",
            assumed_by=iam.ServicePrincipal(
                SERVICE,
                conditions={
                    "ArnEquals": {"aws:SourceArn": project},
                    "StringEquals": {"aws:SourceAccount": stack.account},
                },
            ),
        )

    def _create_policy(
        self,
        store: DeliveryStore,
        bucket: s3.Bucket,
        image: BuildImage,
        statements: Sequence[iam.PolicyStatement],
    ) -> iam.ManagedPolicy:
        return iam.ManagedPolicy(
            self,
            "Policy",
            description=f"What the build of {self.name} may do",
            statements=[
                store.write_logs(),
                *store.exchange(bucket),
                *image.pull(cdk.Aws.PARTITION),
                *statements,
            ],
            roles=[self.role],
        )

    def _acknowledge(self, bucket: s3.Bucket, image: BuildImage, privileged: str | None) -> None:
        artifact_reason(self.policy, bucket)
        if not image.managed:
            acknowledge(
                self.policy,
                {
                    "AwsSolutions-IAM5[Resource::*]": (
                        "the token signs in to the registry and opens no repository by itself"
                    )
                },
            )
        acknowledge_rule(
            self.project,
            "CodeBuildProjectSourceRepoUrl",
            "the source is CodePipeline, which fetches through a connection: there is no URL here that "
            "could hold a credential",
            packs=("HIPAA.Security", "PCI.DSS.321"),
        )
        if not image.managed:
            acknowledge(
                self.project,
                {
                    "AwsSolutions-CB5": (
                        "the image is named by its digest, which nobody can move to another one, and "
                        "comes from a registry of the organization"
                    )
                },
            )
        if privileged is not None:
            acknowledge(self.project, {"AwsSolutions-CB3": privileged})


def _environment(
    image: BuildImage,
    variables: Mapping[str, str],
    secrets: Mapping[str, str],
    privileged: str | None,
) -> codebuild.CfnProject.EnvironmentProperty:
    variable = codebuild.CfnProject.EnvironmentVariableProperty
    return codebuild.CfnProject.EnvironmentProperty(
        type=image.kind,
        image=image.uri,
        compute_type=COMPUTE,
        image_pull_credentials_type="CODEBUILD" if image.managed else "SERVICE_ROLE",
        privileged_mode=privileged is not None,
        environment_variables=[
            *(variable(name=name, value=value) for name, value in sorted(variables.items())),
            *(
                variable(name=name, value=arn, type="SECRETS_MANAGER")
                for name, arn in sorted(secrets.items())
            ),
        ],
    )


def artifact_reason(policy: iam.ManagedPolicy, bucket: s3.Bucket) -> None:
    """Say why a policy names all objects of a bucket of artifacts."""
    acknowledge(
        policy,
        {
            f"AwsSolutions-IAM5[Resource::<{logical_id(bucket)}.Arn>/*]": (
                "CodePipeline chooses the names of artifacts; the bucket holds nothing else"
            )
        },
    )
