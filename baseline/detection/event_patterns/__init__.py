"""Event patterns: which events become a message, and which are forwarded to the security account."""

from baseline.detection.event_patterns.accounts import (
    ACCOUNT_EVENTS,
    ORGANIZATIONS,
    accounts_changed,
)
from baseline.detection.event_patterns.activity import QUIET_CALLS, forwarded_activity
from baseline.detection.event_patterns.backups import (
    BACKUP_TAMPERING,
    backup_tampering,
    failed_backups,
)
from baseline.detection.event_patterns.compliance import control_tower_drift, noncompliance
from baseline.detection.event_patterns.emergency import Emergency, emergency_use
from baseline.detection.event_patterns.exposure import (
    EXPOSING_CALLS,
    emergency_exposure,
    exposed_buckets,
    exposed_databases,
    malware_scans,
)
from baseline.detection.event_patterns.findings import (
    TOLD_FIELD,
    all_findings,
    exposure_findings,
    guardduty_findings,
    security_hub_findings,
    vulnerability_findings,
)
from baseline.detection.event_patterns.incidents import (
    BUCKET_PROTECTION,
    EXPOSED_KEYS,
    bucket_protection_changes,
    exposed_keys,
    flow_log_deletions,
    root_changes,
    root_sign_ins,
)
from baseline.detection.event_patterns.open_ports import (
    SECURITY_GROUP_CHANGES,
    noncompliant_security_groups,
    open_port_signs,
    security_group_changes,
)
from baseline.detection.event_patterns.patches import failed_patches
from baseline.detection.event_patterns.protections import TAMPERING, tampering
from baseline.detection.event_patterns.rehearsals import (
    ALL_CALLS,
    Canaries,
    canary_use,
    sample_findings,
)
from baseline.detection.event_patterns.root import (
    ROOT_AUDIT,
    ROOT_SETTINGS,
    root_activity,
    root_sessions,
    root_settings,
)
from baseline.detection.event_patterns.services import forwarded_findings, service_findings
from baseline.detection.event_patterns.severities import SEVERITIES, Severity
from baseline.detection.event_patterns.shapes import (
    API_CALL,
    COMPLIANCE_CHANGE,
    FORWARDED_SOURCES,
    GLOBAL_REGION,
    SERVICE_EVENT,
    SIGN_IN,
    SIGN_IN_REGIONS,
    Pattern,
)

__all__ = [
    "ACCOUNT_EVENTS",
    "ALL_CALLS",
    "API_CALL",
    "BACKUP_TAMPERING",
    "BUCKET_PROTECTION",
    "COMPLIANCE_CHANGE",
    "EXPOSED_KEYS",
    "EXPOSING_CALLS",
    "FORWARDED_SOURCES",
    "GLOBAL_REGION",
    "ORGANIZATIONS",
    "QUIET_CALLS",
    "ROOT_AUDIT",
    "ROOT_SETTINGS",
    "SECURITY_GROUP_CHANGES",
    "SERVICE_EVENT",
    "SEVERITIES",
    "SIGN_IN",
    "SIGN_IN_REGIONS",
    "TAMPERING",
    "TOLD_FIELD",
    "Canaries",
    "Emergency",
    "Pattern",
    "Severity",
    "accounts_changed",
    "all_findings",
    "backup_tampering",
    "bucket_protection_changes",
    "canary_use",
    "control_tower_drift",
    "emergency_exposure",
    "emergency_use",
    "exposed_buckets",
    "exposed_databases",
    "exposed_keys",
    "exposure_findings",
    "failed_backups",
    "failed_patches",
    "flow_log_deletions",
    "forwarded_activity",
    "forwarded_findings",
    "guardduty_findings",
    "malware_scans",
    "noncompliance",
    "noncompliant_security_groups",
    "open_port_signs",
    "root_activity",
    "root_changes",
    "root_sessions",
    "root_settings",
    "root_sign_ins",
    "sample_findings",
    "security_group_changes",
    "security_hub_findings",
    "service_findings",
    "tampering",
    "vulnerability_findings",
]
