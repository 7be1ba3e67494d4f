"""The manifest of a landing zone 4.0: which Regions, and which integrations."""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue as Json

from baseline.config import Configuration
from baseline.config.control_tower import ControlTower

VERSION: Final = "4.0"


def manifest(configuration: Configuration) -> dict[str, Json]:
    """Give the manifest. Every integration is named, because none has a default in version 4.0.

    Source: AWS Control Tower User Guide, "Step 2: Launch your landing zone using the AWS Control
    Tower APIs".
    """
    settings, accounts = configuration.landing_zone, configuration.accounts
    on = settings.integrations
    stored = _stored(settings)
    return {
        "governedRegions": list(configuration.regions),
        "config": _integration(
            on.config, {"accountId": accounts.security.id, "configurations": stored}
        ),
        "centralizedLogging": _integration(
            on.centralized_logging,
            {"accountId": accounts.log_archive.id, "configurations": stored},
        ),
        "securityRoles": _integration(on.security_roles, {"accountId": accounts.security.id}),
        "accessManagement": _integration(on.access_management, {}),
        "backup": _integration(on.backup is not None, _backup(settings)),
    }


def _integration(enabled: bool, details: dict[str, Json]) -> dict[str, Json]:
    """Give an integration; one that is off has no details."""
    return {"enabled": True, **details} if enabled else {"enabled": False}


def _stored(settings: ControlTower) -> dict[str, Json]:
    days: dict[str, Json] = {"retentionDays": settings.log_retention_days}
    key: dict[str, Json] = {"kmsKeyArn": settings.kms_key_arn} if settings.kms_key_arn else {}
    return {"loggingBucket": days, "accessLoggingBucket": dict(days), **key}


def _backup(settings: ControlTower) -> dict[str, Json]:
    backup = settings.integrations.backup
    if backup is None:
        return {}
    return {
        "configurations": {
            "backupAdmin": {"accountId": backup.administrator_account},
            "centralBackup": {"accountId": backup.vault_account},
            "kmsKeyArn": backup.kms_key_arn,
        }
    }
