"""ImageRetention: old images end, those in use stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from aws_cdk import aws_imagebuilder as imagebuilder
from constructs import Construct

from baseline.errors import BaselineError
from baseline.images.build_environment import ImageBuildEnvironment

KEEP_TAG = ("KeepImage", "true")
"""Tag of a machine image that no lifecycle policy touches."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Retention:
    """When images end.

    Attributes:
        deprecate_after_days: days after which launches by hand no longer find the image; machines
            and Auto Scaling groups that name it go on.
        delete_after_days: days after which image and snapshots are deleted.
        keep: newest images that stay whatever their age.
        unused_days: days without a launch before an image may be deleted.
    """

    deprecate_after_days: int = 60
    delete_after_days: int = 180
    keep: int = 3
    unused_days: int = 90

    def check(self) -> None:
        """Refuse an order or number that loses images in use.

        Raises:
            BaselineError: names the value.
        """
        if not 1 <= self.deprecate_after_days < self.delete_after_days <= 1000:  # noqa: PLR2004 - Image Builder's limit
            raise BaselineError(
                f"deprecate_after_days is {self.deprecate_after_days}, delete_after_days "
                f"{self.delete_after_days}; images are deprecated first, both within 1 to 1000 days"
            )
        if not 1 <= self.keep <= 10:  # noqa: PLR2004 - Image Builder's limit
            raise BaselineError(f"keep is {self.keep}; keep 1 to 10 images")
        if not 1 <= self.unused_days <= 365:  # noqa: PLR2004 - Image Builder's limit
            raise BaselineError(f"unused_days is {self.unused_days}; write 1 to 365 days")


class ImageRetention(Construct):
    """A lifecycle policy for the images of one pipeline, whichever recipe version made them.

    Args:
        scope: parent construct.
        id: construct ID.
        environment: whose role ends images.
        pipeline: full name of the pipeline, which stands in the images' tag.
        kind: machine or container images.
        retention: when.

    Attributes:
        policy: the ``CfnLifecyclePolicy``.

    Raises:
        BaselineError: for numbers that cannot be accepted.

    Source: EC2 Image Builder User Guide, "Lifecycle management for Image Builder images".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: ImageBuildEnvironment,
        pipeline: str,
        kind: Literal["AMI_IMAGE", "CONTAINER_IMAGE"],
        retention: Retention,
    ) -> None:
        super().__init__(scope, id)
        retention.check()
        types = imagebuilder.CfnLifecyclePolicy
        self.policy = types(
            self,
            "Policy",
            name=pipeline,
            description=f"Ends images of {pipeline}",
            status="ENABLED",
            execution_role=environment.lifecycle_role.role_arn,
            resource_type=kind,
            resource_selection=types.ResourceSelectionProperty(tag_map={"ImagePipeline": pipeline}),
            policy_details=_machines(retention) if kind == "AMI_IMAGE" else _containers(retention),
        )


def _machines(
    retention: Retention,
) -> list[imagebuilder.CfnLifecyclePolicy.PolicyDetailProperty]:
    types = imagebuilder.CfnLifecyclePolicy
    key, value = KEEP_TAG
    exclusion = types.ExclusionRulesProperty(
        amis=types.AmiExclusionRulesProperty(
            tag_map={key: value},
            last_launched=types.LastLaunchedProperty(unit="DAYS", value=retention.unused_days),
        )
    )
    deprecate = types.PolicyDetailProperty(
        action=types.ActionProperty(
            type="DEPRECATE", include_resources=types.IncludeResourcesProperty(amis=True)
        ),
        filter=types.FilterProperty(type="AGE", value=retention.deprecate_after_days, unit="DAYS"),
        exclusion_rules=types.ExclusionRulesProperty(
            amis=types.AmiExclusionRulesProperty(tag_map={key: value})
        ),
    )
    delete = types.PolicyDetailProperty(
        action=types.ActionProperty(
            type="DELETE",
            include_resources=types.IncludeResourcesProperty(amis=True, snapshots=True),
        ),
        filter=_age(retention),
        exclusion_rules=exclusion,
    )
    return [deprecate, delete]


def _containers(
    retention: Retention,
) -> list[imagebuilder.CfnLifecyclePolicy.PolicyDetailProperty]:
    types = imagebuilder.CfnLifecyclePolicy
    return [
        types.PolicyDetailProperty(
            action=types.ActionProperty(
                type="DELETE", include_resources=types.IncludeResourcesProperty(containers=True)
            ),
            filter=_age(retention),
        )
    ]


def _age(retention: Retention) -> imagebuilder.CfnLifecyclePolicy.FilterProperty:
    return imagebuilder.CfnLifecyclePolicy.FilterProperty(
        type="AGE",
        value=retention.delete_after_days,
        unit="DAYS",
        retain_at_least=retention.keep,
    )
