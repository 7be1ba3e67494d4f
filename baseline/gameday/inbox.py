"""GameDayInbox: a queue that hears what people are told, and the policy of those who rehearse."""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from baseline.config.names import Names
from baseline.controls.registry import implements
from baseline.detection.event_patterns import sample_findings
from baseline.gameday import permissions
from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_queue import SecureQueue
from baseline.primitives.secure_topic import SecureTopic
from baseline.primitives.service_access import service_statement
from baseline.response.evidence import EvidenceStore

EVENTS = "events.amazonaws.com"
SNS = "sns.amazonaws.com"
RETENTION_DAYS = 1
NO_QUEUE = (
    "the queue is only a measure of what arrives; an event that is lost here reaches people and "
    "machines by their own rules, and the game day shows the loss"
)


class GameDayInbox(Construct):
    """Measures arrival without paging anybody: a queue beside the people who are told.

    Guardrails let nobody subscribe to a topic of the baseline or put a rule on its bus, for a while
    either; so the queue stands always, and keeps messages for a day. It is subscribed to the topics
    and hears of GuardDuty's samples from the bus, which are told to nobody.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        names: physical names.
        topics: severity to the topic that people of that severity hear of.
        bus: bus that the accounts' events arrive on.
        evidence: where records of game days are kept.

    Attributes:
        queue: the ``aws_sqs.Queue``.
        policy: the ``aws_iam.ManagedPolicy`` of those who run game days.
        subscriptions: the ``aws_sns.CfnSubscription`` by severity.

    Source: Amazon SNS Developer Guide, "Fanout to Amazon SQS queues"; Security Hub SQS.1.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        topics: Mapping[str, SecureTopic],
        bus: events.CfnEventBus,
        evidence: EvidenceStore,
    ) -> None:
        super().__init__(scope, id)
        arns = [names.topic_arn(severity) for severity in topics]
        self._key = SecureKey(self, "Key", description="What game days listen to")
        self.queue = self._create_queue(names)
        self._let_topics_send(arns)
        self.subscriptions = {
            severity: self._subscribe(severity, topic) for severity, topic in topics.items()
        }
        self._hear_of_samples(bus)
        self.policy = permissions.operator_policy(
            self, names=names, queue=self.queue, key=self._key, evidence=evidence
        )
        implements(self, capability="game-days", controls=["SQS.1"])

    def _create_queue(self, names: Names) -> sqs.Queue:
        queue = SecureQueue(self, "Inbox", key=self._key.key, retention_days=RETENTION_DAYS).queue
        resource = queue.node.default_child
        assert isinstance(resource, sqs.CfnQueue)  # noqa: S101 - the L2's own resource
        resource.queue_name = names.game_day_inbox
        return queue

    def _let_topics_send(self, arns: list[str]) -> None:
        source = {"ArnEquals": {"aws:SourceArn": arns}}
        self.queue.add_to_resource_policy(
            service_statement(
                SNS,
                sid="HearWhatPeopleAreTold",
                actions=["sqs:SendMessage"],
                resources=[self.queue.queue_arn],
                conditions=source,
            )
        )
        self._key.allow_service(
            SNS,
            sid="EncryptWhatPeopleAreTold",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            conditions=source,
        )

    def _subscribe(self, severity: str, topic: SecureTopic) -> sns.CfnSubscription:
        subscription = sns.CfnSubscription(
            self,
            f"{severity.title()}Topic",
            topic_arn=topic.topic.topic_arn,
            protocol="sqs",
            endpoint=self.queue.queue_arn,
        )
        acknowledge(subscription, {"Serverless-SNSRedrivePolicy": NO_QUEUE})
        return subscription

    def _hear_of_samples(self, bus: events.CfnEventBus) -> None:
        rule = events.CfnRule(
            self,
            "Samples",
            description="Sample findings to the inbox of game days",
            event_bus_name=bus.ref,
            event_pattern=sample_findings(),
            state="ENABLED",
            targets=[events.CfnRule.TargetProperty(id="Inbox", arn=self.queue.queue_arn)],
        )
        acknowledge(rule, {"Serverless-EventBusDLQ": NO_QUEUE})
        self.queue.add_to_resource_policy(
            service_statement(
                EVENTS,
                sid="HearOfSamples",
                actions=["sqs:SendMessage"],
                resources=[self.queue.queue_arn],
                conditions={
                    "ArnEquals": {"aws:SourceArn": rule.attr_arn},
                    "StringEquals": {"aws:SourceAccount": cdk.Stack.of(self).account},
                },
            )
        )
        self._key.allow_service(
            EVENTS,
            sid="EncryptSamples",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            conditions={},
        )
