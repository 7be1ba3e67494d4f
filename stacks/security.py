"""Findings of the organization: kept, collected, configured, and told to people."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from constructs import Construct

from baseline.config import Configuration
from baseline.config.guardduty import exporting_regions
from baseline.config.log_archive import LogArchiveSettings
from baseline.config.names import Names
from baseline.detection import key_events
from baseline.detection.access_analyzer import UnusedAccessAnalyzer
from baseline.detection.audiences import Audiences
from baseline.detection.config_aggregator import OrganizationAggregator
from baseline.detection.delivery_alarm import DeliveryAlarm
from baseline.detection.entity_files import EntityFiles
from baseline.detection.event_bus import SecurityEventBus
from baseline.detection.event_patterns import (
    SEVERITIES,
    Pattern,
    emergency_exposure,
    failed_backups,
    service_findings,
)
from baseline.detection.finding_formatter import FindingFormatter
from baseline.detection.guardduty_export import GuardDutyExport
from baseline.detection.inspector_activation import InspectorActivation
from baseline.detection.inspector_scans import CodeScans
from baseline.detection.macie_export import MacieExportKey
from baseline.detection.notifications import FindingNotification, NotificationKeys
from baseline.detection.paging import PagingEndpoint
from baseline.detection.rule_choice import told_rules
from baseline.detection.service_lookup import RegionalDetectors
from baseline.guardrails.roles import QUALIFIER
from baseline.identity.roles import AuditReaderRole
from baseline.patching.failures import patch_failures
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic
from stacks.guardrails import known_ids
from stacks.hub import configure_hub
from stacks.security_regional import (
    analyze_access,
    recognize_data,
    scan_software,
    tune_guardduty,
    tunes_guardduty,
)

CRITICAL = "critical"
HIGH = "high"


class SecurityStack(cdk.Stack):
    """GuardDuty export, Security Hub, notifications and the auditors' role.

    Attributes:
        bus: the :class:`SecurityEventBus`.
        macie_key: the :class:`SecureKey` of Macie's results, None where Macie is off.
        topics: severity to :class:`SecureTopic`, for the severities that somebody hears of.
        notification_key: their key.
        entity_files: :class:`EntityFiles` of GuardDuty's lists; None where GuardDuty is off.
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
        self.entity_files: EntityFiles | None = None
        log_keys = [names.log_key_pattern]
        if capabilities.guardduty.enabled:
            log_keys.append(self._detect(configuration, names))
        # A standalone account has hub and analyzers beside its detector: `standalone_detection.py`.
        if not names.standalone:
            if capabilities.security_hub.enabled:
                configure_hub(self, configuration, names)
            self._analyze(configuration)
        self.macie_key = self._find_data(configuration, names)
        if self.macie_key is not None:
            log_keys.append(self.macie_key.key.key_arn)
        if capabilities.inspector.enabled:
            self._scan(configuration)
        if capabilities.config.enabled and capabilities.config.aggregator:
            OrganizationAggregator(
                self,
                "ConfigAggregator",
                name=names.aggregator,
                role_name=names.aggregator_role,
                regions=configuration.regions,
            )
        self._notify(configuration, names)
        reader = AuditReaderRole(
            self,
            "AuditReader",
            role_name=names.audit_reader_role,
            audit_role=names.audit_role,
            organization_id=names.organization_id,
        )
        logs = _logs(
            configuration.log_archive,
            names,
            log_keys,
            backup_reports=capabilities.backup is not None and capabilities.backup.audit,
        )
        if capabilities.inspector.exports_sbom():
            _read_sbom(logs, names, configuration.regions)
        if self.macie_key is not None:
            logs["buckets"].append(names.macie_bucket)
        if capabilities.security_hub.archive:
            logs["buckets"].append(names.finding_bucket)
        reader.read_logs(**logs)

    def _detect(self, configuration: Configuration, names: Names) -> str:
        """Export and tune the home Region's detector, and tell the other Regions of theirs."""
        export = GuardDutyExport(
            self,
            "GuardDutyExport",
            bucket_name=names.guardduty_bucket,
            break_glass_role=configuration.break_glass.role,
            regions=exporting_regions(configuration),
        )
        pull = configuration.siem.pull
        if pull is not None and "guardduty" in pull.sources:
            export.let_read(names.siem_reader_role_arn)
        key = export.key.key.key_arn
        others = [each for each in configuration.regions if tunes_guardduty(configuration, each)]
        if others:
            RegionalDetectors(
                self,
                "Detectors",
                regions=others,
                detector_parameter=names.detector_parameter,
                copies={names.export_key_parameter: key},
            )
        tuning = configuration.capabilities.guardduty.tuning
        self.entity_files = EntityFiles(
            self, "EntityFiles", trusted=tuning.trusted_list, threats=tuning.threat_lists
        )
        detector = export.detector.detector_id
        tune_guardduty(self, configuration, files=self.entity_files, detector_id=detector)
        return key

    def _analyze(self, configuration: Configuration) -> None:
        analyze_access(self, configuration, configuration.home_region)
        unused = configuration.capabilities.access_analyzer.unused_access
        if unused.enabled:
            UnusedAccessAnalyzer(self, "UnusedAccess", settings=unused)

    def _find_data(self, configuration: Configuration, names: Names) -> SecureKey | None:
        if not configuration.capabilities.macie.enabled:
            return None
        recognize_data(self, configuration, names)
        return MacieExportKey(
            self,
            "MacieExport",
            names=names,
            regions=configuration.regions,
            break_glass_role=configuration.break_glass.role,
        ).key

    def _scan(self, configuration: Configuration) -> None:
        """Switch Inspector on in this account, which configures it for all; then configure it."""
        settings = configuration.capabilities.inspector
        activation = InspectorActivation(
            self, "Inspector", settings=settings, regions=configuration.regions
        )
        configured = scan_software(self, configuration)
        if settings.repositories:
            configured.append(
                CodeScans(
                    self, "CodeScans", prefix=configuration.prefix, settings=settings.code_scan
                )
            )
        for each in configured:
            each.node.add_dependency(activation.resource)

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
        paging = None
        if wanted.paging is not None:
            paging = PagingEndpoint(
                self, "Paging", paging=wanted.paging, name=names.paging, failures=shared.failures
            )
        told, scanned = told_rules(configuration), configuration.capabilities.inspector
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
                canaries=configuration.response.canary_users,
                exposures=configuration.capabilities.unified_security_hub.enabled,
                further=_further_rules(severity.name, configuration, names)
                | _patch_rules(severity.name, names, configuration)
                | _service_rules(severity.name, configuration),
                exploits=scanned.enabled and scanned.critical == "exploitable",
            )
            self.topics[severity.name] = notification.topic
            if severity.name == HIGH and configuration.log_archive.replication is not None:
                _hear_of_replication(notification.topic, names)
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


def _further_rules(severity: str, configuration: Configuration, names: Names) -> dict[str, Pattern]:
    """Give the rules of one severity besides those that all have."""
    found = _key_rules(severity, names)
    if severity == CRITICAL:
        found["BreakGlassData"] = emergency_exposure(configuration.break_glass.role)
    if severity == HIGH and configuration.capabilities.backup is not None:
        found["FailedBackups"] = failed_backups()
    return found


def _key_rules(severity: str, names: Names) -> dict[str, Pattern]:
    """Give the rules of calls that weaken keys: those of core accounts are critical, others high."""
    core = names.core_accounts
    patterns = {
        CRITICAL: key_events.core_key_calls(core_accounts=core, qualifier=QUALIFIER),
        HIGH: key_events.other_key_calls(core_accounts=core),
    }
    if severity not in patterns:
        return {}
    return {"Keys": patterns[severity]}


def _patch_rules(severity: str, names: Names, configuration: Configuration) -> dict[str, Pattern]:
    """Give the rule of patches that were not installed, where any are."""
    patching = configuration.patching
    if severity != HIGH or not patching.installs:
        return {}
    return {"Patches": patch_failures(names, patching)}


def _service_rules(severity: str, configuration: Configuration) -> dict[str, Pattern]:
    """Give the rules of what services tell themselves: none where Security Hub passes it on."""
    if configuration.capabilities.security_hub.enabled:
        return {}
    return service_findings(severity)


def _hear_of_replication(topic: SecureTopic, names: Names) -> None:
    """Let the alarms of the log archive account about logs that were not copied publish."""
    account = {"StringEquals": {"aws:SourceAccount": names.log_archive}}
    topic.allow_service(
        "cloudwatch.amazonaws.com",
        sid="PublishReplicationAlarms",
        conditions={"ArnLike": {"aws:SourceArn": names.replication_alarm_arns}, **account},
        key_conditions=account,
    )


def _logs(
    settings: LogArchiveSettings, names: Names, keys: list[str], *, backup_reports: bool
) -> dict[str, list[str]]:
    """Give the buckets, keys and Regions of the logs that auditors read."""
    buckets, regions = [*names.log_buckets], [names.home_region]
    if settings.web_acl_logs:
        buckets.append(names.web_acl_bucket)
    if settings.load_balancer_logs:
        # Those of load balancers begin like it, in every Region.
        buckets.append(names.access_log_bucket_of("*"))
    if backup_reports:
        buckets.append(names.backup_report_bucket)
    if settings.replication is not None:
        region, account = settings.replication.region, settings.replication.account
        regions.append(region)
        buckets += [names.log_copy(log, region) for log in settings.replication.logs]
        keys = [*keys, names.copy_key_pattern(region, account)]
    return {"buckets": buckets, "keys": keys, "regions": list(dict.fromkeys(regions))}


def _read_sbom(logs: dict[str, list[str]], names: Names, regions: Sequence[str]) -> None:
    """Add the buckets, keys and Regions of the bills of materials, one each for every Region."""
    logs["buckets"].append(names.sbom_bucket("*"))
    others = [region for region in regions if region != names.home_region]
    logs["keys"] = [*logs["keys"], *(names.copy_key_pattern(region, None) for region in others)]
    logs["regions"] = list(dict.fromkeys([*logs["regions"], *regions]))
