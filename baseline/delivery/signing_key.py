"""SigningKey: the key that signs releases, with which one role only can sign."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from baseline.delivery.signing import ALGORITHM


class SigningKey(Construct):
    """An asymmetric key for signatures that never leaves AWS KMS.

    The key's policy denies signing to everybody but one role, administrators of the account
    included. It is kept when its stack goes, so that old releases can be verified.

    Args:
        scope: parent construct.
        id: construct ID.
        signer: the only role that signs.

    Attributes:
        key: the ``aws_kms.Key``.

    Source: AWS Key Management Service Developer Guide, "Asymmetric keys in AWS KMS"; AWS KMS
    condition keys, "kms:SigningAlgorithm".
    """

    def __init__(self, scope: Construct, id: str, *, signer: iam.Role) -> None:
        super().__init__(scope, id)
        self.key = kms.Key(
            self,
            "Key",
            description=f"Signs releases: {scope.node.path}",
            key_spec=kms.KeySpec.ECC_NIST_P256,
            key_usage=kms.KeyUsage.SIGN_VERIFY,
            pending_window=cdk.Duration.days(30),
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="NobodyElseSigns",
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=["kms:Sign"],
                resources=["*"],
                conditions={"ArnNotEquals": {"aws:PrincipalArn": signer.role_arn}},
            )
        )

    def signing(self) -> iam.PolicyStatement:
        """Give the permission of the signer."""
        return iam.PolicyStatement(
            sid="Sign",
            actions=["kms:Sign"],
            resources=[self.key.key_arn],
            conditions={"StringEquals": {"kms:SigningAlgorithm": ALGORITHM}},
        )

    def verifying(self) -> iam.PolicyStatement:
        """Give the permission of who verifies."""
        return iam.PolicyStatement(
            sid="Verify",
            actions=["kms:Verify"],
            resources=[self.key.key_arn],
            conditions={"StringEquals": {"kms:SigningAlgorithm": ALGORITHM}},
        )
