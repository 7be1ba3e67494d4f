"""BuildImage: what a build runs in, pinned as far as its publisher lets one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from aws_cdk import aws_iam as iam

from baseline.errors import BaselineError

MANAGED = re.compile(r"aws/codebuild/[a-z0-9_-]+:[A-Za-z0-9._-]+")
OWN = re.compile(
    r"(?P<account>[0-9]{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/"
    r"(?P<repository>[a-z0-9][a-z0-9._/-]*)@sha256:[0-9a-f]{64}"
)
STANDARD = "aws/codebuild/amazonlinux-x86_64-standard:6.0"
RUNTIMES: Mapping[str, str] = MappingProxyType({"python": "3.13", "nodejs": "24"})
PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")


@dataclass(frozen=True, kw_only=True, slots=True)
class BuildImage:
    """The image of builds: one of your own by digest, or one that AWS manages by its version.

    AWS publishes its images without a digest that a project could name, and renews what stands
    behind a version. An image of your own is named by its digest only, so nobody changes what it is;
    put the tools into it, and leave ``Commands.install`` empty.

    Attributes:
        uri: ``aws/codebuild/NAME:VERSION``, or an image in Amazon ECR ``...@sha256:...``; the
            standard image of Amazon Linux 2023 by default.
        runtimes: versions of languages that a managed image switches on; an image of your own has
            its own.
        arm: the image is for arm64.

    Raises:
        BaselineError: the image is neither.

    Source: AWS CodeBuild User Guide, "Docker images provided by CodeBuild", "Amazon ECR sample for
    CodeBuild".
    """

    uri: str = STANDARD
    runtimes: Mapping[str, str] = field(default_factory=lambda: RUNTIMES)
    arm: bool = False

    def __post_init__(self) -> None:
        """Refuse a tag that somebody could move."""
        if not MANAGED.fullmatch(self.uri) and not OWN.fullmatch(self.uri):
            raise BaselineError(
                f"image {self.uri!r} is neither managed by AWS (aws/codebuild/NAME:VERSION) nor in "
                "Amazon ECR by its digest (ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME@sha256:...); a "
                "tag can be moved to another image"
            )

    @property
    def managed(self) -> bool:
        """AWS publishes the image."""
        return MANAGED.fullmatch(self.uri) is not None

    @property
    def kind(self) -> str:
        """The kind of environment that CodeBuild starts for it."""
        return "ARM_CONTAINER" if self.arm else "LINUX_CONTAINER"

    def pull(self, partition: str) -> list[iam.PolicyStatement]:
        """Give what a project's role needs to pull it; nothing for a managed image."""
        own = OWN.fullmatch(self.uri)
        if own is None:
            return []
        arn = f"arn:{partition}:ecr:{own['region']}:{own['account']}:repository/{own['repository']}"
        return [
            iam.PolicyStatement(sid="PullImage", actions=list(PULL), resources=[arn]),
            iam.PolicyStatement(
                sid="SignInToRegistry",
                actions=["ecr:GetAuthorizationToken"],
                resources=["*"],
                conditions={"StringEquals": {"aws:RequestedRegion": own["region"]}},
            ),
        ]
