"""SiemPush: findings, activity and the trail are sent to a SIEM within minutes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesisfirehose as firehose
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from baseline.audit import siem_patterns
from baseline.audit.siem_alarms import SiemAlarms
from baseline.audit.siem_endpoint import Endpoint
from baseline.audit.siem_failures import SiemFailures
from baseline.audit.siem_stream import SiemStream
from baseline.config import Names
from baseline.config.siem import Destination, PushSource
from baseline.errors import BaselineError
from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.protection_tag import TAG_KEY
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.service_access import service_statement

EVENTS = "events.amazonaws.com"
LOGS = "logs.amazonaws.com"
SOURCES: tuple[PushSource, ...] = ("findings", "activity", "trail")
TOKEN_KEY = {"splunk": "hec_token"}
"""Name of the token in the secret where it is not ``api_key``."""
RETRY_SECONDS = 24 * 3600
RETRIES = 185


class SiemToken(Construct):
    """The secret that holds the SIEM's token, which a person enters after the deployment.

    It is made with a random value, so that no token ever stands in a template; until the right one
    is entered, deliveries fail and lie in the failure bucket. Nobody but the streams reads it. It
    does not bear the protection tag: the guardrail would keep the people who rotate it out.

    Args:
        scope: parent construct.
        id: construct ID.
        key: key of the secret.
        destination: the SIEM, which decides what the value is called.

    Attributes:
        secret: the ``aws_secretsmanager.Secret``.

    Source: Amazon Data Firehose Developer Guide, "Authenticate with AWS Secrets Manager in Amazon
    Data Firehose".
    """

    def __init__(
        self, scope: Construct, id: str, *, key: SecureKey, destination: Destination
    ) -> None:
        super().__init__(scope, id)
        self.secret = secretsmanager.Secret(
            self,
            "Secret",
            description="Token with which logs are sent to the SIEM: docs/siem.md",
            encryption_key=key.key,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                secret_string_template="{}",
                generate_string_key=TOKEN_KEY.get(destination, "api_key"),
                exclude_punctuation=True,
            ),
            removal_policy=cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )
        cdk.Tags.of(self.secret).remove(TAG_KEY)
        rotated = (
            "the SIEM issues the token and AWS cannot renew it there; docs/siem.md says how a "
            "person rotates it without losing an event"
        )
        acknowledge(
            self.secret,
            {
                "AwsSolutions-SMG4": rotated,
                "HIPAA.Security-SecretsManagerRotationEnabled": rotated,
                "NIST.800.53.R5-SecretsManagerRotationEnabled": rotated,
            },
        )

    def keep_from_all_but(self, roles: Sequence[iam.IRole]) -> None:
        """Deny everybody else to read the token, administrators of the account included."""
        self.secret.add_to_resource_policy(
            iam.PolicyStatement(
                sid="OnlyStreamsRead",
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=["secretsmanager:GetSecretValue"],
                resources=["*"],
                conditions={
                    "ArnNotEquals": {"aws:PrincipalArn": [role.role_arn for role in roles]}
                },
            )
        )


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
            role = self._sending_role("findings")
            patterns = siem_patterns
            rules += [
                self._rule("SecurityHub", "findings", role, patterns.security_hub_changes()),
                self._rule("GuardDuty", "findings", role, patterns.guardduty_changes(), bus=bus),
            ]
        if "activity" in self.streams:
            role = self._sending_role("activity")
            rules.append(
                self._rule("Activity", "activity", role, siem_patterns.activity(), bus=bus)
            )
        if rules:
            self._keep_undelivered(rules)
        if "trail" in self.streams:
            self._receive_trail()

    def _sending_role(self, source: PushSource) -> tuple[iam.Role, iam.ManagedPolicy]:
        stack = cdk.Stack.of(self)
        rules = stack.format_arn(service="events", resource="rule", resource_name="*")
        return self._role(
            source,
            iam.ServicePrincipal(
                EVENTS,
                conditions={
                    "StringEquals": {"aws:SourceAccount": stack.account},
                    # The rules refer to the role, so it cannot refer to them.
                    "ArnLike": {"aws:SourceArn": rules},
                },
            ),
        )

    def _role(
        self, source: PushSource, principal: iam.IPrincipal
    ) -> tuple[iam.Role, iam.ManagedPolicy]:
        stream = self.streams[source]
        role = iam.Role(
            stream, "Sender", description=f"Puts {source} on its stream", assumed_by=principal
        )
        policy = iam.ManagedPolicy(
            stream,
            "SenderPolicy",
            description=f"Put {source} on its stream",
            roles=[role],
            statements=[
                iam.PolicyStatement(
                    sid="PutRecords",
                    actions=["firehose:PutRecord", "firehose:PutRecordBatch"],
                    resources=[stream.stream.attr_arn],
                )
            ],
        )
        return role, policy

    def _rule(
        self,
        id: str,
        source: PushSource,
        sender: tuple[iam.Role, iam.ManagedPolicy],
        pattern: dict[str, Any],
        *,
        bus: str | None = None,
    ) -> events.CfnRule:
        role, policy = sender
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
                    role_arn=role.role_arn,
                    dead_letter_config=events.CfnRule.DeadLetterConfigProperty(
                        arn=self.failures.queue.queue_arn
                    ),
                    retry_policy=events.CfnRule.RetryPolicyProperty(
                        maximum_event_age_in_seconds=RETRY_SECONDS, maximum_retry_attempts=RETRIES
                    ),
                )
            ],
        )
        rule.node.add_dependency(policy)
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

    def _receive_trail(self) -> None:
        names = self._names
        accounts = [
            f"arn:{names.partition}:logs:{names.home_region}:{account}:*"
            for account in (names.management, names.security)
        ]
        role, policy = self._role(
            "trail",
            iam.ServicePrincipal(LOGS, conditions={"ArnLike": {"aws:SourceArn": accounts}}),
        )
        destination = logs.CfnDestination(
            self,
            "TrailDestination",
            destination_name=names.siem_trail_destination,
            role_arn=role.role_arn,
            target_arn=self.streams["trail"].stream.attr_arn,
            destination_policy=cdk.Stack.of(self).to_json_string(_let_subscribe(names)),
        )
        # CloudWatch Logs sends a test message when the destination is created.
        destination.node.add_dependency(policy)


class SiemTrailSubscription(Construct):
    """Sends the organization trail's log group to the destination in the security account.

    Args:
        scope: parent construct, in a stack of the management account and home Region; deployed
            after the destination.
        id: construct ID.
        names: names of the baseline.

    Attributes:
        subscription: the ``aws_logs.CfnSubscriptionFilter``.
    """

    def __init__(self, scope: Construct, id: str, *, names: Names) -> None:
        super().__init__(scope, id)
        self.subscription = logs.CfnSubscriptionFilter(
            self,
            "Filter",
            filter_name=names.siem_trail_destination,
            log_group_name=names.trail_log_group,
            filter_pattern="",
            destination_arn=names.siem_trail_destination_arn,
        )


def _let_subscribe(names: Names) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "TrailSubscription",
                "Effect": "Allow",
                "Principal": {"AWS": names.management},
                "Action": "logs:PutSubscriptionFilter",
                "Resource": names.siem_trail_destination_arn,
            }
        ],
    }


def _check(sources: Sequence[PushSource]) -> None:
    unknown = [source for source in sources if source not in SOURCES]
    if unknown or not sources:
        named = f"{', '.join(map(repr, unknown))}, which is no source" if unknown else "nothing"
        raise BaselineError(f"sources names {named}; known: {', '.join(SOURCES)}")
