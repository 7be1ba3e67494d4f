"""HardenedContainerImagePipeline: container base images, hardened, tested, scanned, then pushed."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_imagebuilder as imagebuilder
from constructs import Construct

from baseline.controls.registry import implements
from baseline.images.build_environment import ImageBuildEnvironment
from baseline.images.build_parts import WEEKLY, BuildParts
from baseline.images.component_list import container_components
from baseline.images.container_recipe import AL2023, check_parent, create_container_recipe
from baseline.images.machine_role import NUMBERED, acknowledge_patterns
from baseline.images.platforms import HTTP, HTTPS, INSTANCE_TYPES
from baseline.images.repository import HardenedRepository
from baseline.images.retention import ImageRetention, Retention
from baseline.primitives.acknowledge import acknowledge

CONTAINER_HOPS = 2
"""A container on the build machine is one hop further from the metadata service."""
PUSH = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:GetDownloadUrlForLayer",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)
SCANS_KEPT = 5


class HardenedContainerImagePipeline(Construct):
    """A new container base image every week, pushed only when its tests pass and its scan is clean.

    Programs that run with their owner's rights lose that, nothing of the build stays, and there is
    a user ``application`` (10001) for images made from it, whose Dockerfile ends with
    ``USER application``. The repository keeps tags with their image, scans, encrypts, and lets the
    organization pull.

    Args:
        scope: parent construct.
        id: construct ID.
        environment: where it builds; several pipelines share one.
        name: of the pipeline: 2 to 40 lower-case letters, digits and hyphens.
        parent: base image in Amazon ECR Public; Amazon Linux 2023 by default.
        keep_images: newest images that the repository keeps; 30 by default.
        schedule: when it builds, in UTC; Sundays at 4 by default.
        retention: when Image Builder ends old images.

    Attributes:
        pipeline: the ``CfnImagePipeline``.
        recipe: the ``CfnContainerRecipe``.
        repository: the :class:`HardenedRepository` that images are pushed to.
        scans: the :class:`HardenedRepository` where Inspector scans them before; None unscanned.

    Raises:
        BaselineError: for a value that cannot be accepted.

    Source: EC2 Image Builder User Guide, "Create a new version of a container recipe".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: ImageBuildEnvironment,
        name: str,
        parent: str = AL2023,
        keep_images: int = 30,
        schedule: str = WEEKLY,
        retention: Retention | None = None,
    ) -> None:
        super().__init__(scope, id)
        check_parent(parent)
        environment.reach((HTTPS, HTTP))
        parts = BuildParts(
            self,
            environment=environment,
            name=name,
            kind="Linux",
            components=container_components(),
            hop_limit=CONTAINER_HOPS,
            instance_types=INSTANCE_TYPES["x86_64"],
        )
        self.repository = HardenedRepository(
            self,
            "Images",
            name=parts.full_name,
            organization_id=environment.organization_id,
            keep_images=keep_images,
        )
        self.scans = self._create_scans(parts.full_name) if environment.scanned else None
        self._let_machines_push(environment)
        self.recipe = create_container_recipe(
            self,
            parts=parts,
            parent=parent,
            repository=self.repository.repository.repository_name,
            key=environment.key,
        )
        self.pipeline = self._create_pipeline(parts, environment, schedule)
        ImageRetention(
            self,
            "Retention",
            environment=environment,
            pipeline=parts.full_name,
            kind="CONTAINER_IMAGE",
            retention=retention or Retention(),
        )
        implements(self, capability="hardened-container-pipeline", controls=[])

    def _create_scans(self, name: str) -> HardenedRepository:
        # AWS's policy lets Image Builder clean up in repositories of this name and tag only.
        return HardenedRepository(
            self,
            "Scans",
            name=f"image-builder-{name}",
            organization_id=None,
            keep_images=SCANS_KEPT,
            tags={"CreatedBy": "EC2 Image Builder"},
        )

    def _let_machines_push(self, environment: ImageBuildEnvironment) -> None:
        repositories = [
            each.repository.repository_arn for each in (self.repository, self.scans) if each
        ]
        recipes = cdk.Stack.of(self).format_arn(
            service="imagebuilder",
            resource="container-recipe",
            resource_name=f"{environment.name}-*/*",
        )
        environment.let_machines(
            iam.PolicyStatement(actions=list(PUSH), resources=repositories),
            iam.PolicyStatement(
                actions=["ecr:GetAuthorizationToken"],
                resources=["*"],
                conditions={"StringEquals": {"aws:RequestedRegion": cdk.Stack.of(self).region}},
            ),
            iam.PolicyStatement(actions=["imagebuilder:GetContainerRecipe"], resources=[recipes]),
        )
        acknowledge_patterns(environment.machine_policy, [recipes], NUMBERED)
        acknowledge(
            environment.machine_policy,
            {
                "AwsSolutions-IAM5[Resource::*]": (
                    "the token to sign in to a registry names no repository; what it opens does"
                )
            },
        )

    def _create_pipeline(
        self, parts: BuildParts, environment: ImageBuildEnvironment, schedule: str
    ) -> imagebuilder.CfnImagePipeline:
        types = imagebuilder.CfnImagePipeline
        distribution = imagebuilder.CfnDistributionConfiguration(
            self,
            "Distribution",
            name=parts.full_name,
            distributions=[
                imagebuilder.CfnDistributionConfiguration.DistributionProperty(
                    region=cdk.Stack.of(self).region,
                    container_distribution_configuration={
                        "TargetRepository": {
                            "Service": "ECR",
                            "RepositoryName": self.repository.repository.repository_name,
                        },
                    },
                )
            ],
        )
        scanning = types.ImageScanningConfigurationProperty(
            image_scanning_enabled=environment.scanned,
            ecr_configuration=types.EcrConfigurationProperty(
                repository_name=self.scans.repository.repository_name
            )
            if self.scans
            else None,
        )
        return parts.pipeline(
            description="Hardened container image",
            schedule=schedule,
            container_recipe=self.recipe.attr_arn,
            distribution=distribution.attr_arn,
            workflows=[
                parts.managed_workflow("build/build-container"),
                parts.workflow("test-container", "TEST"),
            ],
            scanning=scanning,
        )
