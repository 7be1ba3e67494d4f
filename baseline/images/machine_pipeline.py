"""HardenedImagePipeline: machine images that are hardened, tested, scanned, and then shared."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_imagebuilder as imagebuilder
from constructs import Construct

from baseline.controls.registry import implements
from baseline.images.build_environment import ImageBuildEnvironment
from baseline.images.build_parts import WEEKLY, BuildParts
from baseline.images.component_list import StigLevel, machine_components
from baseline.images.distribution import Sharing, distribute_machine, parameter_name
from baseline.images.endpoint_agent import EndpointAgentPackage
from baseline.images.machine_recipe import MachinePlan, create_recipe
from baseline.images.platforms import (
    INSTANCE_TYPES,
    PLATFORMS,
    Architecture,
    Platform,
    PlatformName,
    parent_image,
)
from baseline.images.retention import ImageRetention, Retention
from baseline.workload.machines import HOP_LIMIT


class HardenedImagePipeline(Construct):
    """A new machine image every week, released only when its tests pass and its scan is clean.

    The image is the newest of its publisher with all updates, the agents of Systems Manager and
    CloudWatch, AWS's STIG component and our own hardening. It demands IMDSv2, its disk is encrypted
    with a key of the organization, and it holds no keys. Its ID stands in an SSM parameter.

    Recipes and components cannot be changed: their versions follow from their content, so that an
    edited document gives new ones, and an unchanged one nothing.

    Args:
        scope: parent construct.
        id: construct ID.
        environment: where it builds; several pipelines share one.
        name: of the pipeline: 2 to 40 lower-case letters, digits and hyphens.
        sharing: who may start machines from the image.
        platform: operating system; al2023 by default.
        architecture: x86_64 by default.
        stig: level of AWS's STIG component; medium by default, None leaves it out.
        cloudwatch_agent: whether the image has the CloudWatch agent; True by default.
        endpoint_agent: package of an endpoint agent; none by default.
        root_gib: size of the root volume; what the platform needs by default.
        schedule: when it builds, in UTC; Sundays at 4 by default.
        retention: when old images end; by default they are deprecated after 60 days and deleted
            after 180, but for the newest three and those started within 90 days.

    Attributes:
        pipeline: the ``CfnImagePipeline``.
        recipe: the ``CfnImageRecipe``.
        parameter_name: SSM parameter with the ID of the newest image, once one was released.

    Raises:
        BaselineError: for a value that cannot be accepted.

    Source: Security Hub EC2.8, SSM.1; EC2 Image Builder User Guide, "Create an image pipeline".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: ImageBuildEnvironment,
        name: str,
        sharing: Sharing,
        platform: PlatformName = "al2023",
        architecture: Architecture = "x86_64",
        stig: StigLevel | None = "medium",
        cloudwatch_agent: bool = True,
        endpoint_agent: EndpointAgentPackage | None = None,
        root_gib: int | None = None,
        schedule: str = WEEKLY,
        retention: Retention | None = None,
    ) -> None:
        super().__init__(scope, id)
        stack = cdk.Stack.of(self)
        place = {"partition": stack.partition, "region": stack.region}
        parent = parent_image(platform, architecture, **place)
        sharing.check(environment.organization_id, stack.region)
        system = PLATFORMS[platform]
        chosen = machine_components(
            system, stig=stig, cloudwatch_agent=cloudwatch_agent, endpoint_agent=endpoint_agent
        )
        plan = MachinePlan(
            platform=system,
            parent=parent,
            components=tuple(chosen),
            root_gib=system.gib if root_gib is None else root_gib,
        )
        plan.check()
        environment.reach(system.ports)
        if endpoint_agent is not None:
            environment.let_machines(*_reading(endpoint_agent, stack.partition))
        parts = BuildParts(
            self,
            environment=environment,
            name=name,
            kind=system.kind,
            components=chosen,
            hop_limit=HOP_LIMIT,
            instance_types=INSTANCE_TYPES[architecture],
        )
        self.parameter_name = parameter_name(parts.full_name)
        self.recipe = create_recipe(self, parts=parts, plan=plan, key=environment.key)
        self.pipeline = self._create_pipeline(parts, environment, sharing, schedule, system)
        ImageRetention(
            self,
            "Retention",
            environment=environment,
            pipeline=parts.full_name,
            kind="AMI_IMAGE",
            retention=retention or Retention(),
        )
        implements(self, capability="hardened-image-pipeline", controls=["EC2.8", "SSM.1"])

    def _create_pipeline(
        self,
        parts: BuildParts,
        environment: ImageBuildEnvironment,
        sharing: Sharing,
        schedule: str,
        system: Platform,
    ) -> imagebuilder.CfnImagePipeline:
        distribution = distribute_machine(
            self, environment=environment, pipeline=parts.full_name, sharing=sharing
        )
        types = imagebuilder.CfnImagePipeline
        return parts.pipeline(
            description=f"Hardened {system.name}",
            schedule=schedule,
            image_recipe=self.recipe.attr_arn,
            distribution=distribution.attr_arn,
            workflows=[
                parts.workflow("build-image", "BUILD"),
                parts.workflow("test-image", "TEST"),
            ],
            scanning=types.ImageScanningConfigurationProperty(
                image_scanning_enabled=environment.scanned
            ),
        )


def _reading(agent: EndpointAgentPackage, partition: str) -> list[iam.PolicyStatement]:
    statements = [
        iam.PolicyStatement(actions=["s3:GetObject"], resources=[agent.object_arn(partition)])
    ]
    if agent.key_arn is not None:
        statements.append(iam.PolicyStatement(actions=["kms:Decrypt"], resources=[agent.key_arn]))
    return statements
