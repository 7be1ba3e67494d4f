"""ConfigBucket: the bucket of the Config delivery channels of all accounts and Regions."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.audit.config_role import WRITE_ACTIONS
from baseline.audit.log_bucket import Archive, LogBucket
from baseline.config import Names
from baseline.controls.registry import implements
from baseline.primitives.circle import anybody_of, principals_of

CONTROLS = ("KMS.4", "S3.9", "S3.13", "S3.14", "S3.17")


class ConfigBucket(LogBucket):
    """A bucket that the organization's Config recorder roles write to, each below its account.

    It has no Object Lock: AWS Config does not deliver into a bucket with a default retention.
    The recorder roles are named by pattern and organization, so the policies are the same for
    two accounts and for two thousand.

    Args:
        scope: parent construct.
        id: construct ID.
        archive: what the buckets of the archive share.
        access_logs: bucket that records access to this one.

    Source: AWS Config Developer Guide, "Permissions for the Amazon S3 Bucket for the AWS Config
    Delivery Channel", "Permissions for the KMS Key for the AWS Config Delivery Channel".
    """

    def __init__(
        self, scope: Construct, id: str, *, archive: Archive, access_logs: s3.IBucket
    ) -> None:
        names = archive.names
        super().__init__(
            scope,
            id,
            archive=archive,
            bucket_name=names.config_bucket,
            content="configuration history and snapshots of all accounts",
            access_logs=access_logs,
            key_alias=names.config_key_alias,
            key_alias_arn=names.config_key_arn,
        )
        self._let_recorders_write(names)
        self._let_recorders_encrypt(names)
        implements(self, capability="log-archive", controls=CONTROLS)

    def _let_recorders_write(self, names: Names) -> None:
        for sid, actions, resource in (
            ("ConfigRecorderBucket", ["s3:GetBucketAcl", "s3:ListBucket"], self.bucket.bucket_arn),
            (
                "ConfigRecorderWrite",
                list(WRITE_ACTIONS),
                # IAM puts the caller's account in: no account can write over another's history.
                self.bucket.arn_for_objects("AWSLogs/${aws:PrincipalAccount}/Config/*"),
            ),
        ):
            self.bucket.add_to_resource_policy(
                iam.PolicyStatement(
                    sid=sid,
                    principals=[anybody_of(names.organization_id)],
                    actions=actions,
                    resources=[resource],
                    conditions=_recorder_of_organization(names),
                )
            )

    def _let_recorders_encrypt(self, names: Names) -> None:
        conditions = _recorder_of_organization(names)
        via = f"s3.{cdk.Stack.of(self).region}.amazonaws.com"
        conditions["StringEquals"]["kms:ViaService"] = via
        self.key.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="ConfigRecorderEncrypt",
                principals=[anybody_of(names.organization_id)],
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=["*"],
                conditions=conditions,
            )
        )


def _recorder_of_organization(names: Names) -> dict[str, dict[str, str]]:
    return {
        "StringEquals": principals_of(names.organization_id),
        "ArnLike": {
            "aws:PrincipalArn": f"arn:{names.partition}:iam::*:role/{names.config_role}",
        },
    }
