"""FindingNotification: people hear of a finding by its severity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import aws_events as events
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from baseline.controls.registry import implements
from baseline.detection import event_patterns
from baseline.detection.event_patterns import ALL_CALLS, Pattern, Severity
from baseline.detection.finding_formatter import FindingFormatter
from baseline.detection.paging import PagingEndpoint
from baseline.detection.rule_role import EVENTS
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_queue import SecureQueue
from baseline.primitives.secure_topic import SecureTopic
from baseline.primitives.service_access import service_statement

# EventBridge tries for a day by default; a message of a finding is of no use that late.
RETRY_SECONDS = 4 * 3600
RETRIES = 50


class NotificationKeys(Construct):
    """What the notifications of all severities share: a key and a queue for lost messages.

    Args:
        scope: parent construct.
        id: construct ID.

    Attributes:
        key: the :class:`SecureKey` of topics and queue. EventBridge may use it for the queue
            without a source condition (``service_access.EXCEPTIONS``), so it encrypts nothing
            else; topic and queue policies decide what may be sent.
        failures: the queue that keeps messages which could not be delivered, for 14 days.
    """

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        self.key = SecureKey(self, "Key", description="Messages of findings")
        self.failures: sqs.Queue = SecureQueue(
            self, "Failures", key=self.key.key, dead_letter=False
        ).queue
        self.key.allow_service(
            EVENTS,
            sid="KeepUndelivered",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            conditions={},
        )


class FindingNotification(Construct):
    """A topic for one severity, its e-mail subscriptions and the rules that feed it.

    New, active findings in Security Hub (GuardDuty's left out, they come by themselves) and
    GuardDuty findings that nobody archived become one readable message each; samples become none.
    Each rule sends to the formatter and, where the severity wakes somebody, to the paging service:
    neither waits for the other. What cannot be delivered within four hours waits in the failure
    queue.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        severity: which findings.
        addresses: e-mail addresses; each confirms its subscription once.
        shared: key and failure queue.
        topic_name: physical name of the topic.
        bus: bus that GuardDuty findings and activity of all accounts arrive on.
        formatter: writes the messages.
        paging: wakes somebody, if the severity is among those that do; nobody by default.
        activity: notify root use and tampering with protections too; off by default.
        drift: notify drift that Control Tower detects too; off by default.
        rule_prefixes: starts of the names of AWS Config rules whose failures are notified; none by
            default, because Security Hub tells of them where it is on.
        further: name of a further rule on ``bus`` to its pattern; none by default.
        exploits: rate critical findings of Inspector by whether an exploit is known, by a rule of
            their own (``Vulnerabilities``); off by default.
        canaries: users whose every call ``activity`` tells, one that only reads too; none by default.
        exposures: notify exposures that the new Security Hub finds, too; off by default.

    Attributes:
        topic: the :class:`SecureTopic`.
        rules: the ``CfnRule`` by name: ``SecurityHub``, ``GuardDuty``, ``Activity``, ``Drift``,
            ``Compliance``, ``Exposure`` and those of ``further``.

    Source: AWS Security Hub User Guide, "EventBridge event types for Security Hub CSPM"; Amazon
    GuardDuty User Guide, "Processing GuardDuty findings with Amazon EventBridge".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        severity: Severity,
        addresses: Sequence[str],
        shared: NotificationKeys,
        topic_name: str,
        bus: events.CfnEventBus,
        formatter: FindingFormatter,
        paging: PagingEndpoint | None = None,
        activity: bool = False,
        drift: bool = False,
        rule_prefixes: Sequence[str] = (),
        further: Mapping[str, Pattern] | None = None,
        exploits: bool = False,
        exposures: bool = False,
        canaries: tuple[str, ...] = (),
    ) -> None:
        super().__init__(scope, id)
        self._failures, self._formatter, self._severity = shared.failures, formatter, severity.name
        self._paging = paging if paging and severity.name in paging.severities else None
        self.topic = SecureTopic(
            self,
            "Topic",
            key=shared.key,
            topic_name=topic_name,
            display_name=f"{severity.name.title()} finding",
        )
        self.topic.subscribe_email(list(dict.fromkeys(addresses)))
        forwarded: dict[str, Pattern] = {"GuardDuty": event_patterns.guardduty_findings(severity)}
        if activity:
            forwarded["Activity"] = event_patterns.forwarded_activity(canaries)
        if drift:
            forwarded["Drift"] = event_patterns.control_tower_drift()
        if rule_prefixes:
            forwarded["Compliance"] = event_patterns.noncompliance(rule_prefixes)
        # Security Hub sends its events to the default bus of its administrator.
        imported = event_patterns.security_hub_findings(severity, without_inspector=exploits)
        self.rules = {"SecurityHub": self._create_rule("SecurityHub", pattern=imported)}
        if exploits:
            rated = event_patterns.vulnerability_findings(severity)
            self.rules["Vulnerabilities"] = self._create_rule("Vulnerabilities", pattern=rated)
        if exposures:
            found = event_patterns.exposure_findings(severity)
            self.rules["Exposure"] = self._create_rule("Exposure", pattern=found)
        for name, pattern in (forwarded | dict(further or {})).items():
            self.rules[name] = self._create_rule(name, pattern=pattern, bus=bus)
        if activity and canaries:
            self.rules["Activity"].state = ALL_CALLS
        self._keep_undelivered()
        implements(self, capability="finding-notification", controls=["SNS.1", "SNS.4"])

    def _create_rule(
        self, id: str, *, pattern: Pattern, bus: events.CfnEventBus | None = None
    ) -> events.CfnRule:
        targets = [
            events.CfnRule.TargetProperty(
                id="Formatter",
                arn=self._formatter.function.function.function_arn,
                input_transformer=self._formatter.message(self._severity),
                dead_letter_config=events.CfnRule.DeadLetterConfigProperty(
                    arn=self._failures.queue_arn
                ),
                retry_policy=events.CfnRule.RetryPolicyProperty(
                    maximum_event_age_in_seconds=RETRY_SECONDS, maximum_retry_attempts=RETRIES
                ),
            )
        ]
        if self._paging:
            targets.append(self._paging.target(id, self._severity))
        rule = events.CfnRule(
            self,
            id,
            description=f"{self.node.id} messages from {id}",
            event_bus_name=None if bus is None else bus.ref,
            event_pattern=pattern,
            state="ENABLED",
            targets=targets,
        )
        self._formatter.let_in(rule)
        # What is told before the topic is there would be lost.
        rule.node.add_dependency(self.topic.topic)
        if self._paging:
            rule.node.add_dependency(self._paging.policy)
        return rule

    def _keep_undelivered(self) -> None:
        self._failures.add_to_resource_policy(
            service_statement(
                EVENTS,
                sid=f"Keep{self.node.id}",
                actions=["sqs:SendMessage"],
                resources=[self._failures.queue_arn],
                conditions={
                    "ArnEquals": {"aws:SourceArn": [rule.attr_arn for rule in self.rules.values()]}
                },
            )
        )
