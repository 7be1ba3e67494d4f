"""ForensicKey and ForensicCopies: copies of disks, where nobody of the affected account reaches them."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.config.names import Names
from baseline.controls.registry import implements
from baseline.identity.trust import one_role
from baseline.primitives.acknowledge import acknowledge, as_printed
from baseline.primitives.secure_key import SecureKey
from baseline.response.playbooks.function import INCIDENT_TAG

FAMILY = "compute"
USING = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncrypt*",
)


class ForensicKey(Construct):
    """The key of copied snapshots, which the organization's responders may use through EC2 alone.

    They use it when they copy a snapshot that is to be shared; a key that AWS manages cannot be
    shared with. What they encrypt they cannot read elsewhere: EC2 alone may use it for them.

    Args:
        scope: parent construct, a stack of the forensic account; once per governed Region.
        id: construct ID.
        names: names of the key and of the responder roles.

    Attributes:
        key: the :class:`SecureKey`.

    Source: Amazon EBS User Guide, "Share an Amazon EBS snapshot"; AWS KMS Developer Guide,
    "Allowing users in other accounts to use a KMS key".
    """

    def __init__(self, scope: Construct, id: str, *, names: Names) -> None:
        super().__init__(scope, id)
        self.key = SecureKey(
            self,
            "Key",
            description="Copies of the disks of machines under investigation",
            alias=names.forensic_key_alias,
        )
        responders = f"arn:{cdk.Aws.PARTITION}:iam::*:role/{names.playbook_responder_role(FAMILY)}"
        conditions = {
            "StringEquals": {
                "aws:PrincipalOrgID": names.organization_id,
                "kms:ViaService": f"ec2.{cdk.Aws.REGION}.amazonaws.com",
            },
            "ArnLike": {"aws:PrincipalArn": responders},
        }
        for sid, actions, more in (
            ("RespondersEncryptCopies", USING, {}),
            (
                "RespondersLetEc2UseIt",
                ("kms:CreateGrant",),
                {"Bool": {"kms:GrantIsForAWSResource": "true"}},
            ),
        ):
            self.key.key.add_to_resource_policy(
                iam.PolicyStatement(
                    sid=sid,
                    principals=[iam.AnyPrincipal()],
                    actions=list(actions),
                    resources=["*"],
                    conditions={**conditions, **more},
                )
            )
        implements(self, capability="forensic-account", controls=["KMS.4"])


class ForensicCopies(Construct):
    """The role with which the playbooks about machines copy shared snapshots into the account.

    It copies and reads snapshots and tags what it copies; it deletes and shares nothing.

    Args:
        scope: parent construct, a stack of the forensic account and home Region; once.
        id: construct ID.
        names: names of the role and of the function that assumes it.

    Attributes:
        role: the ``aws_iam.Role``.
    """

    def __init__(self, scope: Construct, id: str, *, names: Names) -> None:
        super().__init__(scope, id)
        self.role = iam.Role(
            self,
            "Role",
            role_name=names.forensic_copy_role,
            description="Incident response: copies shared snapshots into the forensic account",
            assumed_by=one_role(
                names.security, names.playbooks_role(FAMILY), names.organization_id
            ),
            max_session_duration=cdk.Duration.hours(1),
        )
        snapshots = f"arn:{cdk.Aws.PARTITION}:ec2:*::snapshot/*"
        keys = f"arn:{cdk.Aws.PARTITION}:kms:*:{cdk.Aws.ACCOUNT_ID}:key/*"
        policy = iam.ManagedPolicy(
            self,
            "Policy",
            description="Copy shared snapshots",
            statements=_copying(snapshots, keys),
            roles=[self.role],
        )
        acknowledge(
            policy,
            {
                "AwsSolutions-IAM5[Resource::*]": "DescribeSnapshots takes no resources and only reads",
                f"AwsSolutions-IAM5[Resource::{as_printed(snapshots)}]": (
                    "snapshots have IDs of their own; they are copied and tagged, never deleted"
                ),
                f"AwsSolutions-IAM5[Resource::{as_printed(keys)}]": (
                    "the keys of the forensic account, which are for this, and through EC2 alone"
                ),
                "AwsSolutions-IAM5[Action::kms:ReEncrypt*]": (
                    "both halves of re-encryption, through EC2 alone"
                ),
            },
        )


def _copying(snapshots: str, keys: str) -> list[iam.PolicyStatement]:
    through_ec2 = {"StringLike": {"kms:ViaService": "ec2.*.amazonaws.com"}}
    return [
        iam.PolicyStatement(
            sid="FindSnapshots", actions=["ec2:DescribeSnapshots"], resources=["*"]
        ),
        iam.PolicyStatement(
            sid="CopySnapshots", actions=["ec2:CopySnapshot"], resources=[snapshots]
        ),
        iam.PolicyStatement(
            sid="TagCopies",
            actions=["ec2:CreateTags"],
            resources=[snapshots],
            conditions={
                "StringEquals": {"ec2:CreateAction": "CopySnapshot"},
                "Null": {f"aws:RequestTag/{INCIDENT_TAG}": "false"},
            },
        ),
        iam.PolicyStatement(
            sid="EncryptCopies", actions=list(USING), resources=[keys], conditions=through_ec2
        ),
        iam.PolicyStatement(
            sid="LetEc2UseKey",
            actions=["kms:CreateGrant"],
            resources=[keys],
            conditions={**through_ec2, "Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    ]
