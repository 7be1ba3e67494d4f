"""The recipe of a container image: its base, its components, its Dockerfile."""

from __future__ import annotations

import json
import re

from aws_cdk import aws_imagebuilder as imagebuilder
from constructs import Construct

from baseline.errors import BaselineError
from baseline.images.build_parts import BuildParts
from baseline.images.component_list import container_components
from baseline.images.versions import content_version
from baseline.primitives.secure_key import SecureKey

PARENT = re.compile(r"public\.ecr\.aws/[a-z0-9._/-]+:[A-Za-z0-9._-]+(@sha256:[0-9a-f]{64})?")
AL2023 = "public.ecr.aws/amazonlinux/amazonlinux:2023"
# Image Builder fills in what stands in three braces.
DOCKERFILE = """FROM {{{ imagebuilder:parentImage }}}
{{{ imagebuilder:environments }}}
{{{ imagebuilder:components }}}
RUN echo 'application:x:10001:' >> /etc/group \\
 && echo 'application:x:10001:10001::/nonexistent:/sbin/nologin' >> /etc/passwd
"""
VOLUME_GIB = 30


def check_parent(parent: str) -> None:
    """Refuse what is no image of Amazon ECR Public.

    Raises:
        BaselineError: names the image.
    """
    if not PARENT.fullmatch(parent):
        raise BaselineError(
            f"parent is {parent!r}; name an image of Amazon ECR Public with its tag, such as "
            f"{AL2023}"
        )


def container_version(parent: str) -> str:
    """Give the version of a recipe: of all that it consists of, and of nothing else."""
    told = {
        "parent": parent,
        "components": [each.identity() for each in container_components()],
        "dockerfile": DOCKERFILE,
    }
    return content_version(json.dumps(told, sort_keys=True))


def create_container_recipe(
    scope: Construct, *, parts: BuildParts, parent: str, repository: str, key: SecureKey
) -> imagebuilder.CfnContainerRecipe:
    """Create the recipe of a container image, built on a machine with an encrypted volume.

    Args:
        scope: gets ``Recipe``.
        parts: the pipeline's parts.
        parent: base image.
        repository: name of the repository that images are pushed to.
        key: key of the volume.
    """
    types = imagebuilder.CfnContainerRecipe
    volume = types.EbsInstanceBlockDeviceSpecificationProperty(
        encrypted=True,
        kms_key_id=key.key.key_arn,
        volume_size=VOLUME_GIB,
        volume_type="gp3",
        delete_on_termination=True,
    )
    device = types.InstanceBlockDeviceMappingProperty(device_name="/dev/xvda", ebs=volume)
    return types(
        scope,
        "Recipe",
        name=parts.full_name,
        version=container_version(parent),
        container_type="DOCKER",
        parent_image=parent,
        platform_override="Linux",
        dockerfile_template_data=DOCKERFILE,
        components=[
            types.ComponentConfigurationProperty(component_arn=each.component_arn)
            for each in parts.components
        ],
        target_repository=types.TargetContainerRepositoryProperty(
            service="ECR", repository_name=repository
        ),
        instance_configuration=types.InstanceConfigurationProperty(block_device_mappings=[device]),
    )
