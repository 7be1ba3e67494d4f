"""What the custom resource is asked to bring about: its properties, parsed and checked.

CloudFormation hands every scalar over as a string, also booleans. A property that is not known is
an error, because a misspelt one would otherwise silently protect nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

Json = Any  # what the event holds, not looked at yet
FRAMEWORK_PROPERTIES = {"ServiceToken", "ServiceTimeout"}
REGIONAL_SERVICES = (
    "detective",
    "guardduty",
    "inspector2",
    "macie2",
    "securityhub",
    "securityhubv2",
)
BACKUP_SETTINGS = ("isCrossAccountBackupEnabled", "isMpaEnabled")
ACCOUNT_ID = re.compile(r"[0-9]{12}")
ROOT_FEATURES = ("RootCredentialsManagement", "RootSessions")


class PropertyError(ValueError):
    """The resource properties cannot be used; the message names the property and the value."""


@dataclass(frozen=True, kw_only=True)
class Delegation:
    """One account that administers one service through the Organizations API."""

    principal: str
    account: str


@dataclass(frozen=True, kw_only=True)
class RegionalAdministrator:
    """One account that administers one service through the service's own API, in each Region."""

    service: str
    account: str
    regions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Placement:
    """One account, the unit it belongs in, and the units it may be taken from besides the root."""

    account: str
    unit: str
    previous: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Desired:
    """The whole request of one create, update or delete."""

    organization: str
    root: str
    trusted_access: tuple[str, ...] = ()
    policy_types: tuple[str, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    regional: tuple[RegionalAdministrator, ...] = ()
    data_lake_administrator: str = ""
    backup_settings: tuple[str, ...] = ()
    firewall_administrator: str = ""
    root_features: tuple[str, ...] = ()
    ram_sharing: bool = False
    stack_sets_access: bool = False
    placements: tuple[Placement, ...] = ()
    revert_on_delete: bool = False


def parse(properties: dict[str, Any], old: dict[str, Any] | None = None) -> Desired:
    """Give the request of an event.

    Args:
        properties: ``ResourceProperties`` of the event.
        old: ``OldResourceProperties`` of an update: the units that accounts may be moved from.

    Raises:
        PropertyError: a property is unknown, missing or has a value outside its set.
    """
    _no_others(properties, FRAMEWORK_PROPERTIES | set(_READERS) | {"OrganizationId", "RootId"}, "")
    values = {field: read(properties.get(name)) for name, (field, read) in _READERS.items()}
    values["placements"] = _placements(properties.get("Placements"), old or {})
    return Desired(
        organization=_text(properties, "OrganizationId"), root=_text(properties, "RootId"), **values
    )


def _no_others(given: dict[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(set(given) - known)
    if unknown:
        raise PropertyError(f"{where}{unknown[0]} is not a property; known: {sorted(known)}")


def _text(entry: dict[str, Any], name: str) -> str:
    value = entry.get(name)
    if not isinstance(value, str) or not value:
        raise PropertyError(f"{name} must be a text, got {value!r}")
    return value


def _entries(values: Json, name: str) -> list[dict[str, Any]]:
    given = values or []
    if not isinstance(given, list) or not all(isinstance(value, dict) for value in given):
        raise PropertyError(f"{name} is a list of objects, got {values!r}")
    return given


def _account(entry: dict[str, Any]) -> str:
    value = _text(entry, "AccountId")
    if not ACCOUNT_ID.fullmatch(value):
        raise PropertyError(f"AccountId must be 12 digits, got {value!r}")
    return value


def _optional_account(value: Json) -> str:
    return _account({"AccountId": value}) if value else ""


def _texts(values: Json) -> tuple[str, ...]:
    given = values or []
    if not isinstance(given, list) or not all(isinstance(value, str) for value in given):
        raise PropertyError(f"a list of texts is needed, got {values!r}")
    return tuple(dict.fromkeys(given))


def _switch(value: Json) -> bool:
    if value in (None, "", False, "false"):
        return False
    if value in (True, "true"):
        return True
    raise PropertyError(f"a switch is 'true' or 'false', got {value!r}")


def _root_features(values: Json) -> tuple[str, ...]:
    for value in (features := _texts(values)):
        if value not in ROOT_FEATURES:
            raise PropertyError(f"RootFeatures knows {list(ROOT_FEATURES)}, got {value!r}")
    return features


def _backup_settings(values: Json) -> tuple[str, ...]:
    for value in (settings := _texts(values)):
        if value not in BACKUP_SETTINGS:
            raise PropertyError(f"BackupSettings knows {list(BACKUP_SETTINGS)}, got {value!r}")
    return settings


def _delegations(values: Json) -> tuple[Delegation, ...]:
    for entry in (entries := _entries(values, "DelegatedAdministrators")):
        _no_others(entry, {"ServicePrincipal", "AccountId"}, "DelegatedAdministrators.")
    return tuple(
        Delegation(principal=_text(entry, "ServicePrincipal"), account=_account(entry))
        for entry in entries
    )


def _regional(values: Json) -> tuple[RegionalAdministrator, ...]:
    for entry in (entries := _entries(values, "RegionalAdministrators")):
        _no_others(entry, {"Service", "AccountId", "Regions"}, "RegionalAdministrators.")
        if entry.get("Service") not in REGIONAL_SERVICES:
            known = list(REGIONAL_SERVICES)
            raise PropertyError(f"Service must be one of {known}, got {entry.get('Service')!r}")
    return tuple(
        RegionalAdministrator(
            service=entry["Service"], account=_account(entry), regions=_texts(entry.get("Regions"))
        )
        for entry in entries
    )


def _placements(values: Json, old: dict[str, Any]) -> tuple[Placement, ...]:
    before = _units_before(old)
    placements = []
    for entry in _entries(values, "Placements"):
        _no_others(entry, {"AccountId", "UnitId", "PreviousUnitId"}, "Placements.")
        known = (entry.get("PreviousUnitId"), before.get(_account(entry)))
        previous = tuple(unit for unit in known if unit)
        placements.append(
            Placement(account=_account(entry), unit=_text(entry, "UnitId"), previous=previous)
        )
    return tuple(placements)


def _units_before(old: dict[str, Any]) -> dict[str, str]:
    """Give the unit of each account in the old properties, which may never have been valid."""
    try:
        entries = _entries(old.get("Placements"), "Placements")
        return {_account(entry): _text(entry, "UnitId") for entry in entries}
    except PropertyError:
        return {}


def _on_delete(value: Json) -> bool:
    if value not in (None, "retain", "revert"):
        raise PropertyError(f"OnDelete is 'retain' or 'revert', got {value!r}")
    return bool(value == "revert")


_READERS = {
    "TrustedAccess": ("trusted_access", _texts),
    "PolicyTypes": ("policy_types", _texts),
    "DelegatedAdministrators": ("delegations", _delegations),
    "RegionalAdministrators": ("regional", _regional),
    "DataLakeAdministrator": ("data_lake_administrator", _optional_account),
    "BackupSettings": ("backup_settings", _backup_settings),
    "FirewallAdministrator": ("firewall_administrator", _optional_account),
    "RootFeatures": ("root_features", _root_features),
    "RamSharing": ("ram_sharing", _switch),
    "StackSetsAccess": ("stack_sets_access", _switch),
    "Placements": ("placements", lambda _: ()),  # needs the old properties as well
    "OnDelete": ("revert_on_delete", _on_delete),
}
