"""What the configuration says about an account, for its StackSets and for the management account."""

from __future__ import annotations

from typing import Any

from baseline.config import Configuration
from baseline.detection.rule_choice import members_tell_of_rules, repaired_rules_of


def global_choices(configuration: Configuration) -> dict[str, Any]:
    """Give the arguments of a ``MemberGlobalStack``."""
    return {
        "access_keys": configuration.credentials.access_keys,
        "break_glass": configuration.break_glass,
        "mfa_group": configuration.iam.mfa_group,
        "trusted_advisor": configuration.capabilities.trusted_advisor.enabled,
        "host_management": configuration.systems_manager.default_host_management,
        "session_recording": configuration.account_settings.session_manager.recording,
        "repaired_rules": repaired_rules_of(configuration),
    }


def regional_choices(configuration: Configuration) -> dict[str, Any]:
    """Give the arguments of a ``MemberRegionalStack``."""
    return {
        "ports": configuration.response.open_ports.ports,
        "break_glass": configuration.break_glass,
        "record_configuration": configuration.capabilities.config.enabled,
        "forward_noncompliance": members_tell_of_rules(configuration),
        "forward_findings": not configuration.capabilities.security_hub.enabled,
        "systems_manager": configuration.systems_manager,
        "session_recording": configuration.account_settings.session_manager.recording,
        "session_days": configuration.log_archive.log_group_retention_days,
        "repaired_rules": repaired_rules_of(configuration),
    }
