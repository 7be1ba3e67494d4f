"""SiemToken: the secret with which streams deliver to a SIEM."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from baseline.config.siem import Destination
from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.protection_tag import TAG_KEY
from baseline.primitives.secure_key import SecureKey

EMPTY = "{}"
VALUE_NAMES = {"splunk": "hec_token"}
"""Name of the token in the secret where it is not ``api_key``."""


class SiemToken(Construct):
    """The secret that holds the SIEM's token, which a person enters after the deployment.

    It is made with a random value, so that no token ever stands in a template; until the right one
    is entered, deliveries fail and lie in the failure bucket. Nobody but the streams reads it. It
    does not bear the protection tag: the guardrail would keep the people who rotate it out.

    Args:
        scope: parent construct.
        id: construct ID.
        key: key of the secret.
        destination: the SIEM, which decides what the value is called.

    Attributes:
        secret: the ``aws_secretsmanager.Secret``.

    Source: Amazon Data Firehose Developer Guide, "Authenticate with AWS Secrets Manager in Amazon
    Data Firehose".
    """

    def __init__(
        self, scope: Construct, id: str, *, key: SecureKey, destination: Destination
    ) -> None:
        super().__init__(scope, id)
        self.secret = secretsmanager.Secret(
            self,
            "Secret",
            description="Token with which logs are sent to the SIEM: docs/siem.md",
            encryption_key=key.key,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                secret_string_template=EMPTY,
                generate_string_key=VALUE_NAMES.get(destination, "api_key"),
                exclude_punctuation=True,
            ),
            removal_policy=cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )
        cdk.Tags.of(self.secret).remove(TAG_KEY)
        rotated = (
            "the SIEM issues the token and AWS cannot renew it there; docs/siem.md says how a "
            "person rotates it without losing an event"
        )
        acknowledge(
            self.secret,
            {
                "AwsSolutions-SMG4": rotated,
                "HIPAA.Security-SecretsManagerRotationEnabled": rotated,
                "NIST.800.53.R5-SecretsManagerRotationEnabled": rotated,
            },
        )

    def keep_from_all_but(self, roles: Sequence[iam.IRole]) -> None:
        """Deny everybody else to read the token, administrators of the account included."""
        self.secret.add_to_resource_policy(
            iam.PolicyStatement(
                sid="OnlyStreamsRead",
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=["secretsmanager:GetSecretValue"],
                resources=["*"],
                conditions={
                    "ArnNotEquals": {"aws:PrincipalArn": [role.role_arn for role in roles]}
                },
            )
        )
