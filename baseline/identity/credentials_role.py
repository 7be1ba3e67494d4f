"""CredentialsRole: lets the access key job of the security account act in one account."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.config.credentials import AccessKeySettings
from baseline.config.names import Names
from baseline.identity.credentials_permissions import credentials_statements, credentials_wildcards
from baseline.identity.roles import SESSION_HOURS, one_role
from baseline.primitives.acknowledge import acknowledge


class CredentialsRole(Construct):
    """Sees the credentials of IAM users and, only where that is configured, changes them.

    While the job only reports, the role has no permission that changes anything. It never has one
    that reads the value of a secret.

    Args:
        scope: parent construct; once per account.
        id: construct ID.
        names: names of the role, its caller and the secrets.
        settings: what the job may do.

    Attributes:
        role: the ``aws_iam.Role``.
    """

    def __init__(
        self, scope: Construct, id: str, *, names: Names, settings: AccessKeySettings
    ) -> None:
        super().__init__(scope, id)
        applies = settings.mode == "apply"
        self.role = iam.Role(
            self,
            "Role",
            role_name=names.credentials_role,
            description="Rotates the access keys of IAM users of this account",
            assumed_by=one_role(
                names.security, names.credential_rotator_role, names.organization_id
            ),
            max_session_duration=cdk.Duration.hours(SESSION_HOURS),
        )
        policy = iam.ManagedPolicy(
            self,
            "Policy",
            description="Credentials of IAM users",
            statements=credentials_statements(
                secret_prefix=names.access_key_secrets,
                home_region=names.home_region,
                change_keys=applies,
                remove_passwords=applies and settings.unused_passwords == "remove",
            ),
            roles=[self.role],
        )
        acknowledge(
            policy,
            {
                f"AwsSolutions-IAM5[Resource::{resource}]": (
                    "IAM users and the IDs in the secrets' names are known in no template; the "
                    "actions are named one by one, in this account only"
                )
                for resource in credentials_wildcards(
                    secret_prefix=names.access_key_secrets, home_region=names.home_region
                )
            },
        )
