"""EventForwarding: events of every account and Region reach the security account's bus."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.controls.registry import implements
from baseline.detection import event_patterns, key_events
from baseline.detection.event_patterns import ALL_CALLS, Canaries, Emergency, Pattern
from baseline.guardrails.roles import QUALIFIER
from baseline.primitives.acknowledge import acknowledge

NO_QUEUE = (
    "EventBridge retries for 24 hours, GuardDuty keeps its findings and the organization trail the "
    "calls; a queue with a key in every account and Region would wait for a reader that never comes"
)


class EventForwardingRole(Construct):
    """The role with which EventBridge sends events of this account to the security bus.

    Only rules of the same account can use it, and it can do nothing but put events on that bus.

    Args:
        scope: parent construct; once per account.
        id: construct ID.
        role_name: physical name, which the bus policy admits.
        bus_arn: the security account's bus.

    Attributes:
        role: the ``aws_iam.Role``.

    Source: Amazon EventBridge User Guide, "Sending and receiving events between AWS accounts".
    """

    def __init__(self, scope: Construct, id: str, *, role_name: str, bus_arn: str) -> None:
        super().__init__(scope, id)
        self.role = iam.Role(
            self,
            "Role",
            role_name=role_name,
            description="EventBridge sends security events to the security account with this role",
            assumed_by=iam.ServicePrincipal(
                "events.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID},
                    "ArnLike": {
                        "aws:SourceArn": f"arn:{cdk.Aws.PARTITION}:events:*:{cdk.Aws.ACCOUNT_ID}:rule/*"
                    },
                },
            ),
        )
        iam.ManagedPolicy(
            self,
            "Policy",
            description="Put events on the security account's bus",
            statements=[
                iam.PolicyStatement(
                    sid="PutSecurityEvents", actions=["events:PutEvents"], resources=[bus_arn]
                )
            ],
            roles=[self.role],
        )


class _Forwarding(Construct):
    """What all forwarding shares: rules on the default bus that send to the security bus."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        bus_arn: str,
        role_name: str,
        rule_name: Callable[[str], str],
        patterns: Mapping[str, Pattern],
    ) -> None:
        super().__init__(scope, id)
        self._rule_name = rule_name
        self._conditions: dict[str, cdk.CfnCondition] = {}
        self._target = events.CfnRule.TargetProperty(
            id="SecurityBus",
            arn=bus_arn,
            role_arn=f"arn:{cdk.Aws.PARTITION}:iam::{cdk.Aws.ACCOUNT_ID}:role/{role_name}",
        )
        self.rules = {name: self._forward(name, pattern) for name, pattern in patterns.items()}
        implements(self, capability="event-forwarding", controls=[])

    def _forward(self, id: str, pattern: Pattern) -> events.CfnRule:
        rule = events.CfnRule(
            self,
            id,
            name=self._rule_name(id),
            description=f"{id} to the security account",
            event_pattern=pattern,
            state="ENABLED",
            targets=[self._target],
        )
        acknowledge(rule, {"Serverless-EventBusDLQ": NO_QUEUE})
        return rule

    def _forward_canaries(self, canaries: Canaries | None) -> None:
        """Forward what the canaries do, from their account; nothing where there are none."""
        if canaries is None or not canaries.users:
            return
        rule = self.rules["Canaries"] = self._forward(
            "Canaries", event_patterns.canary_use(canaries)
        )
        rule.state = ALL_CALLS
        rule.cfn_options.condition = self._only_in(canaries.account, "IsCanaryAccount")

    def _only_in(self, account: str, id: str) -> cdk.CfnCondition:
        """Give the condition that keeps a rule to an account; one for all rules of the same account."""
        if account not in self._conditions:
            self._conditions[account] = cdk.CfnCondition(
                self, id, expression=cdk.Fn.condition_equals(cdk.Aws.ACCOUNT_ID, account)
            )
        return self._conditions[account]


class SignInForwarding(_Forwarding):
    """Rules that send root use, and what gets hold of root or break-glass, to the security account.

    For Regions that are not governed and in which CloudTrail records sign-ins and calls of global
    services all the same. The rules listen on the default bus and send to another one, so nothing
    is forwarded twice.

    Args:
        scope: parent construct; once per account and Region.
        id: construct ID.
        bus_arn: the security account's bus, in the home Region.
        role_name: role of :class:`EventForwardingRole` in the same account.
        rule_name: gives the physical name of a rule of this ID.
        emergency: the emergency role and its users.
        canaries: users whose every call is forwarded, from their account; none by default.

    Attributes:
        rules: the ``CfnRule`` by name.

    Source: Amazon EventBridge User Guide, "Sending and receiving events between AWS Regions"; AWS
    CloudTrail User Guide, "AWS Management Console sign-in events".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        bus_arn: str,
        role_name: str,
        rule_name: Callable[[str], str],
        emergency: Emergency,
        canaries: Canaries | None = None,
    ) -> None:
        super().__init__(
            scope,
            id,
            bus_arn=bus_arn,
            role_name=role_name,
            rule_name=rule_name,
            patterns={
                "RootActivity": event_patterns.root_activity(),
                "RootSessions": event_patterns.root_sessions(),
                "RootSettings": event_patterns.root_settings(),
                "ExposedKeys": event_patterns.exposed_keys(),
                **event_patterns.emergency_use(emergency),
            },
        )
        self._forward_canaries(canaries)


class BackupForwarding(_Forwarding):
    """Rules that send failed backups, and what loses backups, to the security account.

    Args:
        scope: parent construct; once per account and governed Region.
        id: construct ID.
        bus_arn: the security account's bus, in the home Region.
        role_name: role of :class:`EventForwardingRole` in the same account.
        rule_name: gives the physical name of a rule of this ID.

    Attributes:
        rules: the ``CfnRule`` by name.

    Source: AWS Backup Developer Guide, "Monitoring AWS Backup events using Amazon EventBridge".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        bus_arn: str,
        role_name: str,
        rule_name: Callable[[str], str],
    ) -> None:
        super().__init__(
            scope,
            id,
            bus_arn=bus_arn,
            role_name=role_name,
            rule_name=rule_name,
            patterns={
                "FailedBackups": event_patterns.failed_backups(),
                "BackupTampering": event_patterns.backup_tampering(),
            },
        )


class EventForwarding(SignInForwarding):
    """Rules of a governed Region: also tampering, opened ports, exposed data and, from one account, GuardDuty findings.

    The template is the same in every account: a condition on the account ID keeps the GuardDuty
    rule to the delegated administrator, which sees the findings of all members in each Region.

    Args:
        scope: parent construct; once per account and governed Region.
        id: construct ID.
        bus_arn: the security account's bus, in the home Region.
        role_name: role of :class:`EventForwardingRole` in the same account.
        rule_name: gives the physical name of a rule of this ID.
        emergency: the emergency role and its users.
        guardduty_account: account whose GuardDuty findings are forwarded.
        core_accounts: accounts whose keys are the baseline's, so that every call that weakens one is
            forwarded; of the others only disabled keys and scheduled deletions are.
        qualifier: qualifier of the CDK bootstrap in those accounts.
        rule_prefix: start of the names of AWS Config rules whose failures are forwarded; none by
            default, because Security Hub collects them where it is on.
        service_findings: forward what Access Analyzer, Inspector and Macie tell the administrator
            too; off by default, because Security Hub collects it where it is on.
        canaries: users whose every call is forwarded, from their account; none by default.
        log_account: account of the log archive, whose buckets are watched; none by default.
        log_prefix: start of the names of those buckets.

    Attributes:
        rules: the ``CfnRule`` by name.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        bus_arn: str,
        role_name: str,
        rule_name: Callable[[str], str],
        emergency: Emergency,
        guardduty_account: str,
        core_accounts: Sequence[str],
        qualifier: str = QUALIFIER,
        rule_prefix: str | None = None,
        service_findings: bool = False,
        canaries: Canaries | None = None,
        log_account: str | None = None,
        log_prefix: str = "secbase",
    ) -> None:
        super().__init__(
            scope,
            id,
            bus_arn=bus_arn,
            role_name=role_name,
            rule_name=rule_name,
            emergency=emergency,
        )
        delegated = self._only_in(guardduty_account, "IsGuardDutyAdministrator")
        self.rules["GuardDuty"] = self._forward("GuardDuty", event_patterns.guardduty_findings())
        self.rules["GuardDuty"].cfn_options.condition = delegated
        if service_findings:
            found = event_patterns.forwarded_findings()
            self.rules["ServiceFindings"] = self._forward("ServiceFindings", found)
            self.rules["ServiceFindings"].cfn_options.condition = delegated
        for name, pattern in (
            ("SecurityGroups", event_patterns.security_group_changes()),
            ("NoncompliantSecurityGroups", event_patterns.noncompliant_security_groups()),
            (
                "KeyCalls",
                key_events.key_calls(core_accounts=core_accounts, qualifier=qualifier),
            ),
        ):
            self.rules[name] = self._forward(name, pattern)
        # Playbooks of exposed data
        for name, pattern in (
            ("ExposedBuckets", event_patterns.exposed_buckets()),
            ("ExposedDatabases", event_patterns.exposed_databases()),
            ("MalwareScans", event_patterns.malware_scans()),
        ):
            self.rules[name] = self._forward(name, pattern)
        for service in event_patterns.TAMPERING:
            name = f"{service.title()}Tampering"
            self.rules[name] = self._forward(name, event_patterns.tampering(service))
        # A standalone account is both; two conditions would say the same.
        archive = delegated if log_account == guardduty_account else None
        self._forward_lost_logs(log_account, log_prefix, archive)
        if rule_prefix is not None:
            self.rules["Noncompliance"] = self._forward(
                "Noncompliance", event_patterns.noncompliance([f"{rule_prefix}-"])
            )
        self._forward_canaries(canaries)

    # Incidents

    def _forward_lost_logs(
        self, account: str | None, prefix: str, condition: cdk.CfnCondition | None
    ) -> None:
        """Forward deleted flow logs, and changes of the log archive's buckets from there."""
        found = event_patterns.flow_log_deletions()
        self.rules["FlowLogDeletions"] = self._forward("FlowLogDeletions", found)
        if account is None:
            return
        pattern = event_patterns.bucket_protection_changes(prefix)
        rule = self.rules["LogBuckets"] = self._forward("LogBuckets", pattern)
        rule.cfn_options.condition = condition or cdk.CfnCondition(
            self,
            "IsLogArchive",
            expression=cdk.Fn.condition_equals(cdk.Aws.ACCOUNT_ID, account),
        )
