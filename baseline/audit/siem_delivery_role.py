"""SiemDeliveryRole: what a stream to a SIEM may do, and nothing else."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.audit.siem_endpoint import Endpoint
from baseline.primitives.acknowledge import acknowledge

SERVICE = "firehose.amazonaws.com"


class SiemDeliveryRole(Construct):
    """The role with which Firehose delivers, keeps what is refused, and says why.

    It writes below one prefix of one bucket, reads one secret (or writes one OpenSearch domain) and
    logs to two streams of one log group.

    Args:
        scope: parent construct.
        id: construct ID.
        endpoint: where the stream delivers.
        start: start of the keys of what was refused, such as ``findings``.
        key: key of the failure bucket and the secret.
        failures: the failure bucket.
        log_streams: ARNs of the log streams.

    Attributes:
        role: the ``aws_iam.Role``.
        policy: its policy; the stream depends on it.

    Source: Amazon Data Firehose Developer Guide, "Controlling access with Amazon Data Firehose".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        endpoint: Endpoint,
        start: str,
        key: kms.IKey,
        failures: s3.Bucket,
        log_streams: list[str],
    ) -> None:
        super().__init__(scope, id)
        self._endpoint, self._start, self._key = endpoint, start, key
        self._failures, self._log_streams = failures, log_streams
        account = cdk.Stack.of(self).account
        self.role = iam.Role(
            self,
            "Role",
            description=f"Delivers {start} to the SIEM",
            # Firehose sends the account that it works for as external ID.
            assumed_by=iam.ServicePrincipal(
                SERVICE, conditions={"StringEquals": {"sts:ExternalId": account}}
            ),
        )
        self.policy = iam.ManagedPolicy(
            self,
            "Policy",
            description=f"Deliver {start} to the SIEM, and keep what it refuses",
            roles=[self.role],
            statements=[*self._failing(), *self._delivering()],
        )
        self._acknowledge()

    def _acknowledge(self) -> None:
        bucket = cdk.Stack.of(self).get_logical_id(_resource(self._failures))
        reasons = {
            f"AwsSolutions-IAM5[Resource::<{bucket}.Arn>/{self._start}/*]": (
                "Firehose names the objects; the stream's own prefix of one bucket is fixed"
            )
        }
        if self._endpoint.domain is not None:
            reasons[f"AwsSolutions-IAM5[Resource::{self._endpoint.domain}/*]"] = (
                "Firehose appends the day to the index; the domain's own access control says which "
                "indices the role writes"
            )
        acknowledge(self.policy, reasons)

    def _failing(self) -> list[iam.PolicyStatement]:
        """Give what the role does with data that was refused."""
        region, bucket = cdk.Stack.of(self).region, self._failures
        return [
            iam.PolicyStatement(
                sid="KeepFailures",
                actions=["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
                resources=[bucket.arn_for_objects(f"{self._start}/*")],
            ),
            iam.PolicyStatement(
                sid="FindFailures",
                actions=["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
                resources=[bucket.bucket_arn],
            ),
            iam.PolicyStatement(
                sid="EncryptFailures",
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=[self._key.key_arn],
                conditions={
                    "StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"},
                    "StringLike": {
                        "kms:EncryptionContext:aws:s3:arn": [
                            bucket.bucket_arn,
                            bucket.arn_for_objects("*"),
                        ]
                    },
                },
            ),
            iam.PolicyStatement(
                sid="TellWhy",
                actions=["logs:PutLogEvents"],
                resources=self._log_streams,
            ),
        ]

    def _delivering(self) -> list[iam.PolicyStatement]:
        """Give what the role does at the destination."""
        endpoint, region = self._endpoint, cdk.Stack.of(self).region
        if endpoint.domain is not None:
            return [
                iam.PolicyStatement(
                    sid="WriteIndex",
                    actions=[
                        "es:DescribeDomain",
                        "es:DescribeDomainConfig",
                        "es:DescribeDomains",
                        "es:ESHttpGet",
                        "es:ESHttpPost",
                        "es:ESHttpPut",
                    ],
                    resources=[endpoint.domain, f"{endpoint.domain}/*"],
                )
            ]
        if endpoint.secret is None:
            return []
        return [
            iam.PolicyStatement(
                sid="ReadToken",
                actions=["secretsmanager:GetSecretValue"],
                resources=[endpoint.secret.secret_arn],
            ),
            iam.PolicyStatement(
                sid="DecryptToken",
                actions=["kms:Decrypt"],
                resources=[self._key.key_arn],
                conditions={
                    "StringEquals": {"kms:ViaService": f"secretsmanager.{region}.amazonaws.com"}
                },
            ),
        ]


def _resource(bucket: s3.Bucket) -> s3.CfnBucket:
    resource = bucket.node.default_child
    if not isinstance(resource, s3.CfnBucket):
        raise TypeError(f"{bucket.node.path}: the bucket's resource is no CfnBucket")
    return resource
