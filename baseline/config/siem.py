"""How a SIEM gets the organization's logs and findings. Nothing leaves the organization by default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from pydantic import Field, StrictInt

from baseline.config.forms import AccountId, RoleName
from baseline.config.section import Section

# IAM accepts 2 to 1,224 characters of this kind; shorter than 16 is guessed ("IAM and AWS STS quotas").
EXTERNAL_ID_PATTERN = r"^[A-Za-z0-9_+=,.@:/-]{16,1224}$"
# KinesisFirehose::DeliveryStream, HttpEndpointConfiguration.Url: https only. No user, query of our
# own choice or fragment: a token in the address would stand in the template.
URL_PATTERN = r"^https://[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?(\?dd-protocol=aws-kinesis-firehose)?$"
URL_LENGTH = 1_000
DOMAIN_ARN_PATTERN = r"^arn:aws:es:[a-z0-9-]+:[0-9]{12}:domain/[a-z][a-z0-9-]{2,27}$"
INDEX_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,69}$"
MAXIMUM_RETRY_SECONDS = 7_200

HINTS: Mapping[str, str] = MappingProxyType(
    {
        EXTERNAL_ID_PATTERN: "is not an external ID: 16 to 1,224 letters, digits or _ + = , . @ : / -",
        URL_PATTERN: "is not an address such as https://siem.example.com/firehose: https, no user name, no query",
        DOMAIN_ARN_PATTERN: "is not the ARN of an OpenSearch Service domain",
        INDEX_PATTERN: "is not the name of an index: lower-case letters, digits, _ or -, at most 70",
    }
)

PullSource = Literal["cloudtrail", "config", "flow_logs", "guardduty"]
LakeSource = Literal[
    "CLOUD_TRAIL_MGMT",
    "EKS_AUDIT",
    "LAMBDA_EXECUTION",
    "ROUTE53",
    "S3_DATA",
    "SH_FINDINGS",
    "VPC_FLOW",
    "WAF",
]
"""Source: Amazon Security Lake API Reference, "AwsLogSourceResource"."""
PushSource = Literal["findings", "activity", "trail"]
Destination = Literal["splunk", "datadog", "new_relic", "https", "opensearch"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Preset:
    """What Amazon Data Firehose needs to know of a SIEM.

    Attributes:
        name: name shown with the stream.
        hosts: ends that the address' host may have; any host where empty.
        buffer_megabytes: size at which a batch is sent.
        maximum_buffer_seconds: longest wait for a full batch.
        metrics: start of the names of the delivery's metrics.
        example: an address, for messages.
    """

    name: str
    hosts: tuple[str, ...] = ()
    buffer_megabytes: int = 1
    maximum_buffer_seconds: int = 900
    metrics: str = "DeliveryToHttpEndpoint"
    example: str = "https://siem.example.com/firehose"


PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "splunk": Preset(
            name="Splunk",
            buffer_megabytes=5,
            maximum_buffer_seconds=60,
            metrics="DeliveryToSplunk",
            example="https://http-inputs-firehose-acme.splunkcloud.com:443",
        ),
        "datadog": Preset(
            name="Datadog",
            hosts=(".datadoghq.com", ".datadoghq.eu"),
            buffer_megabytes=4,
            example="https://aws-kinesis-http-intake.logs.datadoghq.eu/v1/input",
        ),
        "new_relic": Preset(
            name="New Relic",
            hosts=(".newrelic.com",),
            example="https://aws-api.eu.newrelic.com/firehose/v1",
        ),
        "https": Preset(name="HTTPS endpoint"),
        "opensearch": Preset(
            name="OpenSearch Service",
            buffer_megabytes=5,
            metrics="DeliveryToAmazonOpenSearchService",
        ),
    }
)
"""The SIEMs that logs are pushed to, by their name in baseline.yaml.

Source: CloudFormation Template Reference, "AWS::KinesisFirehose::DeliveryStream" (limits); AWS CDK,
"aws-cdk-lib.aws_kinesisfirehose" (DatadogEndpoint).
"""


class OwnRole(Section):
    """A role of the organization with which a SIEM of one's own reads."""

    account: AccountId = Field(description="ID of the account that the SIEM runs in.")
    role: RoleName = Field(description="Name of the SIEM's role there, without a path.")


class SiemPull(Section):
    """Queues that tell a SIEM of each new log object, and the role with which it reads them."""

    sources: tuple[PullSource, ...] = Field(
        min_length=1,
        default=("cloudtrail", "config", "flow_logs", "guardduty"),
        description="Log buckets that the SIEM reads; one queue each. flow_logs holds DNS query logs too. All by default.",
    )
    account: AccountId | None = Field(
        default=None,
        description="ID of the SIEM vendor's account, which assumes the reader role; needs external_id.",
    )
    external_id: str | None = Field(
        default=None,
        pattern=EXTERNAL_ID_PATTERN,
        description="External ID that the vendor gave you, random and yours alone: 16 to 1,224 characters. It is no secret.",
    )
    own_role: OwnRole | None = Field(
        default=None,
        description="Role of a SIEM in an account of the organization, instead of account and external_id.",
    )
    visibility_timeout_minutes: StrictInt = Field(
        default=10,
        ge=1,
        le=720,
        description="Minutes that a message is hidden while the SIEM reads its object; more than the SIEM needs. 10 by default.",
    )
    oldest_message_minutes: StrictInt = Field(
        default=60,
        ge=5,
        le=10_080,
        description="Minutes that a message may wait before an alarm says that the SIEM does not read. 60 by default.",
    )


class SiemPush(Section):
    """Delivery streams that send findings, activity and the trail to a SIEM within minutes."""

    destination: Destination = Field(
        description="The SIEM: splunk, datadog, new_relic, opensearch, or https for any other endpoint that speaks Firehose's protocol."
    )
    url: str | None = Field(
        default=None,
        pattern=URL_PATTERN,
        max_length=URL_LENGTH,
        description="Address of the SIEM's endpoint; https only. Not for opensearch.",
    )
    domain: str | None = Field(
        default=None,
        pattern=DOMAIN_ARN_PATTERN,
        description="ARN of the OpenSearch Service domain in the security account and home Region; for opensearch only.",
    )
    index: str = Field(
        default="aws-security",
        pattern=INDEX_PATTERN,
        description="Index in OpenSearch, to which the day is appended. aws-security by default.",
    )
    sources: tuple[PushSource, ...] = Field(
        min_length=1,
        default=("findings", "activity"),
        description="What is sent: findings of Security Hub and GuardDuty, activity that accounts forward, and trail: every "
        "recorded call of the organization, which is large and costs accordingly. findings and activity by default.",
    )
    buffer_seconds: StrictInt = Field(
        default=60,
        ge=0,
        le=900,
        description="Seconds that a batch waits for more; at most 60 for splunk. 60 by default.",
    )
    retry_seconds: StrictInt = Field(
        default=3_600,
        ge=0,
        le=MAXIMUM_RETRY_SECONDS,
        description="Seconds that a delivery is tried before the data goes to the failure bucket. 3600 by default.",
    )
    failed_data_days: StrictInt = Field(
        default=90,
        ge=14,
        le=3_650,
        description="Days that the failure bucket keeps what could not be delivered. 90 by default.",
    )


class LakeSubscriber(Section):
    """Who reads the lake: an account that takes the role which Security Lake makes for it."""

    account: AccountId = Field(description="ID of the account that the SIEM runs in.")
    external_id: str = Field(
        pattern=EXTERNAL_ID_PATTERN,
        description="External ID that the SIEM gave you, random and yours alone: 16 to 1,224 characters. It is no secret.",
    )
    sources: tuple[LakeSource, ...] | None = Field(
        default=None,
        min_length=1,
        description="Sources of the lake that it reads. All by default.",
    )


class SecurityLake(Section):
    """Amazon Security Lake: logs and findings of all accounts as OCSF, in one lake per governed Region."""

    sources: tuple[LakeSource, ...] = Field(
        min_length=1,
        default=("CLOUD_TRAIL_MGMT", "ROUTE53", "SH_FINDINGS", "VPC_FLOW"),
        description="What the lake collects; each is billed by volume. S3_DATA and LAMBDA_EXECUTION are large. Management events, DNS queries, findings and flow logs by default.",
    )
    subscriber: LakeSubscriber | None = Field(
        default=None,
        description="The SIEM that is told of new objects by a queue and reads them. None by default.",
    )


class Siem(Section):
    """How a SIEM gets logs and findings. Off by default; each way is switched on by its section."""

    pull: SiemPull | None = Field(
        default=None,
        description="The SIEM reads the log archive: queues of new objects and a reader role. None by default.",
    )
    push: SiemPush | None = Field(
        default=None,
        description="Findings and activity are sent to the SIEM by Amazon Data Firehose, which is billed by volume. None by default.",
    )
    security_lake: SecurityLake | None = Field(
        default=None,
        description="Amazon Security Lake in the log archive account, which is billed by the volume that it ingests, normalizes and stores, besides the archive. None by default.",
    )

    def outsiders(self) -> tuple[str, ...]:
        """Give the accounts outside the organization that assume the reader role."""
        return () if self.pull is None or self.pull.account is None else (self.pull.account,)
