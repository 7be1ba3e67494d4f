"""Who may write, read and delete logs: the rendered policies, asked with requests."""

from __future__ import annotations

from typing import Any

import pytest

from baseline.audit.log_protection import KEY_HEADER
from baseline.config import Names
from tests.unit.audit.conftest import BUCKETS, KEYS
from tests.unit.audit.resource_policy import ResourcePolicy, arn_of, bucket_policy, key_policy

Archive = dict[str, Any]
Keys = dict[str, str]

# Spelled out, so that the denials cannot lose an action unseen.
OBJECT_ACTIONS = (
    "s3:BypassGovernanceRetention",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:PutObjectRetention",
    "s3:UpdateObjectEncryption",
)
BUCKET_ACTIONS = (
    "s3:DeleteBucket",
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketLogging",
    "s3:PutBucketObjectLockConfiguration",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:PutReplicationConfiguration",
)
KEY_ACTIONS = (
    "kms:DeleteAlias",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:PutKeyPolicy",
    "kms:UpdateAlias",
)
ADMINISTRATOR = "arn:aws:iam::222222222222:role/Administrator"
ROOT_USER = "arn:aws:iam::222222222222:root"
BREAK_GLASS = "arn:aws:iam::222222222222:role/OrgBreakGlass"
DEPLOYER = "arn:aws:iam::222222222222:role/cdk-secbase-cfn-exec-role-222222222222-eu-west-1"
NAMESAKES = (
    "arn:aws:iam::555555555555:role/OrgBreakGlass",
    "arn:aws:iam::222222222222:role/elsewhere/OrgBreakGlass",
    "arn:aws:iam::222222222222:role/cdk-hnb659fds-cfn-exec-role-222222222222-eu-west-1",
)
READER = "arn:aws:iam::333333333333:role/secbase-audit-reader"
RECORDER = "arn:aws:iam::555555555555:role/secbase-config-recorder"
CLOUDTRAIL, DELIVERY, GUARDDUTY = (
    "cloudtrail.amazonaws.com",
    "delivery.logs.amazonaws.com",
    "guardduty.amazonaws.com",
)
TRAIL = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/secbase-org-trail"
OTHER_TRAIL = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/other"
DETECTOR = "arn:aws:guardduty:eu-west-1:333333333333:detector/0123456789abcdef"
FOREIGN_KEY = "arn:aws:kms:eu-west-1:666666666666:key/0"
ACL = {"s3:x-amz-acl": "bucket-owner-full-control"}
S3 = {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}


def policy(archive: Archive, purpose: str) -> tuple[ResourcePolicy, str]:
    name = archive["Resources"][BUCKETS[purpose]]["Properties"]["BucketName"]
    return bucket_policy(archive, name), f"arn:aws:s3:::{name}"


@pytest.mark.parametrize("purpose", BUCKETS)
@pytest.mark.parametrize("principal", [ADMINISTRATOR, ROOT_USER, READER, *NAMESAKES])
def test_nobody_deletes_logs_or_weakens_a_bucket(
    archive: Archive, purpose: str, principal: str
) -> None:
    bucket, arn = policy(archive, purpose)
    for action in OBJECT_ACTIONS:
        answer = bucket.verdict(principal, action, f"{arn}/AWSLogs/1/log.gz")
        assert answer == "denied by DenyDeletingLogs", action
    for action in BUCKET_ACTIONS:
        answer = bucket.verdict(principal, action, arn)
        assert answer == "denied by DenyWeakeningBucket", action


@pytest.mark.parametrize("purpose", BUCKETS)
def test_nobody_is_locked_out(archive: Archive, purpose: str) -> None:
    bucket, arn = policy(archive, purpose)
    for action in OBJECT_ACTIONS:
        assert bucket.verdict(BREAK_GLASS, action, f"{arn}/log.gz") == "silent"
    for action in BUCKET_ACTIONS:
        assert bucket.verdict(BREAK_GLASS, action, arn) == "silent"
        assert bucket.verdict(DEPLOYER, action, arn) == "silent"


@pytest.mark.parametrize("purpose", BUCKETS)
def test_the_deployer_changes_buckets_and_deletes_no_logs(archive: Archive, purpose: str) -> None:
    bucket, arn = policy(archive, purpose)
    answer = bucket.verdict(DEPLOYER, "s3:DeleteObjectVersion", f"{arn}/log.gz")
    assert answer == "denied by DenyDeletingLogs"


@pytest.mark.parametrize("purpose", BUCKETS)
@pytest.mark.parametrize("keys", [{"aws:SecureTransport": "false"}, {"s3:TlsVersion": "1.1"}])
def test_only_tls_1_2_and_later(archive: Archive, purpose: str, keys: Keys) -> None:
    bucket, arn = policy(archive, purpose)
    assert bucket.verdict(READER, "s3:GetObject", f"{arn}/log.gz", keys).startswith("denied")


@pytest.mark.parametrize("purpose", BUCKETS)
def test_only_the_audit_reader_reads(archive: Archive, purpose: str) -> None:
    bucket, arn = policy(archive, purpose)
    other = "arn:aws:iam::333333333333:role/Developer"
    for action, resource in (
        ("s3:GetObject", f"{arn}/log.gz"),
        ("s3:GetObjectVersion", f"{arn}/log.gz"),
        ("s3:ListBucket", arn),
    ):
        assert bucket.verdict(READER, action, resource) == "allowed"
        assert bucket.verdict(other, action, resource) == "silent"
        assert bucket.verdict(RECORDER, "s3:GetObject", f"{arn}/log.gz") == "silent"
    assert bucket.verdict(READER, "s3:PutObject", f"{arn}/log.gz") != "allowed"


@pytest.mark.parametrize("purpose", KEYS)
def test_the_audit_reader_decrypts_through_s3_only(archive: Archive, purpose: str) -> None:
    key = key_policy(archive, KEYS[purpose])
    assert key.verdict(READER, "kms:Decrypt", keys=S3) == "allowed"
    assert key.verdict(READER, "kms:Decrypt") == "silent"
    assert key.verdict(READER, "kms:GenerateDataKey", keys=S3) == "silent"
    other = "arn:aws:iam::333333333333:role/Developer"
    assert key.verdict(other, "kms:Decrypt", keys=S3) == "silent"


@pytest.mark.parametrize("purpose", KEYS)
def test_the_archives_own_account_keeps_the_key_manageable(archive: Archive, purpose: str) -> None:
    key = key_policy(archive, KEYS[purpose])
    assert key.verdict(ADMINISTRATOR, "kms:TagResource") == "allowed"
    assert key.verdict("arn:aws:iam::111111111111:role/A", "kms:TagResource") == "silent"
    for action in KEY_ACTIONS:
        # KMS refuses a policy that would not let its author replace it.
        assert key.verdict(DEPLOYER, action) == "allowed"
        assert key.verdict(BREAK_GLASS, action) == "allowed"
    assert key.verdict(BREAK_GLASS, "kms:ScheduleKeyDeletion") == "allowed"


@pytest.mark.parametrize("purpose", KEYS)
@pytest.mark.parametrize("principal", [ADMINISTRATOR, ROOT_USER, *NAMESAKES])
def test_kms_3_nobody_ends_logs_by_their_key(
    archive: Archive, purpose: str, principal: str
) -> None:
    key = key_policy(archive, KEYS[purpose])
    for action in KEY_ACTIONS:
        assert key.verdict(principal, action) == "denied by DenyWeakeningKey", action
    for caller in (principal, DEPLOYER):
        answer = key.verdict(caller, "kms:ScheduleKeyDeletion")
        assert answer == "denied by DenyDeletingKey"


@pytest.mark.parametrize("owner", ["111111111111", "o-exampleorgid"])
def test_the_trail_writes_own_and_member_logs(archive: Archive, owner: str) -> None:
    bucket, arn = policy(archive, "cloudtrail")
    log = f"{arn}/AWSLogs/{owner}/CloudTrail/eu-west-1/log.gz"
    source = {"aws:SourceArn": TRAIL}
    key = {KEY_HEADER: arn_of(archive, KEYS["cloudtrail"])}
    assert bucket.verdict(CLOUDTRAIL, "s3:GetBucketAcl", arn, source) == "allowed"
    assert bucket.verdict(CLOUDTRAIL, "s3:PutObject", log, {**source, **ACL}) == "allowed"
    assert bucket.verdict(CLOUDTRAIL, "s3:PutObject", log, {**source, **ACL, **key}) == "allowed"


@pytest.mark.parametrize(
    ("path", "keys", "verdict"),
    [
        ("AWSLogs/111111111111/log.gz", {"aws:SourceArn": OTHER_TRAIL, **ACL}, "silent"),
        ("AWSLogs/111111111111/log.gz", ACL, "silent"),
        ("AWSLogs/111111111111/log.gz", {"aws:SourceArn": TRAIL}, "silent"),
        ("AWSLogs/666666666666/log.gz", {"aws:SourceArn": TRAIL, **ACL}, "silent"),
        ("AWSLogs/o-other/log.gz", {"aws:SourceArn": TRAIL, **ACL}, "silent"),
        (
            "AWSLogs/111111111111/log.gz",
            {"aws:SourceArn": TRAIL, KEY_HEADER: FOREIGN_KEY, **ACL},
            "denied by DenyOtherKeys",
        ),
    ],
)
def test_no_other_trail_place_or_key(archive: Archive, path: str, keys: Keys, verdict: str) -> None:
    bucket, arn = policy(archive, "cloudtrail")
    assert bucket.verdict(CLOUDTRAIL, "s3:PutObject", f"{arn}/{path}", keys) == verdict


@pytest.mark.parametrize(
    "context",
    [
        {"kms:EncryptionContext:aws:cloudtrail:arn": TRAIL},
        {
            "kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::secbase-org-logs-222222222222-eu-west-1"
        },
    ],
)
def test_cloudtrail_2_the_trail_encrypts_with_the_key(archive: Archive, context: Keys) -> None:
    key = key_policy(archive, KEYS["cloudtrail"])
    ours, theirs = {"aws:SourceArn": TRAIL}, {"aws:SourceArn": OTHER_TRAIL}
    generate = "kms:GenerateDataKey"
    assert key.verdict(CLOUDTRAIL, generate, keys={**ours, **context}) == "allowed"
    assert key.verdict(CLOUDTRAIL, generate, keys={**theirs, **context}) == "silent"
    assert key.verdict(CLOUDTRAIL, generate, keys=ours) == "silent"
    for action in ("kms:Decrypt", "kms:DescribeKey"):
        assert key.verdict(CLOUDTRAIL, action, keys=ours) == "allowed"
        assert key.verdict(CLOUDTRAIL, action, keys=theirs) == "silent"


@pytest.mark.parametrize(
    ("principal", "path", "organization", "verdict"),
    [
        (RECORDER, "AWSLogs/555555555555/Config/eu-west-1/x", "o-exampleorgid", "allowed"),
        (RECORDER, "AWSLogs/666666666666/Config/eu-west-1/x", "o-exampleorgid", "silent"),
        (RECORDER, "AWSLogs/555555555555/CloudTrail/x", "o-exampleorgid", "silent"),
        (RECORDER, "AWSLogs/555555555555/Config/eu-west-1/x", "o-other", "silent"),
        (
            "arn:aws:iam::555555555555:role/Developer",
            "AWSLogs/555555555555/Config/eu-west-1/x",
            "o-exampleorgid",
            "silent",
        ),
        (
            "config.amazonaws.com",
            "AWSLogs/555555555555/Config/eu-west-1/x",
            "o-exampleorgid",
            "silent",
        ),
    ],
)
def test_each_recorder_writes_below_its_own_account(
    archive: Archive, principal: str, path: str, organization: str, verdict: str
) -> None:
    bucket, arn = policy(archive, "config")
    keys = {"aws:PrincipalOrgID": organization}
    for action in ("s3:PutObject", "s3:PutObjectAcl"):
        assert bucket.verdict(principal, action, f"{arn}/{path}", keys) == verdict


def test_recorders_encrypt_through_s3_with_the_archives_key(archive: Archive, names: Names) -> None:
    bucket, arn = policy(archive, "config")
    key = key_policy(archive, KEYS["config"])
    ours = {"aws:PrincipalOrgID": "o-exampleorgid"}
    assert bucket.verdict(RECORDER, "s3:GetBucketAcl", arn, ours) == "allowed"
    for action in ("kms:Decrypt", "kms:GenerateDataKey"):
        assert key.verdict(RECORDER, action, keys={**ours, **S3}) == "allowed"
        assert key.verdict(RECORDER, action, keys=ours) == "silent"
        assert key.verdict(RECORDER, action, keys={"aws:PrincipalOrgID": "o-x", **S3}) == "silent"
    log = f"{arn}/AWSLogs/555555555555/Config/x"
    for header, verdict in (
        (names.config_key_arn, "allowed"),
        (arn_of(archive, KEYS["config"]), "allowed"),
        (FOREIGN_KEY, "denied by DenyOtherKeys"),
    ):
        answer = bucket.verdict(RECORDER, "s3:PutObject", log, {**ours, KEY_HEADER: header})
        assert answer == verdict


@pytest.mark.parametrize(
    ("organization", "verdict"), [("o-exampleorgid", "allowed"), ("o-other", "silent")]
)
def test_log_delivery_works_for_resources_of_the_organization(
    archive: Archive, organization: str, verdict: str
) -> None:
    bucket, arn = policy(archive, "flow-logs")
    key = key_policy(archive, KEYS["flow-logs"])
    keys = {"aws:SourceOrgID": organization}
    for kind in ("vpcflowlogs", "vpcdnsquerylogs"):
        log = f"{arn}/AWSLogs/555555555555/{kind}/eu-west-1/log.gz"
        assert bucket.verdict(DELIVERY, "s3:PutObject", log, keys) == verdict
        assert bucket.verdict(DELIVERY, "s3:PutObject", log) == "silent"
    for action in ("s3:GetBucketAcl", "s3:ListBucket"):
        assert bucket.verdict(DELIVERY, action, arn, keys) == verdict
    for action in ("kms:GenerateDataKey", "kms:Decrypt", "kms:DescribeKey"):
        assert key.verdict(DELIVERY, action, keys=keys) == verdict
        assert key.verdict(DELIVERY, action) == "silent"
    outside = bucket.verdict(DELIVERY, "s3:PutObject", f"{arn}/elsewhere/log.gz", keys)
    assert outside == "silent"


OURS = {"aws:SourceAccount": "333333333333", "aws:SourceArn": DETECTOR}
SECURITY_KEY = {KEY_HEADER: "arn:aws:kms:eu-west-1:333333333333:key/1"}


@pytest.mark.parametrize(
    ("keys", "verdict"),
    [
        ({**OURS, **SECURITY_KEY}, "allowed"),
        (OURS, "denied by DenyOtherKeys"),
        ({**OURS, KEY_HEADER: FOREIGN_KEY}, "denied by DenyOtherKeys"),
        ({**OURS, **SECURITY_KEY, "aws:SourceAccount": "666666666666"}, "silent"),
        (
            {
                **OURS,
                **SECURITY_KEY,
                "aws:SourceArn": "arn:aws:guardduty:us-east-1:333333333333:detector/1",
            },
            "silent",
        ),
    ],
)
def test_the_security_accounts_detector_exports_under_its_key(
    archive: Archive, keys: Keys, verdict: str
) -> None:
    bucket, arn = policy(archive, "guardduty")
    log = f"{arn}/AWSLogs/555555555555/GuardDuty/eu-west-1/finding.gz"
    assert bucket.verdict(GUARDDUTY, "s3:PutObject", log, keys) == verdict
    location = bucket.verdict(GUARDDUTY, "s3:GetBucketLocation", arn, keys)
    assert location == ("silent" if verdict == "silent" else "allowed")
