"""HardenedRepository: container images that nobody overwrites, scanned, encrypted, kept a while."""

from __future__ import annotations

import re

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.images.image_key import ORGANIZATION
from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.protection_tag import TAG_KEY
from baseline.primitives.secure_key import SecureKey

NAME = re.compile(r"[a-z0-9]+(?:[._/-][a-z0-9]+)*")
NAME_LENGTH = (2, 256)
KEPT = (1, 1_000)
PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")


class HardenedRepository(Construct):
    """A repository whose tags stay with their image and from which the organization pulls.

    It does not bear the tag ``SecurityBaseline``: the guardrail on it lets deployers alone push.

    Args:
        scope: parent construct.
        id: construct ID.
        name: of the repository.
        organization_id: organization whose identities pull; None keeps it to the account.
        keep_images: newest images that stay; 30 by default. Untagged ones end after a day.
        tags: tags of the repository; none by default.

    Attributes:
        repository: the ``aws_ecr.Repository``.
        key: its :class:`SecureKey`.

    Raises:
        BaselineError: for a name, ID or number of another form.

    Source: Security Hub ECR.1, ECR.2, ECR.3, ECR.5; Amazon ECR User Guide, "Private repository
    policies in Amazon ECR".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        organization_id: str | None,
        keep_images: int = 30,
        tags: dict[str, str] | None = None,
    ) -> None:
        super().__init__(scope, id)
        _check(name, organization_id, keep_images)
        self.key = SecureKey(self, "Key", description=f"Container images of {name}")
        self.repository = ecr.Repository(
            self,
            "Repository",
            repository_name=name,
            image_tag_mutability=ecr.TagMutability.IMMUTABLE,
            image_scan_on_push=True,
            encryption=ecr.RepositoryEncryption.KMS,
            encryption_key=self.key.key,
            lifecycle_rules=[
                ecr.LifecycleRule(
                    description="Layers that no tag names",
                    rule_priority=1,
                    tag_status=ecr.TagStatus.UNTAGGED,
                    max_image_age=cdk.Duration.days(1),
                ),
                ecr.LifecycleRule(
                    description="Old images",
                    rule_priority=2,
                    tag_status=ecr.TagStatus.ANY,
                    max_image_count=keep_images,
                ),
            ],
            removal_policy=cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )
        if organization_id is not None:
            self._let_organization_pull(organization_id)
        # The guardrail on this tag would keep out whoever pushes images.
        cdk.Tags.of(self.repository).remove(TAG_KEY)
        for key, value in (tags or {}).items():
            cdk.Tags.of(self.repository).add(key, value)
        implements(
            self,
            capability="hardened-repository",
            controls=["ECR.1", "ECR.2", "ECR.3", "ECR.5"],
        )

    def _let_organization_pull(self, organization_id: str) -> None:
        self.repository.add_to_resource_policy(
            iam.PolicyStatement(
                sid="OrganizationPulls",
                principals=[iam.AnyPrincipal()],
                actions=list(PULL),
                conditions={"StringEquals": {"aws:PrincipalOrgID": organization_id}},
            )
        )
        acknowledge(
            self.repository,
            {
                "AwsSolutions-ECR1": (
                    "a condition keeps the policy to identities of the organization, which pull only"
                )
            },
        )


def _check(name: str, organization_id: str | None, keep_images: int) -> None:
    low, high = NAME_LENGTH
    if not NAME.fullmatch(name) or not low <= len(name) <= high:
        raise BaselineError(
            f"name is {name!r}; write {low} to {high} lower-case letters and digits, with single "
            ". _ / or - between them"
        )
    if organization_id is not None and not ORGANIZATION.fullmatch(organization_id):
        raise BaselineError(
            f"organization_id is {organization_id!r}; write it as in 'o-exampleorgid'"
        )
    if not KEPT[0] <= keep_images <= KEPT[1]:
        raise BaselineError(f"keep_images is {keep_images}; keep {KEPT[0]} to {KEPT[1]} images")
