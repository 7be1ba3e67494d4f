"""OidcDeployRole: one pipeline deploys with a token of its platform, without stored keys."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.config.forms import REFERENCE_PATTERN, REPOSITORY_PATTERN
from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.guardrails.roles import QUALIFIER
from baseline.primitives.acknowledge import acknowledge

AUDIENCE = "sts.amazonaws.com"
GITHUB = "token.actions.githubusercontent.com"
GITLAB = "gitlab.com"
SESSION_HOURS = 1
CHANGES = ":pull_request"
"""End of the subject of every pull request of a GitHub repository."""
BOOTSTRAP_ROLES = ("deploy", "file-publishing", "image-publishing", "lookup")
"""Roles of the CDK bootstrap that the ``cdk`` command assumes.

Source: AWS CDK Developer Guide, "AWS CDK bootstrapping", "IAM roles created during bootstrapping".
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """The runs of a pipeline that may deploy, as the platform signs them.

    Make it with :meth:`github`, :meth:`github_changes` or :meth:`gitlab`: those refuse wildcards.

    Attributes:
        host: host name of the provider, without ``https://``.
        claim: the value of the claim ``sub``.
    """

    host: str
    claim: str

    def __post_init__(self) -> None:
        """Refuse a subject that more than one pipeline or kind of run could have.

        Raises:
            BaselineError: the claim holds a wildcard or a variable, or names no run.
        """
        named = re.search(r":(environment|ref):[^:]+$", self.claim) or self.unmerged
        if re.search(r"[*?$\s]", self.claim) or not named:
            raise BaselineError(
                f"subject {self.claim!r} does not name one environment, branch or tag of one "
                "repository; wildcards would let other pipelines deploy"
            )

    @classmethod
    def github(
        cls, repository: str, *, environment: str | None = None, branch: str | None = None
    ) -> Subject:
        """Give the jobs of one environment, or the runs on one branch, of a GitHub repository.

        Args:
            repository: ``owner/name``.
            environment: environment of the jobs; or
            branch: branch of the runs, whose jobs name no environment.

        Raises:
            BaselineError: a name holds a wildcard, or not exactly one of the two is given.

        Source: GitHub Docs, "OpenID Connect reference", "Example subject claims".
        """
        _check("repository", repository, r"[^/]+/[^/]+")
        kind, value = _one(environment=environment, branch=branch)
        run = f"environment:{value}" if kind == "environment" else f"ref:refs/heads/{value}"
        return cls(host=GITHUB, claim=f"repo:{repository}:{run}")

    @classmethod
    def github_changes(cls, repository: str) -> Subject:
        """Give the runs for pull requests of a GitHub repository, which nobody has approved yet.

        A role that deploys refuses it.

        Args:
            repository: ``owner/name``.

        Raises:
            BaselineError: the name holds a wildcard.

        Source: GitHub Docs, "OpenID Connect reference", "Example subject claims".
        """
        _check("repository", repository, r"[^/]+/[^/]+")
        return cls(host=GITHUB, claim=f"repo:{repository}{CHANGES}")

    @property
    def unmerged(self) -> bool:
        """The runs are for changes that are not merged."""
        return self.claim.endswith(CHANGES)

    @classmethod
    def gitlab(
        cls, project: str, *, branch: str | None = None, tag: str | None = None, host: str = GITLAB
    ) -> Subject:
        """Give the pipelines on one branch or tag of a GitLab project.

        Args:
            project: path of the project with its groups.
            branch: branch; or
            tag: tag.
            host: host name of the GitLab.

        Raises:
            BaselineError: a name holds a wildcard, or not exactly one of the two is given.

        Source: GitLab Docs, "Configure OpenID Connect in AWS to retrieve temporary credentials".
        """
        _check("project", project, REPOSITORY_PATTERN)
        kind, value = _one(branch=branch, tag=tag)
        return cls(host=host, claim=f"project_path:{project}:ref_type:{kind}:ref:{value}")


class OidcProvider(Construct):
    """The platform's identity provider in an account, for the audience of AWS only.

    There is one per platform and account. AWS checks the platform's certificate against its own
    trusted authorities, so no thumbprint has to be kept.

    Args:
        scope: parent construct; once per account and platform.
        id: construct ID.
        host: host name, such as ``gitlab.com``.

    Attributes:
        provider: the ``CfnOIDCProvider``.

    Source: IAM User Guide, "Create an OpenID Connect (OIDC) identity provider in IAM".
    """

    def __init__(self, scope: Construct, id: str, *, host: str) -> None:
        super().__init__(scope, id)
        self.host = host
        self.provider = iam.CfnOIDCProvider(
            self, "Provider", url=f"https://{host}", client_id_list=[AUDIENCE]
        )


class OidcDeployRole(Construct):
    """A role for one pipeline: named repository, named run, and only the CDK's own roles.

    Subject and audience are compared for equality. What the pipeline can change is decided by the
    deploy roles that the CDK's bootstrap made, which have to trust this role's account; it has no
    permission besides.

    Args:
        scope: parent construct.
        id: construct ID.
        role_name: physical name.
        provider: the platform's provider in this account.
        subject: whose tokens are accepted.
        accounts: IDs of the accounts that are deployed to.
        organization_id: organization that they belong to.
        qualifier: qualifier of the CDK's bootstrap there; that of the baseline by default.

    Attributes:
        role: the ``aws_iam.Role``.

    Raises:
        BaselineError: when provider and subject are of different platforms, or there are no accounts.

    Source: IAM User Guide, "Create a role for OpenID Connect federation"; Security Hub IAM.21.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        role_name: str,
        provider: OidcProvider,
        subject: Subject,
        accounts: Sequence[str],
        organization_id: str,
        qualifier: str = QUALIFIER,
    ) -> None:
        super().__init__(scope, id)
        if subject.unmerged:
            raise BaselineError(
                f"subject {subject.claim!r} is every pull request; changes that nobody approved must "
                "not deploy: name an environment or a branch"
            )
        if not accounts:
            raise BaselineError(f"role {role_name} deploys nowhere; name the accounts")
        self.role = iam.Role(
            self,
            "Role",
            role_name=role_name,
            description=f"Deploys for {subject.claim}",
            assumed_by=trusted(provider, subject),
            max_session_duration=cdk.Duration.hours(SESSION_HOURS),
        )
        policy = iam.ManagedPolicy(
            self,
            "Policy",
            description="Assume the roles of the CDK's bootstrap",
            statements=[assume_bootstrap_roles(accounts, qualifier, organization_id)],
            roles=[self.role],
        )
        acknowledge(policy, bootstrap_reasons(accounts, qualifier))
        implements(self, capability="oidc-deploy-role", controls=["IAM.21"])


def trusted(provider: OidcProvider, subject: Subject) -> iam.FederatedPrincipal:
    """Trust the runs of a subject: subject and audience are compared for equality.

    Raises:
        BaselineError: provider and subject are of different platforms.
    """
    if provider.host != subject.host:
        raise BaselineError(
            f"the provider is {provider.host}, the subject one of {subject.host}; use the same"
        )
    return iam.FederatedPrincipal(
        provider.provider.ref,
        {
            "StringEquals": {
                f"{subject.host}:aud": AUDIENCE,
                f"{subject.host}:sub": subject.claim,
            }
        },
        "sts:AssumeRoleWithWebIdentity",
    )


def assume_bootstrap_roles(
    accounts: Sequence[str],
    qualifier: str,
    organization_id: str | None,
    kinds: Sequence[str] = BOOTSTRAP_ROLES,
) -> iam.PolicyStatement:
    """Give the statement that assumes the roles of the CDK's bootstrap in accounts.

    Args:
        accounts: IDs of the accounts.
        qualifier: qualifier of the bootstrap.
        organization_id: organization that the accounts belong to; None where there is none.
        kinds: which of the roles.
    """
    return iam.PolicyStatement(
        sid="AssumeBootstrapRoles",
        actions=["sts:AssumeRole"],
        resources=[
            f"arn:{cdk.Aws.PARTITION}:iam::{target}"
            for target in _targets(accounts, qualifier, kinds)
        ],
        conditions={"StringEquals": {"aws:ResourceOrgID": organization_id}}
        if organization_id
        else None,
    )


def bootstrap_reasons(
    accounts: Sequence[str], qualifier: str, kinds: Sequence[str] = BOOTSTRAP_ROLES
) -> dict[str, str]:
    """Give the reasons for the wildcards of :func:`assume_bootstrap_roles`."""
    return {
        f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:iam::{target}]": (
            "the name ends in the Region of the bootstrap; account, kind and qualifier are named, and "
            "the role trusts this account or not"
        )
        for target in _targets(accounts, qualifier, kinds)
    }


def _targets(accounts: Sequence[str], qualifier: str, kinds: Sequence[str]) -> list[str]:
    return [
        f"{account}:role/cdk-{qualifier}-{kind}-role-{account}-*"
        for account in accounts
        for kind in kinds
    ]


def _check(what: str, value: str, pattern: str) -> None:
    if not re.fullmatch(pattern, value) or not re.fullmatch(REPOSITORY_PATTERN, value):
        raise BaselineError(
            f"{what} {value!r} is not one {what} with its owner, such as example/baseline; "
            "wildcards let strangers deploy"
        )


def _one(**given: str | None) -> tuple[str, str]:
    """Give kind and name of the run, which is exactly one and has no wildcard."""
    named = {kind: value for kind, value in given.items() if value is not None}
    if len(named) != 1:
        raise BaselineError(
            f"{' and '.join(named) or 'nothing'} given; name exactly one of {' and '.join(given)}, "
            "or every run could deploy"
        )
    ((kind, value),) = named.items()
    if not re.fullmatch(REFERENCE_PATTERN, value):
        raise BaselineError(f"{kind} {value!r} is not one {kind}; write its name without wildcards")
    return kind, value
