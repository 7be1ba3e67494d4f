"""SiemPull: a SIEM fetches new logs from the archive, told by queues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from baseline.audit.log_archive import LogArchive
from baseline.audit.log_bucket import LogBucket
from baseline.audit.siem_alarms import SiemAlarms, metric_period
from baseline.audit.siem_reader import OwnReader, Readable, SiemReaderRole, Vendor
from baseline.config import Names
from baseline.config.siem import PullSource
from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_queue import SecureQueue
from baseline.primitives.service_access import service_statement

SERVICE = "s3.amazonaws.com"
EVENT = "s3:ObjectCreated:*"
PREFIX = "AWSLogs/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A kind of logs that a SIEM can read.

    Attributes:
        id: part of construct IDs and outputs.
        attribute: where :class:`LogArchive` keeps its bucket.
        bucket_name: where :class:`Names` keeps the bucket's name.
        suffix: end of the keys that the SIEM is told of; all where empty.
    """

    id: str
    attribute: str
    bucket_name: str
    suffix: str = ""


SOURCES: Mapping[PullSource, Source] = MappingProxyType(
    {
        "cloudtrail": Source(
            id="CloudTrail", attribute="cloudtrail", bucket_name="cloudtrail_bucket"
        ),
        # AWS Config tries each folder with an empty file, which no SIEM can parse.
        "config": Source(
            id="Config", attribute="config", bucket_name="config_bucket", suffix=".gz"
        ),
        "flow_logs": Source(id="FlowLogs", attribute="flow_logs", bucket_name="flow_log_bucket"),
        "guardduty": Source(id="GuardDuty", attribute="guardduty", bucket_name="guardduty_bucket"),
    }
)
"""What can be pulled. A notification knows no wildcards, so what the account's ID precedes in a
bucket (flow logs and DNS query logs, trail and digests) comes through one queue."""


class SiemPull(Construct):
    """An encrypted queue for each log bucket, and one role that a SIEM reads with.

    There is one queue per kind of logs because SIEMs bind the parser to the input: the SQS-based S3
    input of Splunk and the S3 connector of Microsoft Sentinel take one queue per kind, and the
    inputs of Elastic one per data set. A queue for all of them would have each input take, and
    delete, the messages of the others. A message that the SIEM fails to work off five times waits
    in a dead-letter queue.

    The notifications stand on the buckets themselves, without a custom resource. S3 sends a test
    message when they are set, so a queue that it cannot write to fails the deployment.

    Args:
        scope: parent construct, the stack of the log archive.
        id: construct ID.
        archive: the log archive.
        names: names of the baseline.
        reader: who reads: a vendor with an external ID, or a role of the organization.
        alarms: who hears when nobody reads.
        sources: kinds of logs; all by default.
        visibility_timeout_minutes: minutes that a message in work is hidden; 10 by default.
        oldest_message_minutes: minutes that a message may wait before it alarms; 60 by default.

    Attributes:
        queues: source to its :class:`SecureQueue`.
        key: the :class:`SecureKey` of the queues.
        reader: the :class:`SiemReaderRole`.

    Raises:
        BaselineError: no source, a source that does not exist, or a weak external ID.

    Source: Amazon S3 User Guide, "Granting permissions to publish event notification messages to a
    destination"; Amazon SQS Developer Guide, "Key management".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        archive: LogArchive,
        names: Names,
        reader: Vendor | OwnReader,
        alarms: SiemAlarms,
        sources: tuple[PullSource, ...] = tuple(SOURCES),
        visibility_timeout_minutes: int = 10,
        oldest_message_minutes: int = 60,
    ) -> None:
        super().__init__(scope, id)
        _check(sources)
        self._archive = archive
        self._names = names
        self.key = self._create_key(sources)
        self.queues = {
            source: self._create_queue(SOURCES[source], visibility_timeout_minutes * 60)
            for source in sources
        }
        for source, queue in self.queues.items():
            self._notify(SOURCES[source], queue.queue)
            _watch(queue, alarms, SOURCES[source].id, oldest_message_minutes)
        self.reader = SiemReaderRole(
            self,
            "Reader",
            role_name=names.siem_reader_role,
            reader=reader,
            queue_key=self.key.key,
            readables=[self._readable(source) for source in sources],
        )
        self._tell()
        implements(self, capability="siem-pull", controls=["SQS.1", "SQS.3"])

    def _bucket(self, source: Source) -> LogBucket:
        found: LogBucket = getattr(self._archive, source.attribute)
        return found

    def _arn(self, source: Source) -> str:
        """Give a bucket's ARN by its name: the bucket refers to the queue already."""
        name: str = getattr(self._names, source.bucket_name)
        return f"arn:{self._names.partition}:s3:::{name}"

    def _create_key(self, sources: tuple[PullSource, ...]) -> SecureKey:
        key = SecureKey(self, "Key", description="Messages that tell the SIEM of new logs")
        key.allow_service(
            SERVICE,
            sid="EncryptNotifications",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            conditions={
                "StringEquals": {"aws:SourceAccount": self._names.log_archive},
                "ArnEquals": {"aws:SourceArn": [self._arn(SOURCES[each]) for each in sources]},
            },
        )
        return key

    def _create_queue(self, source: Source, visibility_timeout_seconds: int) -> SecureQueue:
        queue = SecureQueue(
            self,
            f"{source.id}Queue",
            key=self.key.key,
            visibility_timeout_seconds=visibility_timeout_seconds,
        )
        queue.queue.add_to_resource_policy(
            service_statement(
                SERVICE,
                sid="TellOfNewLogs",
                actions=["sqs:SendMessage"],
                resources=[queue.queue.queue_arn],
                conditions={
                    "StringEquals": {"aws:SourceAccount": self._names.log_archive},
                    "ArnEquals": {"aws:SourceArn": self._arn(source)},
                },
            )
        )
        return queue

    def _notify(self, source: Source, queue: sqs.Queue) -> None:
        rules = [("prefix", PREFIX), *([("suffix", source.suffix)] if source.suffix else [])]
        bucket = s3.CfnBucket
        self._bucket(source).tell(
            bucket.QueueConfigurationProperty(
                event=EVENT,
                queue=queue.queue_arn,
                filter=bucket.NotificationFilterProperty(
                    s3_key=bucket.S3KeyFilterProperty(
                        rules=[
                            bucket.FilterRuleProperty(name=name, value=value)
                            for name, value in rules
                        ]
                    )
                ),
            ),
            policy=queue.node.find_child("Policy"),
        )

    def _readable(self, name: PullSource) -> Readable:
        source, names = SOURCES[name], self._names
        kept = self._bucket(source)
        # GuardDuty encrypts with a key of the security account (GuardDutyExport).
        foreign = f"arn:{names.partition}:kms:{names.home_region}:{names.security}:key/*"
        return Readable(
            bucket=kept.bucket,
            prefix=PREFIX,
            queue=self.queues[name].queue,
            keys=[kept.key.key.key_arn, *([foreign] if name == "guardduty" else [])],
        )

    def _tell(self) -> None:
        stack = cdk.Stack.of(self)
        cdk.CfnOutput(stack, "SiemReaderRole", value=self.reader.role.role_arn)
        for source, queue in self.queues.items():
            output = f"Siem{SOURCES[source].id}Queue"
            cdk.CfnOutput(stack, output, value=queue.queue.queue_url)


def _check(sources: tuple[PullSource, ...]) -> None:
    unknown = [source for source in sources if source not in SOURCES]
    if unknown or not sources:
        named = f"{', '.join(map(repr, unknown))}, which is no source" if unknown else "nothing"
        raise BaselineError(f"sources names {named}; known: {', '.join(SOURCES)}")


def _watch(queue: SecureQueue, alarms: SiemAlarms, logs: str, minutes: int) -> None:
    alarms.watch(
        queue,
        "NotRead",
        metric=queue.queue.metric_approximate_age_of_oldest_message(
            period=metric_period(), statistic="Maximum"
        ),
        at_least=minutes * 60,
        description=f"The SIEM has read no {logs} logs for {minutes} minutes; see docs/siem.md",
    )
    if queue.dead_letter_queue is not None:
        alarms.watch(
            queue,
            "Failed",
            metric=queue.dead_letter_queue.metric_approximate_number_of_messages_visible(
                period=metric_period(), statistic="Maximum"
            ),
            at_least=1,
            description=f"The SIEM failed five times to read {logs} logs; see docs/siem.md",
        )
