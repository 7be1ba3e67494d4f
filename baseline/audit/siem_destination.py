"""The destinations of delivery streams: Splunk, HTTPS endpoints, OpenSearch Service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import aws_kinesisfirehose as firehose

from baseline.audit.siem_endpoint import Endpoint

Stream = firehose.CfnDeliveryStream

ACKNOWLEDGEMENT_SECONDS = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """What a destination has besides its endpoint.

    Attributes:
        role_arn: role with which Firehose delivers.
        key_arn: key of the failure bucket.
        bucket_arn: the failure bucket.
        start: start of the keys of what was refused.
        log_group: log group of errors.
        delivery_log: its log stream for deliveries.
        failure_log: its log stream for the failure bucket.
        unpack: True for records of CloudWatch Logs.
    """

    role_arn: str
    key_arn: str
    bucket_arn: str
    start: str
    log_group: str
    delivery_log: str
    failure_log: str
    unpack: bool = False


def destination(endpoint: Endpoint, parts: Parts) -> Mapping[str, Any]:
    """Give a stream's destination as the keyword argument that the CDK takes."""
    if endpoint.destination == "splunk":
        return {"splunk_destination_configuration": _splunk(endpoint, parts)}
    if endpoint.destination == "opensearch":
        return {"amazonopensearchservice_destination_configuration": _opensearch(endpoint, parts)}
    return {"http_endpoint_destination_configuration": _https(endpoint, parts)}


def _splunk(
    endpoint: Endpoint, parts: Parts
) -> firehose.CfnDeliveryStream.SplunkDestinationConfigurationProperty:
    return Stream.SplunkDestinationConfigurationProperty(
        hec_endpoint=endpoint.url or "",
        hec_endpoint_type="Raw",
        hec_acknowledgment_timeout_in_seconds=ACKNOWLEDGEMENT_SECONDS,
        buffering_hints=Stream.SplunkBufferingHintsProperty(
            interval_in_seconds=endpoint.buffer_seconds,
            size_in_m_bs=endpoint.preset.buffer_megabytes,
        ),
        retry_options=Stream.SplunkRetryOptionsProperty(duration_in_seconds=endpoint.retry_seconds),
        s3_backup_mode="FailedEventsOnly",
        secrets_manager_configuration=_token(endpoint, parts),
        s3_configuration=_backup(parts),
        cloud_watch_logging_options=_logging(parts, parts.delivery_log),
        processing_configuration=_unpacking() if parts.unpack else None,
    )


def _https(
    endpoint: Endpoint, parts: Parts
) -> firehose.CfnDeliveryStream.HttpEndpointDestinationConfigurationProperty:
    return Stream.HttpEndpointDestinationConfigurationProperty(
        endpoint_configuration=Stream.HttpEndpointConfigurationProperty(
            name=endpoint.preset.name, url=endpoint.url or ""
        ),
        request_configuration=Stream.HttpEndpointRequestConfigurationProperty(
            content_encoding="GZIP"
        ),
        buffering_hints=Stream.BufferingHintsProperty(
            interval_in_seconds=endpoint.buffer_seconds,
            size_in_m_bs=endpoint.preset.buffer_megabytes,
        ),
        retry_options=Stream.RetryOptionsProperty(duration_in_seconds=endpoint.retry_seconds),
        role_arn=parts.role_arn,
        s3_backup_mode="FailedDataOnly",
        secrets_manager_configuration=_token(endpoint, parts),
        s3_configuration=_backup(parts),
        cloud_watch_logging_options=_logging(parts, parts.delivery_log),
        processing_configuration=_unpacking() if parts.unpack else None,
    )


def _opensearch(
    endpoint: Endpoint, parts: Parts
) -> firehose.CfnDeliveryStream.AmazonopensearchserviceDestinationConfigurationProperty:
    return Stream.AmazonopensearchserviceDestinationConfigurationProperty(
        domain_arn=endpoint.domain,
        index_name=endpoint.index,
        index_rotation_period="OneDay",
        buffering_hints=Stream.AmazonopensearchserviceBufferingHintsProperty(
            interval_in_seconds=endpoint.buffer_seconds,
            size_in_m_bs=endpoint.preset.buffer_megabytes,
        ),
        retry_options=Stream.AmazonopensearchserviceRetryOptionsProperty(
            duration_in_seconds=endpoint.retry_seconds
        ),
        role_arn=parts.role_arn,
        s3_backup_mode="FailedDocumentsOnly",
        s3_configuration=_backup(parts),
        cloud_watch_logging_options=_logging(parts, parts.delivery_log),
    )


def _token(
    endpoint: Endpoint, parts: Parts
) -> firehose.CfnDeliveryStream.SecretsManagerConfigurationProperty:
    return Stream.SecretsManagerConfigurationProperty(
        enabled=True,
        secret_arn=None if endpoint.secret is None else endpoint.secret.secret_arn,
        role_arn=parts.role_arn,
    )


def _backup(parts: Parts) -> firehose.CfnDeliveryStream.S3DestinationConfigurationProperty:
    return Stream.S3DestinationConfigurationProperty(
        bucket_arn=parts.bucket_arn,
        role_arn=parts.role_arn,
        prefix=f"{parts.start}/",
        error_output_prefix=f"{parts.start}/!{{firehose:error-output-type}}/",
        compression_format="GZIP",
        encryption_configuration=Stream.EncryptionConfigurationProperty(
            kms_encryption_config=Stream.KMSEncryptionConfigProperty(awskms_key_arn=parts.key_arn)
        ),
        cloud_watch_logging_options=_logging(parts, parts.failure_log),
    )


def _logging(
    parts: Parts, log_stream: str
) -> firehose.CfnDeliveryStream.CloudWatchLoggingOptionsProperty:
    return Stream.CloudWatchLoggingOptionsProperty(
        enabled=True, log_group_name=parts.log_group, log_stream_name=log_stream
    )


def _unpacking() -> firehose.CfnDeliveryStream.ProcessingConfigurationProperty:
    """Give the processors that turn compressed batches of CloudWatch Logs into single events."""

    def processor(kind: str, name: str, value: str) -> firehose.CfnDeliveryStream.ProcessorProperty:
        return Stream.ProcessorProperty(
            type=kind,
            parameters=[
                Stream.ProcessorParameterProperty(parameter_name=name, parameter_value=value)
            ],
        )

    return Stream.ProcessingConfigurationProperty(
        enabled=True,
        processors=[
            processor("Decompression", "CompressionFormat", "GZIP"),
            processor("CloudWatchLogProcessing", "DataMessageExtraction", "true"),
        ],
    )
