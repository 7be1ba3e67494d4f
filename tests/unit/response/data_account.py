"""A member account with data, and the environment in which the family ``data`` answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket

from baseline.config.exposure import Exposure
from tests.unit.response import machine
from tests.unit.response.compute_world import quick
from tests.unit.response.machine import MEMBER, REGION, Tickets, member

BUCKET = "shop-uploads"
EVERYBODY = {
    "Sid": "Read",
    "Effect": "Allow",
    "Principal": "*",
    "Action": "s3:GetObject",
    "Resource": f"arn:aws:s3:::{BUCKET}/*",
}
PARTNER = {
    "Sid": "Partner",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::777777777777:root"},
    "Action": "s3:GetObject",
    "Resource": f"arn:aws:s3:::{BUCKET}/*",
}
EXEMPT = [
    f"arn:aws:iam::{MEMBER}:role/secbase-responder-data",
    f"arn:aws:iam::{MEMBER}:role/OrgBreakGlass",
]
SECOND = machine.EXECUTION.replace("run-1", "run-2")


@contextmanager
def accounts(exposure: Exposure | None = None) -> Iterator[Tickets]:
    """Give the security account what it needs, and the function what baseline.yaml says."""
    with (
        mock_aws(),
        machine.security_account() as tickets,
        quick(),
        pytest.MonkeyPatch.context() as patched,
    ):
        # moto looks at a statement's actions alone, and would deny what a condition leaves out.
        patched.setattr(FakeBucket, "get_permission", lambda *_: PermissionResult.NEUTRAL)
        for key, value in (exposure or Exposure()).environment().items():
            patched.setenv(key, value)
        yield tickets


def bucket(name: str = BUCKET, *statements: dict[str, Any], lock: bool = False) -> Any:
    """Make a bucket in the member account, with a policy of these statements; give a client."""
    s3 = member("s3")
    s3.create_bucket(
        Bucket=name,
        CreateBucketConfiguration={"LocationConstraint": REGION},
        ObjectLockEnabledForBucket=lock,
    )
    if statements:
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps(document))
    return s3


def statements(name: str = BUCKET) -> dict[str, dict[str, Any]]:
    """Give the statements of a bucket's policy by name; none where it has no policy."""
    try:
        policy = json.loads(member("s3").get_bucket_policy(Bucket=name)["Policy"])
    except ClientError:
        return {}
    return {each["Sid"]: each for each in policy["Statement"]}


def blocked(name: str = BUCKET) -> dict[str, bool]:
    """Give the block of a bucket; empty where it has none."""
    try:
        found = member("s3").get_public_access_block(Bucket=name)
    except ClientError:
        return {}
    return dict(found["PublicAccessBlockConfiguration"])


def kept(ending: str) -> Any:
    """Give the one piece of evidence whose name ends so, as JSON."""
    [body] = [body for name, body in machine.evidence().items() if name.endswith(ending)]
    return json.loads(body)
