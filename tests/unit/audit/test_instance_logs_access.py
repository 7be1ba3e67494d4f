"""Who may write recorded sessions, patch logs and inventory: the rendered policies, asked with requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest

from baseline.audit.log_archive import LogArchive
from baseline.audit.log_protection import KEY_HEADER
from baseline.config import Names
from baseline.config.log_archive import LogArchiveSettings
from tests.unit.audit.conftest import BUCKETS, KEYS
from tests.unit.audit.resource_policy import ResourcePolicy, arn_of, bucket_policy, key_policy

Archive = dict[str, Any]
Keys = dict[str, str]

INSTANCE = "arn:aws:iam::555555555555:role/payments-web"
OURS, THEIRS = {"aws:PrincipalOrgID": "o-exampleorgid"}, {"aws:PrincipalOrgID": "o-other"}
S3 = {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}
ACL = {"s3:x-amz-acl": "bucket-owner-full-control"}
SSM = "ssm.amazonaws.com"
SYNC = {
    "aws:SourceOrgID": "o-exampleorgid",
    "aws:SourceArn": "arn:aws:ssm:eu-central-1:555555555555:resource-data-sync/secbase-inventory",
}
FILE = "inventory/AWS:Application/accountid=555555555555/region=eu-central-1/resourcetype=ManagedInstanceInventory/i-1.json"


def policy(archive: Archive, purpose: str) -> tuple[ResourcePolicy, str]:
    name = archive["Resources"][BUCKETS[purpose]]["Properties"]["BucketName"]
    return bucket_policy(archive, name), f"arn:aws:s3:::{name}"


@pytest.mark.parametrize(
    ("principal", "path", "keys", "verdict"),
    [
        (INSTANCE, "sessions/555555555555/ada-0a1b.log", OURS, "allowed"),
        (INSTANCE, "sessions/666666666666/ada-0a1b.log", OURS, "silent"),
        (INSTANCE, "sessions/555555555555/ada-0a1b.log", THEIRS, "silent"),
        (INSTANCE, "sessions/555555555555/ada-0a1b.log", {}, "silent"),
        (INSTANCE, "555555555555/ada-0a1b.log", OURS, "silent"),
        (INSTANCE, "patches/555555555555/install/0a1b/i-1/stdout", OURS, "allowed"),
        (INSTANCE, "patches/666666666666/install/0a1b/i-1/stdout", OURS, "silent"),
        (INSTANCE, "patches/555555555555/install/0a1b/i-1/stdout", THEIRS, "silent"),
        (SSM, "sessions/555555555555/ada-0a1b.log", OURS, "silent"),
        (
            INSTANCE,
            "sessions/555555555555/ada-0a1b.log",
            {**OURS, KEY_HEADER: "arn:aws:kms:eu-west-1:555555555555:key/0"},
            "denied by DenyOtherKeys",
        ),
    ],
)
def test_an_instance_writes_sessions_and_patch_logs_of_its_own_account(
    archive: Archive, principal: str, path: str, keys: Keys, verdict: str
) -> None:
    bucket, arn = policy(archive, "session-logs")
    assert bucket.verdict(principal, "s3:PutObject", f"{arn}/{path}", keys) == verdict


def test_an_instance_looks_whether_sessions_are_encrypted_and_reads_none(archive: Archive) -> None:
    bucket, arn = policy(archive, "session-logs")
    check = "s3:GetEncryptionConfiguration"
    assert bucket.verdict(INSTANCE, check, arn, OURS) == "allowed"
    assert bucket.verdict(INSTANCE, check, arn, THEIRS) == "silent"
    own = f"{arn}/sessions/555555555555/ada-0a1b.log"
    assert bucket.verdict(INSTANCE, "s3:GetObject", own, OURS) == "silent"
    deleted = bucket.verdict(INSTANCE, "s3:DeleteObjectVersion", own, OURS)
    assert deleted == "denied by DenyDeletingLogs"


def test_kms_4_an_instance_encrypts_through_s3_only(archive: Archive) -> None:
    key = key_policy(archive, KEYS["session-logs"])
    for action in ("kms:Decrypt", "kms:GenerateDataKey"):
        assert key.verdict(INSTANCE, action, keys={**OURS, **S3}) == "allowed"
        assert key.verdict(INSTANCE, action, keys=OURS) == "silent"
        assert key.verdict(INSTANCE, action, keys={**THEIRS, **S3}) == "silent"


@pytest.mark.parametrize(
    ("path", "keys", "verdict"),
    [
        (FILE, {**SYNC, **ACL}, "allowed"),
        (FILE, SYNC, "silent"),
        (FILE, ACL, "silent"),
        (FILE, {**SYNC, **ACL, "aws:SourceOrgID": "o-other"}, "silent"),
        (
            FILE,
            {**SYNC, **ACL, "aws:SourceArn": "arn:aws:ssm:eu-central-1:555555555555:document/x"},
            "silent",
        ),
        ("inventory/x.json", {**SYNC, **ACL}, "silent"),
        ("elsewhere/accountid=555555555555/x.json", {**SYNC, **ACL}, "silent"),
    ],
)
def test_syncs_of_the_organization_write_inventory(
    archive: Archive, path: str, keys: Keys, verdict: str
) -> None:
    bucket, arn = policy(archive, "inventory")
    assert bucket.verdict(SSM, "s3:PutObject", f"{arn}/{path}", keys) == verdict


def test_syncs_encrypt_with_the_archives_key(archive: Archive) -> None:
    key = key_policy(archive, KEYS["inventory"])
    assert key.verdict(SSM, "kms:GenerateDataKey", keys=SYNC) == "allowed"
    assert key.verdict(SSM, "kms:GenerateDataKey") == "silent"
    other = {**SYNC, "aws:SourceOrgID": "o-other"}
    assert key.verdict(SSM, "kms:GenerateDataKey", keys=other) == "silent"
    assert key.verdict(SSM, "kms:Decrypt", keys=SYNC) == "silent"
    bucket, arn = policy(archive, "inventory")
    foreign = {**SYNC, **ACL, KEY_HEADER: "arn:aws:kms:eu-west-1:666666666666:key/0"}
    own = {**SYNC, **ACL, KEY_HEADER: arn_of(archive, KEYS["inventory"])}
    assert bucket.verdict(SSM, "s3:PutObject", f"{arn}/{FILE}", own) == "allowed"
    answer = bucket.verdict(SSM, "s3:PutObject", f"{arn}/{FILE}", foreign)
    assert answer == "denied by DenyOtherKeys"


def test_an_opt_in_region_writes_under_a_name_of_its_own(
    stack: cdk.Stack,
    names: Names,
    archive: Archive,
    synthesized: Callable[[cdk.Stack], Archive],
) -> None:
    LogArchive(
        stack,
        "LogArchive",
        names=names,
        settings=LogArchiveSettings(),
        break_glass_role="OrgBreakGlass",
        regions=["eu-west-1", "eu-south-1"],
    )
    template = synthesized(stack)
    bucket, arn = policy(template, "inventory")
    key = key_policy(template, KEYS["inventory"])
    own = "ssm.eu-south-1.amazonaws.com"
    for service in (SSM, own):
        answer = bucket.verdict(service, "s3:PutObject", f"{arn}/{FILE}", {**SYNC, **ACL})
        assert answer == "allowed"
        assert key.verdict(service, "kms:GenerateDataKey", keys=SYNC) == "allowed"
    without, _ = policy(archive, "inventory")
    assert without.verdict(own, "s3:PutObject", f"{arn}/{FILE}", {**SYNC, **ACL}) == "silent"
