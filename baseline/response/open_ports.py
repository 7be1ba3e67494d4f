"""OpenPortCloser: a port for administrators that is opened to the internet closes itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, cast

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sns as sns
from constructs import Construct

from baseline.controls.registry import implements
from baseline.detection import event_patterns
from baseline.errors import BaselineError
from baseline.network.acl_rules import ADMIN_PORTS
from baseline.primitives.acknowledge import acknowledge, as_printed
from baseline.primitives.assume_role import ONE_NAME_EVERYWHERE, assume_in_organization
from baseline.primitives.handler_function import HandlerFunction
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic
from baseline.response.evidence import EvidenceStore
from baseline.response.playbooks.alarm import failed_alarm

HANDLER = Path(__file__).parent / "handlers" / "open_ports"
EVIDENCE_PREFIX = "open-ports/"
TIMEOUT_SECONDS = 300
FAILURES = ("Errors", "AsyncEventsDropped", "DeadLetterErrors")
"""Metrics of an event that was not dealt with, at the first attempt or at all: the attempt after one
that broke off finds the port closed, and says nothing of it.

Source: AWS Lambda Developer Guide, "Types of metrics for Lambda functions".
"""
NO_QUEUE = (
    "EventBridge retries for 24 hours, what the function fails at waits in the function's own "
    "dead-letter queue, and AWS Config finds the open port again"
)


class OpenPortCloser(Construct):
    """Revokes ingress rules that let the internet reach a port for administrators.

    It hears of each change of a security group or prefix list in every account, and of each group
    that AWS Config finds noncompliant. It looks at what the group is now, revokes the offending
    rules only, keeps what they were, and tells a topic. A rule or group whose tag names a day keeps
    its port until that day; then the closer looks again. A source is the internet when its network
    is /8 or larger, or /16 for IPv6; 10.0.0.0/8 is private.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        bus: bus that the accounts' events arrive on.
        responder_role: name of the :class:`ResponderRole` in every account.
        role_name: physical name of the closer's own role, which those roles trust.
        organization_id: organization whose responder roles may be assumed.
        evidence: where the rules as they were are kept.
        topic: topic that hears of each open port.
        topic_key: its key.
        schedule_group: physical name of the schedules that end exemptions.
        alarm_topic: topic that hears when an event could not be dealt with, its report included;
            its policy admits alarms whose names begin with the role's. By default nobody hears.
        mode: ``close`` by default; ``report`` only tells.
        ports: 22 and 3389 by default.
        exemption_tag: tag whose value is the last exempt day, as in 2026-12-24.
        exemption_days: days that an exemption may reach ahead; 7 by default, 0 for none.

    Attributes:
        function: the :class:`HandlerFunction`.
        rule: the ``CfnRule`` on the bus.
        alarm: the ``CfnAlarm`` on what the function failed at, or None without ``alarm_topic``.

    Raises:
        BaselineError: when there are no ports, or one is none.

    Source: Security Hub EC2.13, EC2.14; CIS AWS Foundations Benchmark 5.0.0 5.3, 5.4.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        bus: events.CfnEventBus,
        responder_role: str,
        role_name: str,
        organization_id: str,
        evidence: EvidenceStore,
        topic: SecureTopic,
        topic_key: SecureKey,
        schedule_group: str,
        alarm_topic: sns.ITopic | None = None,
        mode: Literal["close", "report"] = "close",
        ports: Sequence[int] = ADMIN_PORTS,
        exemption_tag: str = "OpenPortUntil",
        exemption_days: int = 7,
    ) -> None:
        super().__init__(scope, id)
        _check(ports)
        self._responders = f"arn:{cdk.Aws.PARTITION}:iam::*:role/{responder_role}"
        self._organization_id = organization_id
        group = scheduler.CfnScheduleGroup(self, "Exemptions", name=schedule_group)
        ends = self._create_schedule_role(schedule_group)
        self.function = HandlerFunction(
            self,
            "Closer",
            handler=HANDLER,
            description="Closes ports that are open to the internet",
            timeout_seconds=TIMEOUT_SECONDS,
            role_name=role_name,
            environment={
                "EVIDENCE_BUCKET": evidence.bucket.bucket_name,
                "EXEMPTION_DAYS": str(exemption_days),
                "EXEMPTION_TAG": exemption_tag,
                "MODE": mode,
                "PARTITION": cdk.Aws.PARTITION,
                "PORTS": ",".join(str(port) for port in sorted(set(ports))),
                "ROLE": responder_role,
                "SCHEDULE_GROUP": schedule_group,
                "SCHEDULE_ROLE": ends.role_arn,
                "TOPIC_ARN": topic.topic.topic_arn,
            },
            statements=[
                *self._assuming(),
                *evidence.writing(EVIDENCE_PREFIX),
                *_telling(topic, topic_key),
                *self._scheduling(schedule_group, ends),
            ],
        )
        self.function.node.add_dependency(group)
        self._let_schedules_invoke(ends)
        self.rule = self._create_rule(bus)
        self.alarm = self._create_alarm(f"{role_name}-failed", alarm_topic)
        self._acknowledge(evidence, schedule_group)
        implements(self, capability="open-port-closer", controls=["EC2.13", "EC2.14"])

    def _create_schedule_role(self, group: str) -> iam.Role:
        stack = cdk.Stack.of(self)
        arn = stack.format_arn(service="scheduler", resource="schedule-group", resource_name=group)
        return iam.Role(
            self,
            "ScheduleRole",
            description="Ends of exemptions invoke the open-port closer",
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": stack.account, "aws:SourceArn": arn}
                },
            ),
        )

    def _let_schedules_invoke(self, role: iam.Role) -> None:
        iam.ManagedPolicy(
            self,
            "SchedulePolicy",
            description="Invoke the open-port closer",
            statements=[
                iam.PolicyStatement(
                    sid="InvokeCloser",
                    actions=["lambda:InvokeFunction"],
                    resources=[self.function.function.function_arn],
                )
            ],
            roles=[role],
        )

    def _assuming(self) -> list[iam.PolicyStatement]:
        return [
            assume_in_organization(
                "AssumeResponders", role_arn=self._responders, organization_id=self._organization_id
            )
        ]

    def _scheduling(self, group: str, role: iam.Role) -> list[iam.PolicyStatement]:
        return [
            iam.PolicyStatement(
                sid="EndExemptions",
                actions=["scheduler:CreateSchedule"],
                resources=[self._schedules(group)],
            ),
            iam.PolicyStatement(
                sid="PassScheduleRole",
                actions=["iam:PassRole"],
                resources=[role.role_arn],
                conditions={"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}},
            ),
        ]

    def _schedules(self, group: str) -> str:
        place = f"{cdk.Aws.REGION}:{cdk.Aws.ACCOUNT_ID}"
        return f"arn:{cdk.Aws.PARTITION}:scheduler:{place}:schedule/{group}/*"

    def _create_alarm(self, name: str, topic: sns.ITopic | None) -> cloudwatch.CfnAlarm | None:
        if topic is None:
            return None
        return failed_alarm(
            self,
            "Alarm",
            name=name,
            description=(
                "A port may be open, or was closed without a report: see the log of the open-port "
                "closer, the evidence, and its dead-letter queue"
            ),
            metrics=dict.fromkeys(FAILURES, "Sum"),
            namespace="AWS/Lambda",
            dimension=("FunctionName", self.function.function.function_name),
            topic=topic,
        )

    def _create_rule(self, bus: events.CfnEventBus) -> events.CfnRule:
        function = self.function.function
        rule = events.CfnRule(
            self,
            "Changes",
            description="Changed and noncompliant security groups to the open-port closer",
            event_bus_name=bus.ref,
            event_pattern=event_patterns.open_port_signs(),
            state="ENABLED",
            targets=[events.CfnRule.TargetProperty(id="Closer", arn=function.function_arn)],
        )
        acknowledge(rule, {"Serverless-EventBusDLQ": NO_QUEUE})
        lambda_.CfnPermission(
            self,
            "Invocation",
            action="lambda:InvokeFunction",
            function_name=function.function_name,
            principal="events.amazonaws.com",
            source_arn=rule.attr_arn,
            source_account=cdk.Stack.of(self).account,
        )
        return rule

    def _acknowledge(self, evidence: EvidenceStore, group: str) -> None:
        acknowledge(
            self.function,
            {
                f"AwsSolutions-IAM5[Resource::{as_printed(self._responders)}]": ONE_NAME_EVERYWHERE,
                f"AwsSolutions-IAM5[Resource::<{_logical_id(evidence)}.Arn>/{EVIDENCE_PREFIX}*]": (
                    "evidence is only added; nothing there can be read or overwritten"
                ),
                f"AwsSolutions-IAM5[Resource::{as_printed(self._schedules(group))}]": (
                    "schedules are named after the security group; the group holds nothing else"
                ),
            },
        )


def _telling(topic: SecureTopic, key: SecureKey) -> list[iam.PolicyStatement]:
    return [
        iam.PolicyStatement(sid="Tell", actions=["sns:Publish"], resources=[topic.topic.topic_arn]),
        iam.PolicyStatement(
            sid="EncryptMessages",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[key.key.key_arn],
        ),
    ]


def _check(ports: Sequence[int]) -> None:
    if not ports:
        raise BaselineError("ports is empty; name at least one port, such as 22")
    for port in ports:
        if not 1 <= port <= 65535:  # noqa: PLR2004 - the numbers of TCP and UDP
            raise BaselineError(f"ports has {port}; write a number from 1 to 65535")


def _logical_id(evidence: EvidenceStore) -> str:
    bucket = cast("cdk.CfnElement", evidence.bucket.node.default_child)
    return str(cdk.Stack.of(evidence).resolve(bucket.logical_id))
