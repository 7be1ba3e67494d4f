"""OidcDelivery: what a delivery on GitHub or GitLab needs in AWS, without stored keys."""

from __future__ import annotations

import re
from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.controls.registry import implements
from baseline.delivery.commands import Target
from baseline.delivery.delivery_store import FindingStore
from baseline.delivery.signing_key import SigningKey
from baseline.errors import BaselineError
from baseline.identity.oidc import (
    SESSION_HOURS,
    OidcDeployRole,
    OidcProvider,
    Subject,
    assume_bootstrap_roles,
    bootstrap_reasons,
    trusted,
)
from baseline.primitives.acknowledge import acknowledge

NAME = re.compile(r"[a-z][a-z0-9-]{1,28}[a-z0-9]")
LOOKUP = ("lookup",)
"""The bootstrap's role that reads."""


class OidcDelivery(Construct):
    """Roles, key and archive for a delivery by the files of ``examples/delivery``.

    Each role takes the tokens of one kind of run, compared for equality: what is merged signs and
    imports findings, each environment deploys to its own accounts, and pull requests read, where a
    plan is wanted. Nobody else can sign. On GitHub a run that signs cannot deploy; GitLab gives all
    jobs of a branch the same subject, and its protected environments keep them apart.

    Args:
        scope: parent construct.
        id: construct ID.
        name: start of the roles' names: 3 to 30 lower-case letters, digits and hyphens.
        provider: the platform's provider in this account.
        release: the runs of what was merged.
        environments: name of each environment, to the runs that deploy there and the target.
        organization_id: organization that the environments belong to.
        plan: the runs that compare a change with what is deployed; none by default. On GitHub, those
            of pull requests; anybody who may push a branch can then read what the bootstrap's lookup
            roles may.

    Attributes:
        store: the :class:`FindingStore`.
        signing_key: the :class:`SigningKey`.
        release_role: the role of what was merged.
        deploy_roles: environment to :class:`~baseline.identity.oidc.OidcDeployRole`.
        plan_role: the role of pull requests, or None.

    Raises:
        BaselineError: a name or a subject that cannot be accepted.

    Source: IAM User Guide, "Create a role for OpenID Connect federation".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        provider: OidcProvider,
        release: Subject,
        environments: Mapping[str, tuple[Subject, Target]],
        organization_id: str,
        plan: Subject | None = None,
    ) -> None:
        super().__init__(scope, id)
        _check(name, release, environments)
        self.name, self._provider = name, provider
        self.store = FindingStore(self, "Store")
        self.release_role = self._role("Release", release, "Signs releases, imports findings")
        self.signing_key = SigningKey(self, "Signing", signer=self.release_role)
        self._policy(
            "Release",
            self.release_role,
            [
                *self.store.import_findings(),
                self.store.encrypt(),
                self.signing_key.signing(),
            ],
            self.store.import_reasons(),
        )
        self.deploy_roles = {
            environment: self._deploy(environment, subject, target, organization_id)
            for environment, (subject, target) in environments.items()
        }
        self.plan_role = self._plan(plan, environments, organization_id) if plan else None
        implements(self, capability="oidc-delivery", controls=["IAM.21"])

    def _deploy(
        self, environment: str, subject: Subject, target: Target, organization_id: str
    ) -> OidcDeployRole:
        part = "".join(word.title() for word in environment.split("-"))
        made = OidcDeployRole(
            self,
            f"Deploy{part}",
            role_name=f"{self.name}-deploy-{environment}",
            provider=self._provider,
            subject=subject,
            accounts=target.accounts,
            organization_id=organization_id,
            qualifier=target.qualifier,
        )
        self._policy(f"Verify{part}", made.role, [self.signing_key.verifying()], {})
        return made

    def _plan(
        self,
        subject: Subject,
        environments: Mapping[str, tuple[Subject, Target]],
        organization_id: str,
    ) -> iam.Role:
        role = self._role("Plan", subject, "Compares changes with what is deployed")
        statements, reasons = [], {}
        for number, (_, target) in enumerate(environments.values()):
            statement = assume_bootstrap_roles(
                target.accounts, target.qualifier, organization_id, LOOKUP
            )
            statement.sid = f"Read{number}"
            statements.append(statement)
            reasons |= bootstrap_reasons(target.accounts, target.qualifier, LOOKUP)
        self._policy("Plan", role, statements, reasons)
        return role

    def _role(self, id: str, subject: Subject, description: str) -> iam.Role:
        return iam.Role(
            self,
            f"{id}Role",
            role_name=f"{self.name}-{id.lower()}",
            description=f"{description}: {subject.claim}",
            assumed_by=trusted(self._provider, subject),
            max_session_duration=cdk.Duration.hours(SESSION_HOURS),
        )

    def _policy(
        self,
        id: str,
        role: iam.Role,
        statements: list[iam.PolicyStatement],
        reasons: Mapping[str, str],
    ) -> None:
        policy = iam.ManagedPolicy(
            self,
            f"{id}Policy",
            description=f"What {id} of {self.name} may do",
            statements=statements,
            roles=[role],
        )
        acknowledge(policy, reasons)


def _check(name: str, release: Subject, environments: Mapping[str, tuple[Subject, Target]]) -> None:
    if not NAME.fullmatch(name):
        raise BaselineError(
            f"name is {name!r}; write 3 to 30 lower-case letters, digits and hyphens, such as "
            "'acme-shop'"
        )
    if release.unmerged:
        raise BaselineError(
            f"release takes {release.claim!r}, which is every pull request; changes that nobody "
            "approved must not sign: name the branch that is delivered"
        )
    if not environments:
        raise BaselineError("environments is empty; name at least the one that is deployed to")
    for environment in environments:
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,19}", environment):
            raise BaselineError(
                f"environment {environment!r} is not written in lower case, such as 'production'"
            )
