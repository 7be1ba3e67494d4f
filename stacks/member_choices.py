"""What the configuration says about an account, for its StackSets and for the management account."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from baseline.config import Configuration
from baseline.config.endpoint import OWN, Endpoint
from baseline.detection.rule_choice import members_tell_of_rules, repaired_rules_of
from baseline.endpoint.package import Package, build_package
from baseline.endpoint.preset import Preset, load_preset, presets


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
        "backups": _makes_backups(configuration),
        "patching": configuration.patching,
        "endpoint_token": needs_endpoint_token(configuration.endpoint),
        "template_validation": configuration.template_validation,
    }


def regional_choices(configuration: Configuration) -> dict[str, Any]:
    """Give the arguments of a ``MemberRegionalStack``."""
    return {
        "ports": configuration.response.open_ports.ports,
        "break_glass": configuration.break_glass,
        "record_configuration": configuration.capabilities.config.enabled,
        "forward_noncompliance": members_tell_of_rules(configuration),
        "forward_findings": not configuration.capabilities.security_hub.enabled,
        "canary_users": configuration.response.canary_users,
        "systems_manager": configuration.systems_manager,
        "session_recording": configuration.account_settings.session_manager.recording,
        "session_days": configuration.log_archive.log_group_retention_days,
        "repaired_rules": repaired_rules_of(configuration),
    }


def backup_choices(configuration: Configuration) -> dict[str, Any]:
    """Give the arguments of a ``MemberBackupStack``, where there is a backup policy."""
    return {
        "settings": configuration.capabilities.backup,
        "break_glass_role": configuration.break_glass.role,
    }


def _makes_backups(configuration: Configuration) -> bool:
    backup = configuration.capabilities.backup
    return backup is not None and backup.makes_vaults


def endpoint_package(settings: Endpoint) -> Package | None:
    """Build the package of the endpoint agent, once; None where nothing is distributed."""
    return _built(settings.model_dump_json()) if settings.distributes else None


@cache
def _built(text: str) -> Package | None:
    # Several stacks ask, and installers have hundreds of megabytes.
    settings = Endpoint.model_validate_json(text)
    preset = _preset(settings)
    if preset is None:
        return None
    installers = {str(place): file for place, file in settings.installers.items()}
    return build_package(preset, version=settings.version, installers=installers)


def needs_endpoint_token(settings: Endpoint) -> bool:
    """Tell whether machines read a token for their agent."""
    preset = _preset(settings)
    return preset is not None and preset.secret is not None


def _preset(settings: Endpoint) -> Preset | None:
    if not settings.distributes:
        return None
    if settings.vendor == OWN and settings.preset is not None:
        return load_preset(Path(settings.preset))
    return presets()[settings.vendor or ""]
