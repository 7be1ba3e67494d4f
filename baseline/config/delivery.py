"""How the baseline delivers itself from its repository. Not at all by default."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field

from baseline.config.forms import Host, Reference, Repository
from baseline.config.section import Section

CONNECTION_PATTERN = (
    r"^arn:aws:(codeconnections|codestar-connections):[a-z0-9-]+:[0-9]{12}:connection/"
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
)
BRANCHES_PATTERN = r"^[A-Za-z0-9_][A-Za-z0-9_./-]*[*]?$"
SUPPRESSIONS_PATTERN = r"^[A-Za-z0-9_][A-Za-z0-9_/-]*\.ya?ml$"
BUILD_IMAGE_PATTERN = (
    r"^[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/[a-z0-9][a-z0-9._/-]*@sha256:[0-9a-f]{64}$"
)
TOKEN_PATTERN = (
    r"^arn:aws:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}$"  # noqa: S105
)
TOKEN_KEY_PATTERN = r"^arn:aws:kms:[a-z0-9-]+:[0-9]{12}:key/[0-9a-z-]{36,40}$"  # noqa: S105

HINTS: Mapping[str, str] = MappingProxyType(
    {
        CONNECTION_PATTERN: "is not the ARN of a connection of AWS CodeConnections",
        BRANCHES_PATTERN: "is not the name of a branch, or the start of names such as release/*",
        SUPPRESSIONS_PATTERN: "is not the path of a YAML file in the repository, such as security/suppressions.yaml",
        BUILD_IMAGE_PATTERN: "is not an image in Amazon ECR by its digest (...@sha256:...); a tag can be moved",
        TOKEN_PATTERN: "is not the complete ARN of a secret, which ends in a hyphen and six characters",
        TOKEN_KEY_PATTERN: "is not the ARN of a KMS key",
    }
)


class ReviewComment(Section):
    """Where the review of a change is commented. Needs a token that may comment and nothing else."""

    provider: Literal["github", "gitlab", "bitbucket"] = Field(
        description="Platform of the repository: github, gitlab or bitbucket."
    )
    secret: Annotated[str, Field(pattern=TOKEN_PATTERN)] = Field(
        description="Complete ARN of the secret in the shared services account whose text is the token."
    )
    key: Annotated[str, Field(pattern=TOKEN_KEY_PATTERN)] | None = Field(
        default=None,
        description="ARN of the secret's key; None where it is that of AWS. None by default.",
    )
    host: Host | None = Field(
        default=None,
        description="Host of the platform's API, where it is one of your own. That of the provider by default.",
    )


class Delivery(Section):
    """A pipeline in the shared services account that delivers the baseline from its repository."""

    connection: Annotated[str, Field(pattern=CONNECTION_PATTERN)] = Field(
        description="ARN of a connection in the shared services account's home Region, completed in the console."
    )
    repository: Repository = Field(
        description="Repository with its owner (example/baseline), or GitLab project with its groups."
    )
    branch: Reference = Field(
        default="main",
        description="Branch that changes are compared with, and that a start by hand delivers. main by default.",
    )
    branches: tuple[Annotated[str, Field(pattern=BRANCHES_PATTERN, max_length=200)], ...] = Field(
        default=(),
        description="Branches that are delivered, by name or start of names; protect them. The branch alone by default.",
    )
    threshold: Literal["critical", "high", "medium", "low"] = Field(
        default="high",
        description="Severity from which a finding of a scan stops a delivery. high by default.",
    )
    suppressions: Annotated[str, Field(pattern=SUPPRESSIONS_PATTERN)] | None = Field(
        default=None,
        description="File of accepted findings in the repository, each with reason and expiry. None by default.",
    )
    image: Annotated[str, Field(pattern=BUILD_IMAGE_PATTERN)] | None = Field(
        default=None,
        description="Image of builds in Amazon ECR, by its digest. The standard image that AWS manages by default.",
    )
    comment: ReviewComment | None = Field(
        default=None, description="Where reviews are commented. None by default."
    )
    every_commit: bool = Field(
        default=False,
        strict=True,
        description="true delivers every merge in order; false lets a newer one take the place of one that waits. false by default.",
    )
