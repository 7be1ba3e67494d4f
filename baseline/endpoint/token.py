"""AgentToken: the vendor's token, which machines of the organization read and people only write."""

from __future__ import annotations

import json

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from baseline.config import Names
from baseline.controls.registry import implements
from baseline.endpoint.preset import Preset
from baseline.endpoint.script import NOT_ENTERED
from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.protection_tag import TAG_KEY
from baseline.primitives.secure_key import SecureKey
from baseline.workload.outsiders import deny_cleartext, deny_outsiders

READ = "secretsmanager:GetSecretValue"
FROM_INSTANCE = "aws:Ec2InstanceSourceVpc"
"""IAM sets it for the credentials of an instance profile, and for nothing else."""


class AgentToken(Construct):
    """A secret that machines of the organization read, and nobody else: no person, no function.

    It is made with a value that machines know as none, so that no token ever stands in a template;
    a person enters the right one. Who administers the account can write it and not read it back.
    It does not bear the protection tag: the guardrail would keep the people who renew it out.

    Machines are known by the key that IAM sets for credentials of an instance profile, or as the
    role of Default Host Management. Each role needs a policy of its own besides
    (:class:`~baseline.endpoint.machine_policy.EndpointMachinePolicy`).

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        names: names of the baseline.
        preset: the agent, which says what the token is.

    Attributes:
        secret: the ``aws_secretsmanager.Secret``.
        key: its :class:`SecureKey`.

    Source: IAM User Guide, "AWS global condition context keys" (aws:Ec2InstanceSourceVpc); AWS
    Secrets Manager User Guide, "Access AWS Secrets Manager secrets from a different account".
    """

    def __init__(self, scope: Construct, id: str, *, names: Names, preset: Preset) -> None:
        super().__init__(scope, id)
        self.key = SecureKey(self, "Key", description="Token of the endpoint agent")
        self._let_machines_decrypt(names)
        self.secret = secretsmanager.Secret(
            self,
            "Secret",
            secret_name=names.endpoint_token,
            description=f"{preset.title}: {preset.secret or 'token'}: docs/endpoint.md",
            encryption_key=self.key.key,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                secret_string_template=json.dumps({}),
                generate_string_key=NOT_ENTERED,
                exclude_punctuation=True,
            ),
            removal_policy=cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )
        cdk.Tags.of(self.secret).remove(TAG_KEY)
        self._keep_to_machines(names)
        self._acknowledge()
        implements(self, capability="endpoint-token", controls=[])

    def _let_machines_decrypt(self, names: Names) -> None:
        self.key.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="MachinesDecrypt",
                principals=[iam.AnyPrincipal()],
                actions=["kms:Decrypt"],
                resources=["*"],
                conditions={
                    "StringEquals": {
                        "aws:PrincipalOrgID": names.organization_id,
                        "kms:ViaService": f"secretsmanager.{names.home_region}.amazonaws.com",
                    },
                    "StringLike": {
                        "kms:EncryptionContext:SecretARN": f"{names.endpoint_token_arn}-*"
                    },
                },
            )
        )

    def _keep_to_machines(self, names: Names) -> None:
        host_management = f"arn:{names.partition}:iam::*:role/{names.host_management_role}"
        organization = {"aws:PrincipalOrgID": names.organization_id}
        secretsmanager.CfnResourcePolicy(
            self,
            "Policy",
            secret_id=self.secret.secret_arn,
            block_public_policy=True,
            resource_policy=iam.PolicyDocument(
                statements=[
                    _statement(
                        "InstancesRead",
                        conditions={"StringEquals": organization, "Null": {FROM_INSTANCE: "false"}},
                    ),
                    _statement(
                        "HostManagementReads",
                        conditions={
                            "StringEquals": organization,
                            "ArnLike": {"aws:PrincipalArn": host_management},
                        },
                    ),
                    _statement(
                        "OnlyMachinesRead",
                        effect=iam.Effect.DENY,
                        conditions={
                            "Null": {FROM_INSTANCE: "true"},
                            "ArnNotLike": {"aws:PrincipalArn": host_management},
                        },
                    ),
                    deny_outsiders(names.organization_id, actions=["secretsmanager:*"]),
                    deny_cleartext(actions=["secretsmanager:*"]),
                ]
            ),
        )

    def _acknowledge(self) -> None:
        rotated = (
            "the vendor issues the token and AWS cannot renew it there; docs/endpoint.md says how "
            "a person does, and machines read it again at the next installation"
        )
        acknowledge(
            self.secret,
            {
                "AwsSolutions-SMG4": rotated,
                "HIPAA.Security-SecretsManagerRotationEnabled": rotated,
                "NIST.800.53.R5-SecretsManagerRotationEnabled": rotated,
            },
        )


def _statement(
    sid: str,
    *,
    conditions: dict[str, dict[str, str]],
    effect: iam.Effect = iam.Effect.ALLOW,
) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid,
        effect=effect,
        principals=[iam.AnyPrincipal()],
        actions=[READ],
        resources=["*"],
        conditions=conditions,
    )
