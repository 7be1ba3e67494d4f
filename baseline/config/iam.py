"""Permissions boundary, groups of IAM users, deploy roles of pipelines."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from baseline.config.forms import DeployRoleName, Host, Reference, Repository
from baseline.config.section import Section


class DeployRole(Section):
    """A role that one pipeline assumes with a token of its platform, without stored keys.

    Exactly one of environment, branch and tag says which runs of the pipeline may do it.
    """

    provider: Literal["github", "gitlab"] = Field(
        description="Platform that signs the tokens: github or gitlab."
    )
    repository: Repository = Field(
        description="Repository with its owner (example/baseline), or GitLab project with its groups."
    )
    environment: Reference | None = Field(
        default=None,
        description="GitHub environment whose jobs may deploy; protect it with reviewers.",
    )
    branch: Reference | None = Field(
        default=None, description="Branch whose runs may deploy; protect it."
    )
    tag: Reference | None = Field(default=None, description="GitLab tag whose runs may deploy.")
    host: Host | None = Field(
        default=None,
        description="Host name of a GitLab of your own. gitlab.com by default; GitHub has one host.",
    )
    account: str = Field(
        default="shared_services",
        description="Core account that the role stands in; never the management account. shared_services by default.",
    )


class Iam(Section):
    """Permissions boundary, groups of IAM users, deploy roles of pipelines."""

    mfa_group: bool = Field(
        default=False,
        strict=True,
        description="true makes a group in every account for IAM users that still exist: its members can do nothing but enrol a second factor before they have used one. false by default.",
    )
    deploy_roles: dict[DeployRoleName, DeployRole] = Field(
        default_factory=dict,
        description="Roles with which pipelines deploy the baseline, by name. None by default.",
    )
