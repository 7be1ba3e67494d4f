"""SiemStream: one delivery stream to a SIEM, and who hears when it fails."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_kinesisfirehose as firehose
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.audit.siem_alarms import SiemAlarms, metric_period
from baseline.audit.siem_delivery_role import SiemDeliveryRole
from baseline.audit.siem_destination import Parts, destination
from baseline.audit.siem_endpoint import Endpoint
from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.primitives.secure_key import SecureKey

NAMESPACE = "AWS/Firehose"
FRESHNESS_SECONDS = 900
"""Age of the oldest record that alarms, beyond the time of buffering and retries."""
FAILED_PERIODS = 3

Stream = firehose.CfnDeliveryStream


class SiemStream(Construct):
    """A stream that encrypts what it holds, delivers by TLS, and keeps what the SIEM refuses.

    The token is read from Secrets Manager at delivery and stands in no template. Whatever could not
    be delivered in time lies in the failure bucket below the stream's name; the reason stands in
    the log group. Alarms tell when deliveries fail for a quarter of an hour, when records grow old
    and when the stream is throttled.

    Args:
        scope: parent construct.
        id: construct ID.
        endpoint: where to deliver.
        key: key of stream, failure bucket, log group and secret.
        failures: bucket for what could not be delivered.
        alarms: who hears.
        log_group: True for records that CloudWatch Logs sends, which are unpacked; False by default.

    Attributes:
        stream: the ``aws_kinesisfirehose.CfnDeliveryStream``.
        role: the role with which it delivers.

    Raises:
        BaselineError: when the endpoint is incomplete or not encrypted, or OpenSearch is to get a
            log group.

    Source: Amazon Data Firehose Developer Guide, "Controlling access with Amazon Data Firehose",
    "Authenticate with AWS Secrets Manager in Amazon Data Firehose", "Implement best practices with
    CloudWatch Alarms"; Security Hub DataFirehose.1.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        endpoint: Endpoint,
        key: SecureKey,
        failures: s3.Bucket,
        alarms: SiemAlarms,
        log_group: bool = False,
    ) -> None:
        super().__init__(scope, id)
        endpoint.check()
        if log_group and endpoint.destination == "opensearch":
            raise BaselineError(
                f"{self.node.path}: Firehose does not deliver log groups to OpenSearch Service"
            )
        self._endpoint, self._start = endpoint, id.lower()
        group = self._create_log_group(key)
        streams = [_create_log_stream(group, name) for name in ("Delivery", "Failures")]
        role = SiemDeliveryRole(
            self,
            "Delivery",
            endpoint=endpoint,
            start=self._start,
            key=key.key,
            failures=failures,
            log_streams=[_arn_of(group, each) for each in streams],
        )
        self.role = role.role
        parts = Parts(
            role_arn=self.role.role_arn,
            key_arn=key.key.key_arn,
            bucket_arn=failures.bucket_arn,
            start=self._start,
            log_group=group.log_group_name,
            delivery_log=streams[0].log_stream_name,
            failure_log=streams[1].log_stream_name,
            unpack=log_group,
        )
        self.stream = Stream(
            self,
            "Stream",
            delivery_stream_type="DirectPut",
            delivery_stream_encryption_configuration_input=Stream.DeliveryStreamEncryptionConfigurationInputProperty(
                key_type="CUSTOMER_MANAGED_CMK", key_arn=key.key.key_arn
            ),
            **destination(endpoint, parts),
        )
        # Firehose tries the role when the stream is created.
        self.stream.node.add_dependency(role.policy)
        self._watch(alarms)
        implements(self, capability="siem-push", controls=["DataFirehose.1"])

    def _create_log_group(self, key: SecureKey) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            "Errors",
            encryption_key=key.key,
            retention=logs.RetentionDays.ONE_YEAR,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )

    def _watch(self, alarms: SiemAlarms) -> None:
        start, name = self._endpoint.preset.metrics, self._start
        patience = self._endpoint.buffer_seconds + self._endpoint.retry_seconds
        alarms.watch(
            self,
            "Failing",
            metric=self._metric(f"{start}.Success", "Average"),
            below=1,
            periods=FAILED_PERIODS,
            description=f"The SIEM refuses {name}; the log group of the stream says why: docs/siem.md",
        )
        alarms.watch(
            self,
            "Stale",
            metric=self._metric(f"{start}.DataFreshness", "Maximum"),
            at_least=patience + FRESHNESS_SECONDS,
            description=f"{name} waits too long for delivery to the SIEM: docs/siem.md",
        )
        alarms.watch(
            self,
            "Throttled",
            metric=self._metric("ThrottledRecords", "Sum"),
            at_least=1,
            description=f"The stream of {name} is at its quota; ask for more throughput: docs/siem.md",
        )

    def _metric(self, name: str, statistic: str) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name=name,
            dimensions_map={"DeliveryStreamName": self.stream.ref},
            statistic=statistic,
            period=metric_period(),
        )


def _create_log_stream(group: logs.LogGroup, id: str) -> logs.LogStream:
    return logs.LogStream(group, id, log_group=group, removal_policy=cdk.RemovalPolicy.DESTROY)


def _arn_of(group: logs.LogGroup, stream: logs.LogStream) -> str:
    return cdk.Stack.of(group).format_arn(
        service="logs",
        resource="log-group",
        resource_name=f"{group.log_group_name}:log-stream:{stream.log_stream_name}",
        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
    )
