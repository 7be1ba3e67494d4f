"""Findings of the organization: kept, collected, configured, and told to people."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.config import Configuration
from baseline.config.names import Names
from baseline.detection.audiences import Audiences
from baseline.detection.delivery_alarm import DeliveryAlarm
from baseline.detection.event_bus import SecurityEventBus
from baseline.detection.event_patterns import SEVERITIES
from baseline.detection.finding_formatter import FindingFormatter
from baseline.detection.guardduty_export import GuardDutyExport
from baseline.detection.notifications import FindingNotification, NotificationKeys
from baseline.detection.paging import PagingEndpoint
from baseline.detection.security_hub import SecurityHub
from baseline.identity.roles import AuditReaderRole
from baseline.primitives.secure_topic import SecureTopic
from stacks.guardrails import known_ids
from stacks.rules import rules_of

CRITICAL = "critical"
HIGH = "high"


class SecurityStack(cdk.Stack):
    """GuardDuty export, Security Hub, notifications and the auditors' role.

    Attributes:
        bus: the :class:`SecurityEventBus`.
        topics: severity to :class:`SecureTopic`, for the severities that somebody hears of.
        notification_key: their key.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        env: cdk.Environment,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: findings of the organization",
            env=env,
        )
        capabilities = configuration.capabilities
        log_keys = [names.log_key_pattern]
        if capabilities.guardduty.enabled:
            export = GuardDutyExport(
                self,
                "GuardDutyExport",
                bucket_name=names.guardduty_bucket,
                break_glass_role=configuration.break_glass.role,
            )
            log_keys.append(export.key.key.key_arn)
        if capabilities.security_hub.enabled:
            SecurityHub(
                self,
                "SecurityHub",
                name=f"{names.prefix}-organization",
                root_id=configuration.organization.root_id,
                regions=configuration.regions,
                home_region=configuration.home_region,
                standards=capabilities.security_hub.standards,
            )
        self._notify(configuration, names)
        reader = AuditReaderRole(
            self,
            "AuditReader",
            role_name=names.audit_reader_role,
            audit_role=names.audit_role,
            organization_id=names.organization_id,
        )
        reader.read_logs(buckets=names.log_buckets, keys=log_keys)

    def _notify(self, configuration: Configuration, names: Names) -> None:
        shared = NotificationKeys(self, "Notifications")
        self.notification_key = shared.key
        self.topics: dict[str, SecureTopic] = {}
        bus = self.bus = SecurityEventBus(
            self,
            "EventBus",
            name=names.event_bus,
            organization_id=names.organization_id,
            forwarding_role=names.event_forwarding_role,
            failures=shared.failures,
        )
        wanted = configuration.notifications
        audiences = Audiences(self, "Audiences", notifications=wanted, names=names, key=shared.key)
        formatter = FindingFormatter(
            self,
            "Formatter",
            notifications=wanted,
            account_ids=known_ids(configuration),
            topic_prefix=names.topic(""),
            topics=[*sorted(wanted.severities()), *audiences.topics],
            key=shared.key,
            role_name=names.finding_formatter_role,
            organization_id=names.organization_id,
            management_account=names.management,
        )
        paging = wanted.paging and PagingEndpoint(
            self, "Paging", paging=wanted.paging, name=names.paging, failures=shared.failures
        )
        told = {} if configuration.capabilities.security_hub.enabled else _rules(configuration)
        for severity in SEVERITIES.values():
            if severity.name not in wanted.severities():
                continue
            notification = FindingNotification(
                self,
                f"{severity.name.title()}Findings",
                severity=severity,
                addresses=getattr(wanted, severity.name),
                shared=shared,
                topic_name=names.topic(severity.name),
                bus=bus.bus,
                formatter=formatter,
                paging=paging,
                activity=severity.name == CRITICAL,
                drift=severity.name == CRITICAL and configuration.control_tower != "none",
                rule_prefixes=told.get(severity.name, ()),
            )
            self.topics[severity.name] = notification.topic
            if severity.name == CRITICAL:
                formatter.fall_back_to(notification.topic)
                DeliveryAlarm(
                    self, "DeliveryAlarm", failures=shared.failures, topic=notification.topic
                )
                # Other stacks of this account raise alarms, too.
                notification.topic.allow_service(
                    "cloudwatch.amazonaws.com",
                    sid="PublishNamedAlarms",
                    conditions={
                        "ArnLike": {"aws:SourceArn": names.alarm_arns},
                        "StringEquals": {"aws:SourceAccount": names.security},
                    },
                    key_conditions={"StringEquals": {"aws:SourceAccount": names.security}},
                )


def _rules(configuration: Configuration) -> dict[str, list[str]]:
    """Give the names of the rules by severity, as Security Hub rates their controls."""
    named: dict[str, list[str]] = {CRITICAL: [], HIGH: []}
    for rule in rules_of(configuration):
        named[CRITICAL if rule.root else HIGH].append(f"{configuration.prefix}-{rule.name}")
    return named
