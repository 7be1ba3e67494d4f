"""Steps for an object in which malware was found. Nobody reads its content here, and nothing copies it."""

from __future__ import annotations

from typing import Any

import data_policy
from botocore.exceptions import ClientError
from calls import Call, NothingToDo, code_of
from data_read import GONE, plain, read

State = dict[str, Any]
Client = Any  # boto3 clients have no published type

MOST_TAGS = 10
"""Source: Amazon S3 User Guide, "Categorizing your objects using tags"."""

GONE_OBJECTS = frozenset({*GONE, "NoSuchKey", "NoSuchVersion", "404"})


def keep_object_record(call: Call) -> None:
    """Keep what S3 and the scan say about the object; its content stays where it is."""
    s3, found = call.client("s3"), _version(call)
    tags = s3.get_object_tagging(**_name(call))["TagSet"]
    record = {"object": found, "tags": tags, "scan": call.target.get("scan", {})}
    call.keep("object.json", record)
    call.note(f"{call.target['id']}: {found.get('Size')} bytes, ETag {found.get('ETag')}")


def deny_reading(call: Call) -> None:
    """Deny reading what a tag calls malware to all but responder and emergency role."""
    _version(call)
    bucket = call.target["bucket"]
    said = f"deny reading objects of {bucket} that are tagged as malware"
    data_policy.add(call, bucket, said, data_policy.no_malware)


def tag_object(call: Call) -> None:
    """Tag the version as malware, beside the tags that it has."""
    _version(call)
    s3 = call.client("s3")
    tags = s3.get_object_tagging(**_name(call))["TagSet"]
    values = {tag["Key"]: tag["Value"] for tag in tags}
    if values.get(data_policy.TAG_KEY) == data_policy.TAG_VALUE:
        raise NothingToDo("the object is tagged as malware")
    if values.get(data_policy.SCAN_KEY) == data_policy.SCAN_VALUE and len(tags) >= MOST_TAGS:
        raise NothingToDo("the object has GuardDuty's tag, and no room for another")
    values[data_policy.TAG_KEY] = data_policy.TAG_VALUE
    after = [{"Key": key, "Value": value} for key, value in values.items()]
    call.keep("tags-before.json", tags)
    call.change(
        f"tag {call.target['id']} as malware",
        lambda: s3.put_object_tagging(**_name(call), Tagging={"TagSet": after}),
    )


def hold_object(call: Call) -> None:
    """Put a legal hold on the version, where the bucket has Object Lock."""
    _version(call)
    s3, bucket = call.client("s3"), call.target["bucket"]
    lock = read(
        lambda: s3.get_object_lock_configuration(Bucket=bucket),
        "ObjectLockConfigurationNotFoundError",
    )
    if not lock or lock["ObjectLockConfiguration"].get("ObjectLockEnabled") != "Enabled":
        raise NothingToDo(f"{bucket} has no Object Lock")
    if _held(s3, call):
        raise NothingToDo("the object is under a legal hold")
    call.change(
        f"put a legal hold on {call.target['id']}",
        lambda: s3.put_object_legal_hold(**_name(call), LegalHold={"Status": "ON"}),
    )


def delete_object_version(call: Call) -> None:
    """Delete this version for good, and no other; a legal hold is lifted before."""
    found = _version(call)
    s3 = call.client("s3")
    if call.target.get("version") is None and found.get("VersionId") not in {None, "null"}:
        raise NothingToDo("the finding names no version; delete the right one by hand")
    call.keep("deleted.json", found)
    if _held(s3, call):
        call.change(
            f"lift the legal hold of {call.target['id']}",
            lambda: s3.put_object_legal_hold(**_name(call), LegalHold={"Status": "OFF"}),
        )
    call.change(
        f"delete {call.target['id']}",
        lambda: s3.delete_object(**{**_name(call), "VersionId": found["VersionId"]}),
    )


def _held(s3: Client, call: Call) -> bool:
    found = read(
        lambda: s3.get_object_legal_hold(**_name(call)),
        "InvalidRequest",
        "NoSuchObjectLockConfiguration",
        "ObjectLockConfigurationNotFoundError",
    )
    return bool(found) and found["LegalHold"].get("Status") == "ON"


def _name(call: Call) -> State:
    """Give the arguments that name the object."""
    named = {"Bucket": call.target["bucket"], "Key": call.target["key"]}
    if call.target.get("version"):
        named["VersionId"] = call.target["version"]
    return named


def _versions(s3: Client, bucket: str, key: str) -> list[State]:
    found: list[State] = []
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=key)
    for page in pages:
        listed = page.get("Versions", [])
        found += [each for each in listed if each["Key"] == key]
        # Keys come in order: the first that only begins like this one ends the search.
        if any(each["Key"] != key for each in listed):
            break
    return found


def _version(call: Call) -> State:
    """Give what S3 lists about the version that was scanned.

    Listing needs no right to read the content.

    Raises:
        NothingToDo: when it is gone, or another object has its name now.
    """
    bucket, key = call.target["bucket"], call.target["key"]
    try:
        found = _versions(call.client("s3"), bucket, key)
    except ClientError as error:
        if code_of(error) in GONE_OBJECTS:
            raise NothingToDo(f"{bucket} is gone") from error
        raise
    wanted = call.target.get("version")
    etag = str(call.target.get("etag") or "").strip('"')
    for each in found:
        if (each.get("VersionId") == wanted) if wanted else each.get("IsLatest"):
            if etag and not wanted and str(each.get("ETag", "")).strip('"') != etag:
                raise NothingToDo("another object has taken its place")
            version: State = plain(each)
            return version
    raise NothingToDo(f"{call.target['id']} is gone")
