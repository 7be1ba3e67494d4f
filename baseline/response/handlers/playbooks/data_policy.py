"""Statements that contain a bucket, beside those of its owner.

Each has a name of its own and leaves the responder and the emergency role out, so that nobody is
locked out for good: either can take it back, and the account's root user can always delete a
bucket's policy. S3 refuses a policy that would lock its author out, because the author never
confirms that.

Source: Amazon S3 API Reference, "PutBucketPolicy"; Amazon S3 User Guide, "Tagging and access
control policies".
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from typing import Any

from calls import Call
from data_exposure import NO_POLICY
from data_read import read

State = dict[str, Any]
Client = Any  # boto3 clients have no published type
Json = Any

QUARANTINE = "SecurityBaselineQuarantine"
NO_DESTRUCTION = "SecurityBaselineNoDestruction"
NO_FOREIGN_KEYS = "SecurityBaselineNoForeignKeys"
NO_MALWARE = "SecurityBaselineNoMalware"
NO_THREATS = "SecurityBaselineNoThreats"

TAG_KEY = "SecurityBaselineQuarantine"
TAG_VALUE = "malware"
SCAN_KEY = "GuardDutyMalwareScanStatus"
SCAN_VALUE = "THREATS_FOUND"

DESTRUCTION = (
    "s3:BypassGovernanceRetention",
    "s3:DeleteBucket",
    "s3:DeleteBucketPolicy",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:PutBucketObjectLockConfiguration",
    "s3:PutBucketPolicy",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:PutReplicationConfiguration",
)
"""What destroys objects, lets S3 destroy them later, or takes this statement away."""

READING = ("s3:GetObject", "s3:GetObjectVersion")


def exempt(call: Call) -> list[str]:
    """Give the ARNs of the roles that no statement stops."""
    roles = f"arn:{os.environ['PARTITION']}:iam::{call.account}:role"
    return [
        f"{roles}/{os.environ['RESPONDER_ROLE']}",
        f"{roles}/{os.environ['BREAK_GLASS_ROLE']}",
    ]


def quarantine(call: Call, bucket: str) -> list[State]:
    """Give the statement that closes a bucket to everybody else."""
    return [_deny(call, QUARANTINE, "s3:*", _all(bucket))]


def no_destruction(call: Call, bucket: str) -> list[State]:
    """Give the statements that keep what is in a bucket: nothing deleted, no keys of outsiders.

    The keys are those that a client brings along (SSE-C): whoever writes with them alone can read.
    """
    foreign = {"Null": {"s3:x-amz-server-side-encryption-customer-algorithm": "false"}}
    return [
        _deny(call, NO_DESTRUCTION, list(DESTRUCTION), _all(bucket)),
        _deny(call, NO_FOREIGN_KEYS, "s3:PutObject", _objects(bucket), foreign),
    ]


def no_malware(call: Call, bucket: str) -> list[State]:
    """Give the statements by which nobody else reads an object that a tag calls malware."""
    return [
        _deny(call, sid, list(READING), _objects(bucket), {"StringEquals": {tag: value}})
        for sid, tag, value in (
            (NO_MALWARE, f"s3:ExistingObjectTag/{TAG_KEY}", TAG_VALUE),
            (NO_THREATS, f"s3:ExistingObjectTag/{SCAN_KEY}", SCAN_VALUE),
        )
    ]


def add(call: Call, bucket: str, said: str, make: Callable[[Call, str], Sequence[State]]) -> None:
    """Add statements to a bucket's policy; keep the policy as it was, and all of its statements.

    Args:
        call: the step.
        bucket: the bucket.
        said: what it does, in words.
        make: gives the statements.
    """
    s3 = call.client("s3")
    before = policy_of(s3, bucket)
    wanted = list(make(call, bucket))
    after = merged(before, wanted)
    if after == before:
        call.note(f"{bucket} has the statements already")
        return
    call.keep(f"{bucket}/policy-before.json", before or {})
    call.change(said, lambda: s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(after)))


def policy_of(s3: Client, bucket: str) -> State | None:
    """Give the policy of a bucket, or None where it has none."""
    found = read(lambda: s3.get_bucket_policy(Bucket=bucket), NO_POLICY)
    return json.loads(found["Policy"]) if found else None


def merged(policy: State | None, statements: Sequence[State]) -> State:
    """Give a policy with these statements in the place of those of the same names."""
    policy = policy or {"Version": "2012-10-17", "Statement": []}
    present = policy["Statement"]
    # One statement may stand without a list.
    others = [present] if isinstance(present, dict) else list(present)
    known = [_form(each) for each in others]
    if all(_form(each) in known for each in statements):
        return policy
    own = {each["Sid"] for each in statements}
    kept = [each for each in others if each.get("Sid") not in own]
    return {**policy, "Statement": [*kept, *statements]}


def _form(value: Json) -> Json:
    """Give a value as it is compared: S3 may write a list of one as a word, and lists in any order."""
    if isinstance(value, dict):
        return {key: _form(each) for key, each in value.items()}
    if isinstance(value, list):
        words = sorted((_form(each) for each in value), key=str)
        return words[0] if len(words) == 1 else words
    return value


def _deny(
    call: Call, sid: str, action: str | list[str], resource: list[str], more: State | None = None
) -> State:
    return {
        "Sid": sid,
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": resource,
        "Condition": {**(more or {}), "ArnNotLike": {"aws:PrincipalArn": exempt(call)}},
    }


def _all(bucket: str) -> list[str]:
    return [f"arn:{os.environ['PARTITION']}:s3:::{bucket}", *_objects(bucket)]


def _objects(bucket: str) -> list[str]:
    return [f"arn:{os.environ['PARTITION']}:s3:::{bucket}/*"]
