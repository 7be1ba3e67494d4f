"""SiemPush: findings, activity and the trail are sent to a SIEM within minutes."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.audit import siem_patterns
from baseline.audit.siem_alarms import SiemAlarms
from baseline.audit.siem_endpoint import Endpoint
from baseline.audit.siem_failures import SiemFailures
from baseline.audit.siem_sender import SiemSender
from baseline.audit.siem_stream import SiemStream
from baseline.audit.siem_token import SiemToken
from baseline.audit.siem_trail import SiemTrailDestination
from baseline.config import Names
from baseline.config.siem import Destination, PushSource
from baseline.detection.event_patterns import Pattern
from baseline.errors import BaselineError
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.service_access import service_statement

EVENTS = "events.amazonaws.com"
SOURCES: tuple[PushSource, ...] = ("findings", "activity", "trail")
RETRY_SECONDS = 24 * 3600
RETRIES = 185


class SiemPush(Construct):
    """Streams in the security account that deliver to one SIEM, one for each kind of records.

    They stand here because here is what is worth sending: Security Hub collects the findings of all
    accounts and Regions, and every account forwards its security events to the bus. An event cannot
    be sent to a stream of another account. The trail's log group stands in the management account
    and is sent to a destination here by a subscription there (:class:`SiemTrailSubscription`), so
    that one place holds token, failure bucket and alarms.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        names: names of the baseline.
        destination: the SIEM.
        alarms: who hears when nothing arrives.
        url: address of the SIEM; not for ``opensearch``.
        domain: ARN of the OpenSearch Service domain; for ``opensearch`` only.
        index: index in OpenSearch; ``aws-security`` by default.
        sources: what is sent; findings and activity by default.
        buffer_seconds: seconds that a batch waits; 60 by default.
        retry_seconds: seconds that a delivery is tried; 3600 by default.
        failed_data_days: days that the failure bucket keeps data; 90 by default.

    Attributes:
        streams: source to its :class:`SiemStream`.
        token: the :class:`SiemToken`; None for ``opensearch``.
        failures: the :class:`SiemFailures`.

    Raises:
        BaselineError: no source or an unknown one, or an endpoint that Firehose would refuse.

    Source: Amazon EventBridge User Guide, "Event bus targets"; Amazon CloudWatch Logs User Guide,
    "Cross-account cross-Region log data sharing using Firehose".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        destination: Destination,
        alarms: SiemAlarms,
        url: str | None = None,
        domain: str | None = None,
        index: str = "aws-security",
        sources: Sequence[PushSource] = ("findings", "activity"),
        buffer_seconds: int = 60,
        retry_seconds: int = 3_600,
        failed_data_days: int = 90,
    ) -> None:
        super().__init__(scope, id)
        _check(sources)
        self._names = names
        self.key = SecureKey(
            self, "Key", description="Logs on their way to the SIEM, and its token"
        )
        self.key.allow_log_groups(name_pattern=f"{names.prefix}-*")
        self.token = (
            None
            if destination == "opensearch"
            else SiemToken(self, "Token", key=self.key, destination=destination)
        )
        self.failures = SiemFailures(
            self, "Undelivered", key=self.key, alarms=alarms, kept_days=failed_data_days
        )
        endpoint = Endpoint(
            destination=destination,
            url=url,
            secret=None if self.token is None else self.token.secret,
            domain=domain,
            index=index,
            buffer_seconds=buffer_seconds,
            retry_seconds=retry_seconds,
        )
        self.streams = {
            source: SiemStream(
                self,
                source.title(),
                endpoint=endpoint,
                key=self.key,
                failures=self.failures.bucket,
                alarms=alarms,
                log_group=source == "trail",
            )
            for source in sources
        }
        if self.token is not None:
            self.token.keep_from_all_but([stream.role for stream in self.streams.values()])
            cdk.CfnOutput(cdk.Stack.of(self), "SiemToken", value=self.token.secret.secret_arn)
        self._send()

    def _send(self) -> None:
        """Connect the streams with what they carry."""
        bus = self._names.event_bus
        rules: list[events.CfnRule] = []
        if "findings" in self.streams:
            sender = self._sender("findings")
            hub, guardduty = siem_patterns.security_hub_changes(), siem_patterns.guardduty_changes()
            rules += [
                self._rule("SecurityHub", "findings", sender, hub),
                self._rule("GuardDuty", "findings", sender, guardduty, bus=bus),
            ]
        if "activity" in self.streams:
            sender = self._sender("activity")
            rules.append(
                self._rule("Activity", "activity", sender, siem_patterns.activity(), bus=bus)
            )
        if rules:
            self._keep_undelivered(rules)
        if "trail" in self.streams:
            SiemTrailDestination(
                self, "TrailSource", names=self._names, stream=self.streams["trail"]
            )

    def _sender(self, source: PushSource) -> SiemSender:
        stack = cdk.Stack.of(self)
        rules = stack.format_arn(service="events", resource="rule", resource_name="*")
        return SiemSender(
            self,
            f"{source.title()}Sender",
            stream=self.streams[source],
            principal=iam.ServicePrincipal(
                EVENTS,
                conditions={
                    "StringEquals": {"aws:SourceAccount": stack.account},
                    # The rules refer to the role, so it cannot refer to them.
                    "ArnLike": {"aws:SourceArn": rules},
                },
            ),
        )

    def _rule(
        self,
        id: str,
        source: PushSource,
        sender: SiemSender,
        pattern: Pattern,
        *,
        bus: str | None = None,
    ) -> events.CfnRule:
        rule = events.CfnRule(
            self,
            f"{id}Rule",
            description=f"{source.title()} from {id} to the SIEM",
            event_bus_name=bus,
            event_pattern=pattern,
            state="ENABLED",
            targets=[
                events.CfnRule.TargetProperty(
                    id="Stream",
                    arn=self.streams[source].stream.attr_arn,
                    role_arn=sender.role.role_arn,
                    dead_letter_config=events.CfnRule.DeadLetterConfigProperty(
                        arn=self.failures.queue.queue_arn
                    ),
                    retry_policy=events.CfnRule.RetryPolicyProperty(
                        maximum_event_age_in_seconds=RETRY_SECONDS, maximum_retry_attempts=RETRIES
                    ),
                )
            ],
        )
        # An event that comes before the role's policy could not be sent.
        rule.node.add_dependency(sender.policy)
        return rule

    def _keep_undelivered(self, rules: Sequence[events.CfnRule]) -> None:
        queue = self.failures.queue
        queue.add_to_resource_policy(
            service_statement(
                EVENTS,
                sid="KeepUndelivered",
                actions=["sqs:SendMessage"],
                resources=[queue.queue_arn],
                conditions={"ArnEquals": {"aws:SourceArn": [rule.attr_arn for rule in rules]}},
            )
        )


def _check(sources: Sequence[PushSource]) -> None:
    unknown = [source for source in sources if source not in SOURCES]
    if unknown or not sources:
        named = f"{', '.join(map(repr, unknown))}, which is no source" if unknown else "nothing"
        raise BaselineError(f"sources names {named}; known: {', '.join(SOURCES)}")
