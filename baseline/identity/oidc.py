"""OidcDeployRole: one pipeline deploys with a token of its platform, without stored keys."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.guardrails.roles import QUALIFIER
from baseline.identity.bootstrap_roles import assume_bootstrap_roles, bootstrap_reasons
from baseline.identity.oidc_subject import Changes, Subject
from baseline.primitives.acknowledge import acknowledge

AUDIENCE = "sts.amazonaws.com"
SESSION_HOURS = 1


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
        if isinstance(subject, Changes):
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
