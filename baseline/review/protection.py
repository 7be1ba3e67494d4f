"""Encryption, retention, locks and deletion: what protects data and records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from baseline.review.assembly import Resource, Stack
from baseline.review.finding import Category, Change, Finding, Place, Severity, code
from baseline.review.values import Path, leaves

SWITCHES = frozenset(
    {
        "AtRestEncryptionEnabled",
        "BlockPublicAcls",
        "BlockPublicPolicy",
        "BucketKeyEnabled",
        "DeleteProtection",
        "DeletionProtection",
        "DeletionProtectionEnabled",
        "EnableAutoSoftwareUpdates",
        "EnableKeyRotation",
        "EnableLogFileValidation",
        "Encrypted",
        "EnforceHTTPS",
        "EnforceWorkGroupConfiguration",
        "FirewallPolicyChangeProtection",
        "IgnorePublicAcls",
        "IncludeGlobalServiceEvents",
        "IsLogging",
        "IsMultiRegionTrail",
        "IsOrganizationTrail",
        "ObjectLockEnabled",
        "PointInTimeRecoveryEnabled",
        "RetainStacksOnAccountRemoval",
        "RestrictPublicBuckets",
        "SSEEnabled",
        "SqsManagedSseEnabled",
        "StorageEncrypted",
        "SubnetChangeProtection",
        "TransitEncryptionEnabled",
    }
)
"""Properties that protect while they are true."""

HARMLESS = frozenset({"BucketKeyEnabled"})
"""Costs, not protection; a changed key is told by itself."""

KEYS = frozenset(
    {
        "CustomerManagedKeyArn",
        "EncryptionKeyArn",
        "KMSKeyId",
        "KMSMasterKeyID",
        "KMSMasterKeyId",
        "KmsKey",
        "KmsKeyArn",
        "KmsKeyId",
        "KmsKeyIdentifier",
        "KmsMasterKeyId",
        "S3KmsKeyArn",
    }
)
"""Properties that name a key of the account's own."""

PERIODS = frozenset(
    {
        "BackupRetentionPeriod",
        "DeleteAfterDays",
        "ExpirationInDays",
        "ExpirationInYears",
        "MaxRetentionDays",
        "MessageRetentionPeriod",
        "MinRetentionDays",
        "NoncurrentDays",
        "PendingWindowInDays",
        "PerformanceInsightsRetentionPeriod",
        "RetentionInDays",
        "RetentionPeriod",
    }
)
"""Properties that say how long something is kept."""

LOCK: Path = ("ObjectLockConfiguration", "Rule", "DefaultRetention")
UNLIMITED = frozenset(
    {"RetentionInDays", "ExpirationInDays", "ExpirationInYears", "NoncurrentDays"}
)
"""Where nothing is said, it is kept for ever."""

STATES = {"Status": ("VersioningConfiguration",), "Mode": LOCK}
"""Words of a property that protect, by the properties around it."""
RANKS = {"Enabled": 1, "Suspended": 0, "COMPLIANCE": 2, "GOVERNANCE": 1}

Leaves = Mapping[Path, list[Any]]


def protection(base: Resource, head: Resource) -> Iterator[Finding]:
    """Compare what protects the data of a resource."""
    before, after = _by_path(base), _by_path(head)
    for path in sorted({*before, *after}):
        old, new = before.get(path), after.get(path)
        if old == new:
            continue
        told = _judged(path, old, new, head)
        if told is not None:
            kind, severity, sentence, change = told
            yield Finding(
                category=Category.PROTECTION,
                kind=kind,
                severity=severity,
                place=head.place,
                text=sentence,
                change=change,
            )
    yield from _fate(base, head)


Told = tuple[str, Severity, str, Change]


def _judged(
    path: Path, old: list[Any] | None, new: list[Any] | None, head: Resource
) -> Told | None:
    name, where = path[-1], code(".".join(path))
    if name in SWITCHES - HARMLESS:
        return _switch(where, old, new)
    if name in KEYS:
        return _key(where, old, new)
    if name in PERIODS or (path[:-1] == LOCK and name in {"Days", "Years"}):
        return _period(name, where, old, new)
    if name in STATES and path[-1 - len(STATES[name]) : -1] == STATES[name]:
        return _state(where, old, new)
    return _encryption(path, old, new) if head.type == "AWS::S3::Bucket" else None


def _encryption(path: Path, old: list[Any] | None, new: list[Any] | None) -> Told | None:
    """Judge how a bucket encrypts."""
    where = code(".".join(path))
    if path[-1] == "SSEAlgorithm" and old and not new:
        return "encryption-removed", "error", f"{where} is gone", "worse"
    if path[-1] == "SSEAlgorithm" and old and new and _kms(old) and not _kms(new):
        return "encryption-weaker", "error", f"{where} is {code(new[0])}: no key of KMS", "worse"
    if "BlockedEncryptionTypes" in path and set(map(str, old or ())) - set(map(str, new or ())):
        return "encryption-weaker", "warning", f"{where} blocks less than before", "worse"
    return None


def _kms(algorithms: list[Any]) -> bool:
    return all(str(each).startswith("aws:kms") for each in algorithms)


def _switch(where: str, old: list[Any] | None, new: list[Any] | None) -> Told | None:
    was, is_ = _on(old), _on(new)
    if was and not is_:
        return "protection-off", "error", f"{where} is off", "worse"
    return ("protection-on", "note", f"{where} is on", "better") if is_ and not was else None


def _key(where: str, old: list[Any] | None, new: list[Any] | None) -> Told:
    if not new:
        return "key-removed", "error", f"{where} is gone: no key of the account's own", "worse"
    if not old:
        return "key-added", "note", f"is encrypted with {code(new[0])}", "better"
    return "key-changed", "warning", f"{where} is {code(new[0])} instead of {code(old[0])}", "worse"


def _period(name: str, where: str, old: list[Any] | None, new: list[Any] | None) -> Told | None:
    longest = float("inf") if name in UNLIMITED else 0.0
    was, is_ = _least(old, longest), _least(new, longest)
    if was is None or is_ is None or was == is_:
        return None
    sentence = f"{where} is {_days(is_)} instead of {_days(was)}"
    if is_ < was:
        return "retention-shorter", "error", sentence, "worse"
    return "retention-longer", "note", sentence, "better"


def _state(where: str, old: list[Any] | None, new: list[Any] | None) -> Told | None:
    was = min((RANKS.get(str(each), 0) for each in old or ()), default=0)
    is_ = min((RANKS.get(str(each), 0) for each in new or ()), default=0)
    shown = code(new[0]) if new else "gone"
    if is_ < was:
        return "protection-off", "error", f"{where} is {shown}", "worse"
    return ("protection-on", "note", f"{where} is {shown}", "better") if is_ > was else None


def _fate(base: Resource, head: Resource) -> Iterator[Finding]:
    """Compare what becomes of a resource that is deleted or replaced."""
    for name, old, new in (
        ("DeletionPolicy", base.deletion, head.deletion),
        ("UpdateReplacePolicy", base.replacement, head.replacement),
    ):
        if (old == "Delete") is (new == "Delete"):
            continue
        worse = new == "Delete"
        yield Finding(
            category=Category.PROTECTION,
            kind="deletion-policy",
            severity="error" if worse else "note",
            place=head.place,
            text=f"{code(name)} is {code(new)} instead of {code(old)}",
            change="worse" if worse else "better",
        )


def termination(base: Stack, head: Stack) -> Iterator[Finding]:
    """Compare whether a stack can be deleted by a slip."""
    if base.protected is not head.protected:
        yield Finding(
            category=Category.PROTECTION,
            kind="termination-protection",
            severity="note" if head.protected else "error",
            place=Place(file=head.place.file, stack=head.place.stack),
            text=f"termination protection of the stack is {'on' if head.protected else 'off'}",
            change="better" if head.protected else "worse",
        )


def _by_path(resource: Resource) -> Leaves:
    found: dict[Path, list[Any]] = defaultdict(list)
    for path, value in leaves(resource.properties):
        if path:
            found[path].append(value)
    for values in found.values():
        values.sort(key=str)
    return found


def _on(values: list[Any] | None) -> bool:
    return bool(values) and all(str(each).lower() in {"true", "enabled"} for each in values or ())


def _least(values: list[Any] | None, missing: float) -> float | None:
    """Give the shortest period; None where one is known at deployment only."""
    try:
        return min((float(each) for each in values or ()), default=missing)
    except (TypeError, ValueError):
        return None


def _days(value: float) -> str:
    return "without end" if value == float("inf") else code(f"{value:g}")
