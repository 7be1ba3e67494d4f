"""ImageKey: encrypts images so that the organization's accounts can start machines from them."""

from __future__ import annotations

import re

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.errors import BaselineError
from baseline.primitives.secure_key import SecureKey

ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}")
AUTO_SCALING = "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
GRANTED = (
    "CreateGrant",
    "Decrypt",
    "DescribeKey",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
)
"""What Auto Scaling needs to start machines from encrypted images of another account."""


class ImageKey(SecureKey):
    """A key that identities of one organization use through Amazon EC2, and in no other way.

    An account whose Auto Scaling groups use the images creates one grant for its service-linked
    role; the key lets it grant to that role only.

    Args:
        scope: parent construct.
        id: construct ID.
        organization_id: organization whose identities may use the images.
        description: what the key encrypts.

    Attributes:
        key: the ``aws_kms.Key``.

    Raises:
        BaselineError: for an ID of another form.

    Source: Amazon EC2 User Guide, "Allow organizations and OUs to use a KMS key"; Amazon EC2 Auto
    Scaling User Guide, "Required AWS KMS key policy for use with encrypted volumes".
    """

    def __init__(
        self, scope: Construct, id: str, *, organization_id: str, description: str
    ) -> None:
        if not ORGANIZATION.fullmatch(organization_id):
            raise BaselineError(
                f"organization_id is {organization_id!r}; write it as in 'o-exampleorgid'"
            )
        super().__init__(scope, id, description=description)
        for statement in _statements(organization_id, cdk.Stack.of(self).region):
            self.key.add_to_resource_policy(statement)


def _statements(organization_id: str, region: str) -> list[iam.PolicyStatement]:
    ours = {"aws:PrincipalOrgID": organization_id}
    through_ec2 = {"kms:ViaService": f"ec2.{region}.amazonaws.com"}
    return [
        iam.PolicyStatement(
            sid="StartMachines",
            principals=[iam.AnyPrincipal()],
            actions=["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
            resources=["*"],
            conditions={"StringEquals": {**ours, **through_ec2}},
        ),
        iam.PolicyStatement(
            sid="AttachVolumes",
            principals=[iam.AnyPrincipal()],
            actions=["kms:CreateGrant"],
            resources=["*"],
            conditions={
                "StringEquals": {**ours, **through_ec2},
                "Bool": {"kms:GrantIsForAWSResource": "true"},
            },
        ),
        iam.PolicyStatement(
            sid="GrantToAutoScaling",
            principals=[iam.AnyPrincipal()],
            actions=["kms:CreateGrant"],
            resources=["*"],
            conditions={
                "StringEquals": ours,
                "StringLike": {
                    "kms:GranteePrincipal": f"arn:{cdk.Aws.PARTITION}:iam::*:role/{AUTO_SCALING}*"
                },
                "ForAllValues:StringEquals": {"kms:GrantOperations": list(GRANTED)},
            },
        ),
        iam.PolicyStatement(
            # What the call above is prepared with: an account has to find the key first.
            sid="FindKey",
            principals=[iam.AnyPrincipal()],
            actions=["kms:DescribeKey"],
            resources=["*"],
            conditions={"StringEquals": ours},
        ),
    ]
