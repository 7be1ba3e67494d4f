"""Steps for a bucket that is public, or whose content somebody destroys."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import data_policy
from botocore.exceptions import BotoCoreError, ClientError
from calls import Call, NothingToDo, code_of
from data_exemption import on_purpose
from data_exposure import (
    BLOCKED,
    NO_BLOCK,
    NO_POLICY,
    NO_TAGS,
    account_block,
    bucket_block,
    public_ways,
    tags_of,
)
from data_read import GONE, plain, read

State = dict[str, Any]
Client = Any  # boto3 clients have no published type

RANSOMWARE = "ransomware"
NO_LIFECYCLE = "NoSuchLifecycleConfiguration"
LOOK_BACK = timedelta(days=1)
"""How long before the first sign changes of objects belong to the incident."""

MOST_PAGES = 50
MOST_CHANGES = 5000
"""Versions are listed a thousand a page; more than this says that the bucket has to be compared
with its inventory."""

SETTINGS: tuple[tuple[str, str, str], ...] = (
    ("policy", "get_bucket_policy", NO_POLICY),
    ("policy-status", "get_bucket_policy_status", NO_POLICY),
    ("acl", "get_bucket_acl", ""),
    ("public-access-block", "get_public_access_block", NO_BLOCK),
    ("ownership", "get_bucket_ownership_controls", "OwnershipControlsNotFoundError"),
    ("versioning", "get_bucket_versioning", ""),
    ("encryption", "get_bucket_encryption", "ServerSideEncryptionConfigurationNotFoundError"),
    ("lifecycle", "get_bucket_lifecycle_configuration", NO_LIFECYCLE),
    ("replication", "get_bucket_replication", "ReplicationConfigurationNotFoundError"),
    ("object-lock", "get_object_lock_configuration", "ObjectLockConfigurationNotFoundError"),
    ("notification", "get_bucket_notification_configuration", ""),
    ("logging", "get_bucket_logging", ""),
    ("website", "get_bucket_website", "NoSuchWebsiteConfiguration"),
    ("tags", "get_bucket_tagging", NO_TAGS),
)
"""File name, operation, and the error that says that there is no such setting."""


def keep_bucket_state(call: Call) -> None:
    """Keep every setting of the bucket that an attacker may have changed, or that is changed here."""
    s3 = call.client("s3")

    def keep(bucket: str) -> None:
        found: State = {}
        for name, operation, absent in SETTINGS:
            try:
                answer = read(lambda: getattr(s3, operation)(Bucket=bucket), absent)  # noqa: B023
            except (BotoCoreError, ClientError) as error:
                if code_of(error) in GONE:
                    raise
                call.problems.append(f"{bucket}: {name} could not be read: {error}")
                continue
            found[name] = plain(answer)
        found["account-public-access-block"] = account_block(call.client("s3control"), call.account)
        call.keep(f"{bucket}/settings.json", found)

    _each_bucket(call, keep, reads=True)


def block_public_access(call: Call) -> None:
    """Set the bucket's public access block, all four parts, where the public has a way in."""
    s3 = call.client("s3")

    def block(bucket: str) -> None:
        ways = public_ways(s3, call.client("s3control"), call.account, bucket)
        if not ways:
            call.note(f"{bucket} is not public")
            return
        reason = on_purpose([bucket], tags_of(s3, bucket))
        if reason:
            call.note(reason)
            return
        before = bucket_block(s3, bucket)
        call.keep(f"{bucket}/block-before.json", before)
        call.change(
            f"block public access to {bucket}, which was open by {' and '.join(ways)}",
            lambda: s3.put_public_access_block(
                Bucket=bucket, PublicAccessBlockConfiguration=BLOCKED
            ),
        )

    _each_bucket(call, block)


def deny_destruction(call: Call) -> None:
    """Deny deleting, and writing with keys of outsiders, to all but responder and emergency role."""

    def deny(bucket: str) -> None:
        said = f"deny deleting objects and settings of {bucket}, and keys of outsiders"
        data_policy.add(call, bucket, said, data_policy.no_destruction)

    _each_bucket(_under_attack(call), deny)


def enable_versioning(call: Call) -> None:
    """Keep what is overwritten or deleted from now on as an older version."""
    s3 = call.client("s3")

    def enable(bucket: str) -> None:
        before = s3.get_bucket_versioning(Bucket=bucket).get("Status", "never enabled")
        if before == "Enabled":
            call.note(f"{bucket} keeps versions already")
            return
        call.change(
            f"enable versioning of {bucket}, which was {before.lower()}",
            lambda: s3.put_bucket_versioning(
                Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}
            ),
        )

    _each_bucket(_under_attack(call), enable)


def list_object_changes(call: Call) -> None:
    """Keep a list of the objects written or deleted since a day before the first sign."""
    s3 = call.client("s3")
    since = _when(call.incident["detected"]) - LOOK_BACK

    def keep(bucket: str) -> None:
        rows, complete = _changes(s3, bucket, since)
        deleted = sum(1 for row in rows if row["deleted"])
        call.facts[bucket] = {"changed": len(rows), "deleted": deleted, "complete": complete}
        call.keep(f"{bucket}/changes.json", {"since": since, "complete": complete, "objects": rows})
        more = "" if complete else "; the list is not complete, compare with the bucket's inventory"
        call.note(
            f"{bucket}: {len(rows)} changes since {since:%Y-%m-%d %H:%M}, {deleted} deletions{more}"
        )

    _each_bucket(call, keep, reads=True)


def remove_expiration_rules(call: Call) -> None:
    """Take the lifecycle rules away that let S3 delete objects; the other rules stay."""
    s3 = call.client("s3")

    def remove(bucket: str) -> None:
        found = read(lambda: s3.get_bucket_lifecycle_configuration(Bucket=bucket), NO_LIFECYCLE)
        rules = found["Rules"] if found else []
        expiring = [rule for rule in rules if _expires(rule)]
        if not expiring:
            call.note(f"no rule deletes objects of {bucket}")
            return
        call.keep(f"{bucket}/lifecycle-before.json", rules)
        others = [rule for rule in rules if rule not in expiring]
        names = ", ".join(str(rule.get("ID", "without a name")) for rule in expiring)
        call.change(
            f"remove the lifecycle rules of {bucket} that delete objects: {names}",
            lambda: (
                s3.put_bucket_lifecycle_configuration(
                    Bucket=bucket, LifecycleConfiguration={"Rules": others}
                )
                if others
                else s3.delete_bucket_lifecycle(Bucket=bucket)
            ),
        )

    _each_bucket(_under_attack(call), remove)


def quarantine_bucket(call: Call) -> None:
    """Close the bucket to everybody but responder and emergency role."""
    if not call.target.get("quarantine"):
        _under_attack(call)

    def close(bucket: str) -> None:
        said = f"close {bucket} to everybody but the responder and the emergency role"
        data_policy.add(call, bucket, said, data_policy.quarantine)

    _each_bucket(call, close)


def _each_bucket(call: Call, action: Callable[[str], None], *, reads: bool = False) -> None:
    """Do something for each bucket of the incident that is still there.

    Args:
        call: the step.
        action: what to do.
        reads: whether it only reads; the baseline's own buckets are not changed, because guardrails
            protect them and a closed one would keep no logs.
    """
    present = 0

    def act(bucket: str) -> None:
        nonlocal present
        if not reads and bucket.startswith(f"{os.environ['PREFIX']}-"):
            call.note(f"{bucket} is the baseline's own: guardrails protect it, people look into it")
            return
        try:
            action(bucket)
        except ClientError as error:
            if code_of(error) not in GONE:
                raise
            call.note(f"{bucket} is gone")
        else:
            present += 1

    call.each(call.target.get("buckets") or [call.target["id"]], act)
    if not present and not call.changes:
        raise NothingToDo("there is no bucket to act on")


def _under_attack(call: Call) -> Call:
    """Give the call back when somebody destroys data; a bucket that is only public is left open."""
    if call.target.get("sign") != RANSOMWARE:
        raise NothingToDo("nothing says that data is being destroyed")
    return call


def _changes(s3: Client, bucket: str, since: datetime) -> tuple[list[State], bool]:
    rows: list[State] = []
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket)
    for number, page in enumerate(pages, start=1):
        rows += [row for row in _rows(page) if row["at"] >= since]
        if len(rows) > MOST_CHANGES or (number == MOST_PAGES and page.get("IsTruncated")):
            return rows[:MOST_CHANGES], False
    return rows, True


def _rows(page: State) -> Iterator[State]:
    for kind, deleted in (("Versions", False), ("DeleteMarkers", True)):
        for each in page.get(kind, []):
            yield {
                "key": each["Key"],
                "version": each.get("VersionId"),
                "latest": each.get("IsLatest"),
                "at": each["LastModified"],
                "bytes": each.get("Size"),
                "deleted": deleted,
            }


def _expires(rule: State) -> bool:
    """Tell whether an active rule deletes objects; leftovers of uploads and markers are none."""
    expiration = rule.get("Expiration", {})
    return rule.get("Status") == "Enabled" and bool(
        expiration.get("Days") or expiration.get("Date") or "NoncurrentVersionExpiration" in rule
    )


def _when(text: str) -> datetime:
    found = datetime.fromisoformat(str(text))
    return found if found.tzinfo else found.replace(tzinfo=UTC)
