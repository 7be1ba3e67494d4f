"""LogReplication: Amazon S3 copies logs as they arrive, and somebody hears when it cannot."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from baseline.audit.log_bucket import LogBucket
from baseline.config import Names
from baseline.config.log_replication import Log
from baseline.config.log_replication import LogReplication as Settings
from baseline.controls.registry import implements
from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_queue import SecureQueue
from baseline.primitives.service_access import Conditions, service_statement

RULE = "Copy"
FAILED = "s3:Replication:OperationFailedReplication"
SERVICE = "s3.amazonaws.com"
WRITE = ("s3:ReplicateObject", "s3:ReplicateTags")
OWNERSHIP = "s3:ObjectOwnerOverrideToBucketOwner"
"""Makes the account of the copies their owner, where it is not that of the logs."""
PERIOD_SECONDS = 300
SOURCE_OBJECTS = (
    "s3:GetObjectLegalHold",
    "s3:GetObjectRetention",
    "s3:GetObjectVersionAcl",
    "s3:GetObjectVersionForReplication",
    "s3:GetObjectVersionTagging",
)

Bucket = s3.CfnBucket


class LogReplication(Construct):
    """Copies every new object of some log buckets, with its lock, under the key of the copies.

    Delete markers are not copied: who deletes a log in the archive leaves its copy. The role reads
    these buckets and writes those copies, and nothing else. An object that cannot be copied leaves
    a message in a queue, which alarms within five minutes and says which object it is. What lies in
    a bucket before is copied by S3 Batch Replication, once, by hand.

    Args:
        scope: parent construct, in the stack of the buckets.
        id: construct ID.
        names: names of the baseline.
        settings: Region, account and logs.
        buckets: log to its bucket; those that the settings name are copied.

    Attributes:
        role: role with which Amazon S3 copies.
        failures: queue of the objects that were not copied.
        alarm: the ``CfnAlarm`` on the queue.

    Source: Security Hub S3.7; Amazon S3 User Guide, "Setting up permissions for live replication",
    "Receiving replication failure events with Amazon S3 Event Notifications".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        settings: Settings,
        buckets: Mapping[Log, LogBucket],
    ) -> None:
        super().__init__(scope, id)
        self._names, self._settings = names, settings
        self._holder = settings.account or names.log_archive
        chosen = {log: buckets[log] for log in settings.logs}
        self.role = iam.Role(
            self,
            "Role",
            role_name=names.replication_role,
            description="Amazon S3 copies logs with this role",
            # Amazon S3 sends no source here; the role passes to buckets of its own account only.
            assumed_by=iam.ServicePrincipal(SERVICE),
        )
        policy = self._create_policy(chosen)
        self.failures = self._create_queue(chosen)
        for log, bucket in chosen.items():
            self._replicate(log, bucket, policy)
        self.alarm = self._create_alarm()
        across = settings.region != names.home_region
        implements(self, capability="log-replication", controls=["S3.7"] if across else [])

    def _create_policy(self, chosen: Mapping[Log, LogBucket]) -> iam.ManagedPolicy:
        copies = [self._copy(log) for log in chosen]
        # Named, because the buckets wait for the policy.
        logs = [self._log(log) for log in chosen]
        statements = [
            _allow("ReadConfiguration", ["s3:GetReplicationConfiguration", "s3:ListBucket"], logs),
            _allow("ReadLogs", SOURCE_OBJECTS, [f"{log}/*" for log in logs]),
            _allow(
                "WriteCopies",
                [*WRITE, *([OWNERSHIP] if self._settings.account else [])],
                [f"{copy}/*" for copy in copies],
            ),
            *self._use_keys(chosen, logs, copies),
        ]
        policy = iam.ManagedPolicy(
            self,
            "Policy",
            description="Read logs and write their copies",
            statements=statements,
            roles=[self.role],
        )
        wildcards = [
            *(f"{bucket}/*" for bucket in (*logs, *copies)),
            self._copy_keys(),
        ]
        acknowledge(
            policy,
            {
                f"AwsSolutions-IAM5[Resource::{resource}]": (
                    "logs have names that nobody knows before; buckets are named, and the copies' "
                    "keys bound by the bucket that S3 uses them for"
                )
                for resource in wildcards
            },
        )
        return policy

    def _use_keys(
        self, chosen: Mapping[Log, LogBucket], logs: list[str], copies: list[str]
    ) -> list[iam.PolicyStatement]:
        context = "kms:EncryptionContext:aws:s3:arn"
        return [
            _allow(
                "DecryptLogs",
                ["kms:Decrypt"],
                [each.key.key.key_arn for each in chosen.values()],
                {
                    "StringEquals": {"kms:ViaService": _through(self._names.home_region)},
                    "StringLike": {context: [*logs, *(f"{each}/*" for each in logs)]},
                },
            ),
            _allow(
                "EncryptCopies",
                ["kms:Encrypt", "kms:GenerateDataKey"],
                # The keys of the copies have IDs that are known in their stack only.
                [self._copy_keys()],
                {
                    "StringEquals": {"kms:ViaService": _through(self._settings.region)},
                    "StringLike": {context: [*copies, *(f"{each}/*" for each in copies)]},
                },
            ),
        ]

    def _create_queue(self, chosen: Mapping[Log, LogBucket]) -> sqs.Queue:
        account = self._names.log_archive
        source: Conditions = {
            "StringEquals": {"aws:SourceAccount": account},
            # Named, because the buckets refer to the queue.
            "ArnEquals": {"aws:SourceArn": [self._log(log) for log in chosen]},
        }
        key = SecureKey(self, "Key", description="Logs that were not copied")
        key.allow_service(
            SERVICE,
            sid="ReplicationFailures",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            conditions=source,
        )
        queue = SecureQueue(self, "Failures", key=key.key, dead_letter=False).queue
        queue.add_to_resource_policy(
            service_statement(
                SERVICE,
                sid="ReplicationFailures",
                actions=["sqs:SendMessage"],
                resources=[queue.queue_arn],
                conditions=source,
            )
        )
        return queue

    def _replicate(self, log: Log, bucket: LogBucket, policy: iam.ManagedPolicy) -> None:
        resource = bucket.bucket.node.default_child
        if not isinstance(resource, Bucket):
            raise TypeError(f"{bucket.node.path}: the bucket's resource is no CfnBucket")
        key = self._names.log_copy_key_alias(log)
        region, partition = self._settings.region, self._names.partition
        resource.replication_configuration = Bucket.ReplicationConfigurationProperty(
            role=self.role.role_arn,
            rules=[
                Bucket.ReplicationRuleProperty(
                    id=RULE,
                    status="Enabled",
                    priority=1,
                    filter=Bucket.ReplicationRuleFilterProperty(prefix=""),
                    delete_marker_replication=Bucket.DeleteMarkerReplicationProperty(
                        status="Disabled"
                    ),
                    source_selection_criteria=Bucket.SourceSelectionCriteriaProperty(
                        sse_kms_encrypted_objects=Bucket.SseKmsEncryptedObjectsProperty(
                            status="Enabled"
                        )
                    ),
                    destination=Bucket.ReplicationDestinationProperty(
                        bucket=self._copy(log),
                        account=self._settings.account,
                        access_control_translation=self._owner(),
                        encryption_configuration=Bucket.EncryptionConfigurationProperty(
                            replica_kms_key_id=f"arn:{partition}:kms:{region}:{self._holder}:{key}"
                        ),
                        # Without metrics S3 does not tell of objects that were not copied.
                        metrics=Bucket.MetricsProperty(status="Enabled"),
                    ),
                )
            ],
        )
        bucket.tell(
            Bucket.QueueConfigurationProperty(event=FAILED, queue=self.failures.queue_arn),
            policy=self.failures.node.find_child("Policy"),
        )
        # S3 tries the role when it is told of it.
        resource.node.add_dependency(policy)

    def _create_alarm(self) -> cloudwatch.CfnAlarm:
        return cloudwatch.CfnAlarm(
            self,
            "Alarm",
            alarm_name=f"{self._names.replication_alarms}failed",
            alarm_description=(
                "Logs were not copied; the messages in the queue "
                f"{self.failures.queue_name} name them. See docs/log-archive.md"
            ),
            namespace="AWS/SQS",
            metric_name="ApproximateNumberOfMessagesVisible",
            dimensions=[
                cloudwatch.CfnAlarm.DimensionProperty(
                    name="QueueName", value=self.failures.queue_name
                )
            ],
            statistic="Maximum",
            period=PERIOD_SECONDS,
            evaluation_periods=1,
            threshold=1,
            comparison_operator="GreaterThanOrEqualToThreshold",
            # An empty queue reports nothing after a while.
            treat_missing_data="notBreaching",
            actions_enabled=True,
            alarm_actions=[self._names.topic_arn("high")],
        )

    def _owner(self) -> Bucket.AccessControlTranslationProperty | None:
        if self._settings.account is None:
            return None
        return Bucket.AccessControlTranslationProperty(owner="Destination")

    def _copy(self, log: Log) -> str:
        return (
            f"arn:{self._names.partition}:s3:::{self._names.log_copy(log, self._settings.region)}"
        )

    def _copy_keys(self) -> str:
        return self._names.copy_key_pattern(self._settings.region, self._settings.account)

    def _log(self, log: Log) -> str:
        names = self._names
        found: dict[Log, str] = {
            "cloudtrail": names.cloudtrail_bucket,
            "config": names.config_bucket,
            "flow_logs": names.flow_log_bucket,
        }
        return f"arn:{names.partition}:s3:::{found[log]}"


def _allow(
    sid: str,
    actions: list[str] | tuple[str, ...],
    resources: list[str],
    conditions: Mapping[str, object] | None = None,
) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid,
        actions=list(actions),
        resources=resources,
        conditions=dict(conditions) if conditions else None,
    )


def _through(region: str) -> str:
    return f"s3.{region}.amazonaws.com"
