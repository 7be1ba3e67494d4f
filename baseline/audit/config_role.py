"""ConfigRole: the role with which AWS Config reads an account and delivers to the archive."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.config import Names
from baseline.primitives.acknowledge import acknowledge

SERVICE = "config.amazonaws.com"
MANAGED_POLICY = "service-role/AWS_ConfigRole"

WRITE_ACTIONS = ("s3:PutObject", "s3:PutObjectAcl")
"""Config asks for the bucket owner's control with each object, which takes the second action; the
bucket has no access control lists that it could change."""


class ConfigRole(Construct):
    """A role that AWS Config may assume for this account only, and that writes only its history.

    It is a role of ours instead of the service-linked one: that one cannot be created where it
    exists already, and cannot write to a bucket of another account. The archive admits the role
    by its name. One per account, in the global member template.

    Args:
        scope: parent construct.
        id: construct ID.
        names: names of the baseline.

    Attributes:
        role: the ``aws_iam.Role``.

    Source: AWS Config Developer Guide, "Permissions for the IAM Role Assigned to AWS Config".
    """

    def __init__(self, scope: Construct, id: str, *, names: Names) -> None:
        super().__init__(scope, id)
        self.role = iam.Role(
            self,
            "Role",
            role_name=names.config_role,
            description="AWS Config records this account and delivers to the log archive",
            assumed_by=iam.ServicePrincipal(
                SERVICE, conditions={"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}}
            ),
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(MANAGED_POLICY)],
        )
        delivery = iam.ManagedPolicy(
            self,
            "Delivery",
            description="AWS Config delivers this account's history to the log archive",
            roles=[self.role],
            statements=_delivery(names),
        )
        _acknowledge(self.role, delivery, names)


def _bucket(names: Names) -> str:
    return f"arn:{names.partition}:s3:::{names.config_bucket}"


def _keys(names: Names) -> str:
    return f"arn:{names.partition}:kms:{names.home_region}:{names.log_archive}:key/*"


def _delivery(names: Names) -> list[iam.PolicyStatement]:
    bucket = _bucket(names)
    return [
        iam.PolicyStatement(
            sid="WriteHistory",
            actions=list(WRITE_ACTIONS),
            resources=[f"{bucket}/AWSLogs/{cdk.Aws.ACCOUNT_ID}/Config/*"],
            conditions={"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
        ),
        iam.PolicyStatement(
            sid="CheckBucket", actions=["s3:GetBucketAcl", "s3:ListBucket"], resources=[bucket]
        ),
        # The key's ID is not known here, and an alias is no resource of a cryptographic action:
        # the encryption context that S3 sets binds the statement to the one bucket.
        iam.PolicyStatement(
            sid="EncryptHistory",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[_keys(names)],
            conditions={
                "StringEquals": {"kms:ViaService": f"s3.{names.home_region}.amazonaws.com"},
                "StringLike": {"kms:EncryptionContext:aws:s3:arn": [bucket, f"{bucket}/*"]},
            },
        ),
    ]


def _acknowledge(role: iam.Role, delivery: iam.ManagedPolicy, names: Names) -> None:
    acknowledge(
        role,
        {
            f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{MANAGED_POLICY}]": (
                "AWS extends its policy with every resource type that Config learns to record; a "
                "copy would leave gaps in the record"
            ),
        },
    )
    objects = f"{_bucket(names)}/AWSLogs/<AWS::AccountId>/Config/*"
    acknowledge(
        delivery,
        {
            f"AwsSolutions-IAM5[Resource::{objects}]": (
                "Config completes the object key itself; bucket and account are fixed"
            ),
            f"AwsSolutions-IAM5[Resource::{_keys(names)}]": (
                "only through S3, only for the Config bucket (encryption context), and only as "
                "far as the key policy of the archive admits the role"
            ),
        },
    )
