"""What a machine image is made of, and the recipe that says so."""

from __future__ import annotations

import json
from dataclasses import dataclass

from aws_cdk import aws_imagebuilder as imagebuilder
from constructs import Construct

from baseline.errors import BaselineError
from baseline.images.build_parts import BuildParts
from baseline.images.documents import Component
from baseline.images.platforms import Platform
from baseline.images.versions import content_version
from baseline.primitives.secure_key import SecureKey
from baseline.workload.machines import ROOT_GIB


@dataclass(frozen=True, kw_only=True, slots=True)
class MachinePlan:
    """All that a recipe consists of.

    Attributes:
        platform: the operating system.
        parent: base image, as a recipe names it.
        components: in their order.
        root_gib: size of the root volume.
    """

    platform: Platform
    parent: str
    components: tuple[Component, ...]
    root_gib: int

    def check(self) -> None:
        """Refuse a root volume that the base image does not fit into.

        Raises:
            BaselineError: names the size.
        """
        if not self.platform.gib <= self.root_gib <= ROOT_GIB[1]:
            raise BaselineError(
                f"root_gib is {self.root_gib}; {self.platform.name} needs {self.platform.gib} to "
                f"{ROOT_GIB[1]} GiB"
            )

    def version(self) -> str:
        """Give the recipe's version: of what it consists of, and of nothing else."""
        told = {
            "parent": self.parent,
            "components": [each.identity() for each in self.components],
            "device": self.platform.device,
            "gib": self.root_gib,
        }
        return content_version(json.dumps(told, sort_keys=True))


def create_recipe(
    scope: Construct, *, parts: BuildParts, plan: MachinePlan, key: SecureKey
) -> imagebuilder.CfnImageRecipe:
    """Create the recipe of a plan, with an encrypted root volume.

    Args:
        scope: gets ``Recipe``.
        parts: the pipeline's parts, made with the plan's components.
        plan: what the image is made of.
        key: key of the volume.
    """
    types = imagebuilder.CfnImageRecipe
    volume = types.EbsInstanceBlockDeviceSpecificationProperty(
        encrypted=True,
        kms_key_id=key.key.key_arn,
        volume_size=plan.root_gib,
        volume_type="gp3",
        delete_on_termination=True,
    )
    return types(
        scope,
        "Recipe",
        name=parts.full_name,
        version=plan.version(),
        parent_image=plan.parent,
        components=parts.components,
        block_device_mappings=[
            types.InstanceBlockDeviceMappingProperty(device_name=plan.platform.device, ebs=volume)
        ],
        # On Windows the agent is the base image's, and Image Builder leaves it alone.
        additional_instance_configuration=_keep_agent() if plan.platform.kind == "Linux" else None,
    )


def _keep_agent() -> imagebuilder.CfnImageRecipe.AdditionalInstanceConfigurationProperty:
    types = imagebuilder.CfnImageRecipe
    return types.AdditionalInstanceConfigurationProperty(
        systems_manager_agent=types.SystemsManagerAgentProperty(uninstall_after_build=False)
    )
