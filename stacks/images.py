"""Stack `images`: golden images, in the shared services account's home Region."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from baseline.config import Configuration, Names
from baseline.config import images as settings
from baseline.images.build_environment import ImageBuildEnvironment
from baseline.images.container_pipeline import HardenedContainerImagePipeline
from baseline.images.distribution import Sharing
from baseline.images.endpoint_agent import EndpointAgentPackage
from baseline.images.machine_pipeline import HardenedImagePipeline
from baseline.images.retention import Retention
from baseline.primitives.acknowledge import acknowledge

NO_ROUTES = "Annotation::@aws-cdk/aws-ec2:noSubnetRouteTableId"


class ImagesStack(cdk.Stack):
    """The pipelines that ``images`` names, and what they share.

    Args:
        scope: the app.
        id: stack ID.
        configuration: who hears of builds.
        names: physical names.
        images: the pipelines.
        env: the shared services account and the home Region.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        images: settings.Images,
        env: cdk.Environment,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: golden images",
            env=env,
        )
        self.builds = self._create_environment(names, images, configuration.notifications.high)
        sharing = _sharing(images, names)
        for name, machine in sorted(images.machines.items()):
            self._build_machine(name, machine, sharing, Retention(**images.retention.model_dump()))
        for name, container in sorted(images.containers.items()):
            HardenedContainerImagePipeline(
                self,
                f"Container{_pascal(name)}",
                environment=self.builds,
                name=name,
                parent=container.parent,
                keep_images=container.keep_images,
                schedule=container.schedule,
            )

    def _create_environment(
        self, names: Names, images: settings.Images, addresses: tuple[str, ...]
    ) -> ImageBuildEnvironment:
        vpc = ec2.Vpc.from_vpc_attributes(
            self, "Vpc", vpc_id=images.vpc, availability_zones=[f"{names.home_region}a"]
        )
        subnet = ec2.Subnet.from_subnet_id(self, "Subnet", images.subnet)
        acknowledge(subnet, {NO_ROUTES: "machines need its ID only; nobody adds routes to it here"})
        return ImageBuildEnvironment(
            self,
            "Environment",
            name=names.image_builds,
            vpc=vpc,
            subnet=subnet,
            organization_id=names.organization_id,
            addresses=addresses,
            blocked=images.blocked_severities,
            accepted=images.accepted,
            unscanned=images.unscanned,
            execution_role_name=names.image_build_role,
        )

    def _build_machine(
        self, name: str, machine: settings.MachineImage, sharing: Sharing, retention: Retention
    ) -> None:
        HardenedImagePipeline(
            self,
            f"Machine{_pascal(name)}",
            environment=self.builds,
            name=name,
            sharing=sharing,
            platform=machine.platform,
            architecture=machine.architecture,
            stig=None if machine.stig == "none" else machine.stig,
            cloudwatch_agent=machine.cloudwatch_agent,
            endpoint_agent=_agent(machine.endpoint_agent),
            schedule=machine.schedule,
            retention=retention,
        )


def _sharing(images: settings.Images, names: Names) -> Sharing:
    return Sharing(
        organization_arn=None if images.units else names.image_organization_arn,
        unit_arns=tuple(names.image_unit_arn(unit) for unit in images.units),
        copies=images.copies,
    )


def _agent(agent: settings.EndpointAgent | None) -> EndpointAgentPackage | None:
    if agent is None:
        return None
    return EndpointAgentPackage(
        source=agent.source, sha256=agent.sha256, service=agent.service, key_arn=agent.key
    )


def _pascal(name: str) -> str:
    return "".join(part.title() for part in name.split("-"))
