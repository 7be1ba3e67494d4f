"""Which sources an organization has, by its configuration."""

from __future__ import annotations

from baseline.config import Configuration, Names
from baseline.evidence.handlers.evidence.collectors.protocol import ReportPlace

OFF = "off in the configuration"


def off_sources(configuration: Configuration) -> dict[str, str]:
    """Give the sources that the configuration switches off, with the reason."""
    capabilities = configuration.capabilities
    collected = capabilities.config.enabled and capabilities.config.aggregator
    off = {
        "config": not collected,
        "conformance-packs": not collected,
        "security-hub": not capabilities.security_hub.enabled,
        "backup": capabilities.backup is None or not capabilities.backup.audit,
    }
    return {name: OFF for name, is_off in off.items() if is_off}


def own_places(configuration: Configuration) -> tuple[ReportPlace, ...]:
    """Give the buckets of the log archive with reports; the inventory is listed only."""
    names, capabilities = Names.of(configuration), configuration.capabilities
    found = []
    if capabilities.backup is not None and capabilities.backup.audit:
        found.append(ReportPlace(name="backup", bucket=names.backup_report_bucket))
    if configuration.systems_manager.inventory:
        found.append(ReportPlace(name="inventory", bucket=names.inventory_bucket, copies=False))
    return tuple(found)
