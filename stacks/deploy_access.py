"""Stack `deploy-access` (a core account): the roles with which pipelines deploy the baseline."""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
from constructs import Construct

from baseline.config import Configuration, Names
from baseline.config.iam import DeployRole
from baseline.identity.oidc import OidcDeployRole, OidcProvider
from baseline.identity.oidc_subject import GITLAB, Subject


class DeployAccessStack(cdk.Stack):
    """The deploy roles of one core account, with one provider for each platform."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        roles: Mapping[str, DeployRole],
        env: cdk.Environment,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: roles of the pipelines",
            env=env,
        )
        accounts = sorted(account.id for account in configuration.core_accounts().values())
        subjects = {name: subject_of(role) for name, role in roles.items()}
        providers = {
            host: OidcProvider(self, f"Provider{host}", host=host)
            for host in sorted({subject.host for subject in subjects.values()})
        }
        for name, subject in subjects.items():
            OidcDeployRole(
                self,
                f"Role{name}",
                role_name=names.deploy_role(name),
                provider=providers[subject.host],
                subject=subject,
                accounts=accounts,
                organization_id=names.organization_id,
            )


def subject_of(role: DeployRole) -> Subject:
    """Give the runs that a role of the configuration names."""
    if role.provider == "github":
        return Subject.github(role.repository, environment=role.environment, branch=role.branch)
    return Subject.gitlab(
        role.repository, branch=role.branch, tag=role.tag, host=role.host or GITLAB
    )
