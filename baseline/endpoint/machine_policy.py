"""EndpointMachinePolicy: what an instance's role needs to read the token of its agent."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.config import Names
from baseline.primitives.acknowledge import acknowledge, as_printed


class EndpointMachinePolicy(Construct):
    """A managed policy that lets a role of an instance fetch the one token, and nothing else.

    Default Host Management has it already. Teams attach it to the roles of their instances.

    Args:
        scope: parent construct; once per account.
        id: construct ID.
        names: names of the baseline.
        role: the role that has it from the beginning; none by default.

    Attributes:
        policy: the ``aws_iam.ManagedPolicy``.

    Source: AWS Secrets Manager User Guide, "Access AWS Secrets Manager secrets from a different
    account".
    """

    def __init__(
        self, scope: Construct, id: str, *, names: Names, role: iam.IRole | None = None
    ) -> None:
        super().__init__(scope, id)
        # Six characters follow the name, which nobody knows before.
        secret = f"{names.endpoint_token_arn}-??????"
        self.policy = iam.ManagedPolicy(
            self,
            "Policy",
            managed_policy_name=names.endpoint_policy,
            description="Instances read the token of the endpoint agent",
            roles=[role] if role is not None else None,
            statements=[
                iam.PolicyStatement(
                    sid="ReadToken",
                    actions=["secretsmanager:GetSecretValue"],
                    resources=[secret],
                ),
                iam.PolicyStatement(
                    sid="DecryptToken",
                    actions=["kms:Decrypt"],
                    resources=[names.endpoint_key_pattern],
                    conditions={
                        "StringEquals": {
                            "kms:ViaService": (f"secretsmanager.{names.home_region}.amazonaws.com")
                        },
                        "StringLike": {"kms:EncryptionContext:SecretARN": secret},
                    },
                ),
            ],
        )
        acknowledge(
            self.policy,
            {
                f"AwsSolutions-IAM5[Resource::{as_printed(names.endpoint_key_pattern)}]": (
                    "only through Secrets Manager and only for the one secret (encryption context)"
                )
            },
        )
