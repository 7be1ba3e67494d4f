"""FindingArchive: every finding of Security Hub, and each of its updates, goes to the log archive."""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from baseline.audit.finding_bucket import PREFIX
from baseline.config import Names
from baseline.controls.registry import implements
from baseline.detection.event_patterns import all_findings
from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.handler_function import HandlerFunction
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_queue import SecureQueue
from baseline.primitives.service_access import service_statement

HANDLER = Path(__file__).parent / "handlers" / "finding_archive"
EVENTS = "events.amazonaws.com"
TIMEOUT_SECONDS = 120
BATCH_EVENTS, BATCH_SECONDS = 1_000, 300
# As AWS Lambda asks: six times the limit of the function, and the time that a batch waits.
VISIBILITY_SECONDS = 6 * TIMEOUT_SECONDS + BATCH_SECONDS
MEMORY_MB = 512
PERIOD_MINUTES = 5
STALE_SECONDS = 3_600


class FindingArchive(Construct):
    """A rule, a queue and a function that keep findings in the log archive's bucket.

    Security Hub forgets findings after 90 days. Here it tells of each finding of all accounts and
    Regions, in the home Region where they meet; batches of up to five minutes become one compressed
    object of lines of JSON. What cannot be written waits 14 days in the dead-letter queue; alarms
    tell when something waits there, and when the queue is not read for an hour.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        names: names of bucket and role.
        unified: keep findings of the new Security Hub too; False by default.
        topic: who hears of the alarms.

    Attributes:
        queue: the ``aws_sqs.Queue``.
        function: the :class:`HandlerFunction`.
        alarms: the alarms.

    Source: AWS Security Hub User Guide, "EventBridge event types for Security Hub CSPM"; AWS Lambda
    Developer Guide, "Using Lambda with Amazon SQS".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        topic: sns.ITopic,
        unified: bool = False,
    ) -> None:
        super().__init__(scope, id)
        self._key = SecureKey(self, "Key", description="Findings on their way to the log archive")
        # EventBridge sends no source with it, so the key encrypts nothing but the queues.
        self._key.allow_service(
            EVENTS,
            sid="QueueFindings",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            conditions={},
        )
        queues = SecureQueue(
            self, "Findings", key=self._key.key, visibility_timeout_seconds=VISIBILITY_SECONDS
        )
        self.queue: sqs.Queue = queues.queue
        self._send(unified=unified)
        self.function = self._create_function(names)
        mapping = lambda_.CfnEventSourceMapping(
            self,
            "Batches",
            function_name=self.function.function.function_name,
            event_source_arn=self.queue.queue_arn,
            batch_size=BATCH_EVENTS,
            maximum_batching_window_in_seconds=BATCH_SECONDS,
        )
        acknowledge(
            mapping,
            {
                "Serverless-LambdaEventSourceMappingDestination": (
                    "a queue takes no destination; what fails goes to its dead-letter queue"
                )
            },
        )
        # Lambda looks whether the role may read the queue.
        mapping.node.add_dependency(self.function)
        self.alarms = self._watch(queues, topic)
        implements(self, capability="finding-archive", controls=["SQS.1"])

    def _send(self, *, unified: bool) -> None:
        rule = events.CfnRule(
            self,
            "Rule",
            description="Every finding of Security Hub to the log archive",
            event_pattern=all_findings(unified=unified),
            state="ENABLED",
            targets=[events.CfnRule.TargetProperty(id="Queue", arn=self.queue.queue_arn)],
        )
        acknowledge(
            rule,
            {
                "Serverless-EventBusDLQ": (
                    "the target is a queue, which EventBridge tries for 24 hours; the queue has a "
                    "dead-letter queue of its own"
                )
            },
        )
        self.queue.add_to_resource_policy(
            service_statement(
                EVENTS,
                sid="QueueFindings",
                actions=["sqs:SendMessage"],
                resources=[self.queue.queue_arn],
                conditions={"ArnEquals": {"aws:SourceArn": rule.attr_arn}},
            )
        )

    def _create_function(self, names: Names) -> HandlerFunction:
        objects = f"arn:{names.partition}:s3:::{names.finding_bucket}/{PREFIX}/*"
        keys = names.log_key_pattern
        function = HandlerFunction(
            self,
            "Function",
            handler=HANDLER,
            description="Writes findings into the log archive",
            timeout_seconds=TIMEOUT_SECONDS,
            memory_mb=MEMORY_MB,
            role_name=names.finding_archive_role,
            environment={
                "BUCKET": names.finding_bucket,
                "OWNER": names.log_archive,
                "PREFIX": PREFIX,
            },
            statements=[
                iam.PolicyStatement(
                    sid="ReadQueue",
                    actions=[
                        "sqs:DeleteMessage",
                        "sqs:GetQueueAttributes",
                        "sqs:ReceiveMessage",
                    ],
                    resources=[self.queue.queue_arn],
                ),
                iam.PolicyStatement(
                    sid="DecryptQueue", actions=["kms:Decrypt"], resources=[self._key.key.key_arn]
                ),
                iam.PolicyStatement(sid="Keep", actions=["s3:PutObject"], resources=[objects]),
                iam.PolicyStatement(
                    sid="EncryptKept",
                    actions=["kms:GenerateDataKey"],
                    resources=[keys],
                    conditions={
                        "StringEquals": {"kms:ViaService": f"s3.{names.home_region}.amazonaws.com"}
                    },
                ),
            ],
        )
        acknowledge(
            self,
            {
                f"AwsSolutions-IAM5[Resource::{objects}]": (
                    "objects are named by day and content; the function only adds them"
                ),
                f"AwsSolutions-IAM5[Resource::{keys}]": (
                    "the ID of the bucket's key is known in the log archive account only, and its "
                    "policy names this role"
                ),
            },
        )
        return function

    def _watch(self, queues: SecureQueue, topic: sns.ITopic) -> list[cloudwatch.Alarm]:
        period = cdk.Duration.minutes(PERIOD_MINUTES)
        waiting = self.queue.metric_approximate_age_of_oldest_message(
            period=period, statistic="Maximum"
        )
        alarms = [self._alarm("Stale", waiting, STALE_SECONDS, "Findings wait for the log archive")]
        if queues.dead_letter_queue is not None:
            lost = queues.dead_letter_queue.metric_approximate_number_of_messages_visible(
                period=period, statistic="Maximum"
            )
            alarms.append(
                self._alarm("Lost", lost, 1, "Findings could not be written to the log archive")
            )
        for alarm in alarms:
            alarm.add_alarm_action(actions.SnsAction(topic))
        return alarms

    def _alarm(
        self, id: str, metric: cloudwatch.IMetric, threshold: int, what: str
    ) -> cloudwatch.Alarm:
        return cloudwatch.Alarm(
            self,
            id,
            alarm_description=f"{what}; the log group of the function says why: docs/security-hub.md",
            metric=metric,
            threshold=threshold,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            # An empty queue reports nothing after a while.
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
