"""Buckets are private, encrypted, versioned, TLS only and kept; weaker ones are named or refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import aws_cdk as cdk
import pytest

from baseline.errors import BaselineError
from baseline.primitives.secure_bucket import Lifecycle, ObjectLock, SecureBucket
from baseline.primitives.secure_key import SecureKey
from tests.unit.primitives.conftest import Of

BUCKET, POLICY = "AWS::S3::Bucket", "AWS::S3::BucketPolicy"
LOCK = ObjectLock(mode="COMPLIANCE", days=365)


@pytest.fixture
def key(stack: cdk.Stack) -> SecureKey:
    return SecureKey(stack, "Key", description="Encrypts logs")


def properties(of: Of) -> dict[str, Any]:
    (bucket,) = of(BUCKET)
    found: dict[str, Any] = bucket["Properties"]
    return found


def denials(of: Of) -> list[dict[str, Any]]:
    (policy,) = of(POLICY)
    statements = policy["Properties"]["PolicyDocument"]["Statement"]
    return [row for row in statements if row["Effect"] == "Deny"]


def test_s3_1_s3_8_nothing_is_public(stack: cdk.Stack, key: SecureKey, of: Of) -> None:
    SecureBucket(stack, "Logs", key=key.key)
    assert properties(of)["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }
    assert properties(of)["OwnershipControls"] == {
        "Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]
    }


def test_s3_17_encrypted_with_the_key_and_never_with_the_callers(
    stack: cdk.Stack, key: SecureKey, of: Of
) -> None:
    SecureBucket(stack, "Logs", key=key.key)
    (rule,) = properties(of)["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    default = rule["ServerSideEncryptionByDefault"]
    assert default["SSEAlgorithm"] == "aws:kms"
    assert default["KMSMasterKeyID"] == stack.resolve(key.key.key_arn)
    assert rule["BucketKeyEnabled"] is True
    assert rule["BlockedEncryptionTypes"] == {"EncryptionType": ["SSE-C"]}


def test_s3_5_only_tls_1_2_or_later(stack: cdk.Stack, key: SecureKey, of: Of) -> None:
    SecureBucket(stack, "Logs", key=key.key)
    plain, old = denials(of)
    assert plain["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert old["Condition"] == {"NumericLessThan": {"s3:TlsVersion": 1.2}}
    for statement in (plain, old):
        assert statement["Action"] == "s3:*"
        assert statement["Principal"] == {"AWS": "*"}
        assert len(statement["Resource"]) == 2


def test_s3_14_versions_are_kept_and_so_are_bucket_and_policy(
    stack: cdk.Stack, key: SecureKey, of: Of
) -> None:
    SecureBucket(stack, "Logs", key=key.key)
    assert properties(of)["VersioningConfiguration"] == {"Status": "Enabled"}
    for resource in (*of(BUCKET), *of(POLICY)):
        assert resource["DeletionPolicy"] == "RetainExceptOnCreate"
        assert resource["UpdateReplacePolicy"] == "Retain"


def test_s3_13_unfinished_uploads_end_and_nothing_else_by_default(
    stack: cdk.Stack, key: SecureKey, of: Of
) -> None:
    SecureBucket(stack, "Logs", key=key.key)
    assert properties(of)["LifecycleConfiguration"]["Rules"] == [
        {
            "Id": "IncompleteUploads",
            "Status": "Enabled",
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        }
    ]
    assert "ObjectLockConfiguration" not in properties(of)
    assert "BucketName" not in properties(of)


@pytest.mark.parametrize("glacier", [None, 30])
def test_s3_10_lifecycle_covers_old_versions(
    stack: cdk.Stack, key: SecureKey, of: Of, glacier: int | None
) -> None:
    lifecycle = Lifecycle(glacier_after_days=glacier, expire_after_days=400)
    SecureBucket(stack, "Logs", key=key.key, lifecycle=lifecycle)
    _, retention = properties(of)["LifecycleConfiguration"]["Rules"]
    transitions = [{"StorageClass": "GLACIER", "TransitionInDays": 30}] if glacier else None
    assert retention.get("Transitions") == transitions
    assert retention["ExpirationInDays"] == 400
    assert retention["NoncurrentVersionExpiration"] == {"NoncurrentDays": 90}


@pytest.mark.parametrize("mode", ["COMPLIANCE", "GOVERNANCE"])
def test_s3_15_object_lock_holds_for_the_days_asked(
    stack: cdk.Stack, key: SecureKey, of: Of, mode: Literal["COMPLIANCE", "GOVERNANCE"]
) -> None:
    SecureBucket(stack, "Logs", key=key.key, object_lock=ObjectLock(mode=mode, days=120))
    assert properties(of)["ObjectLockEnabled"] is True
    assert properties(of)["ObjectLockConfiguration"]["Rule"] == {
        "DefaultRetention": {"Mode": mode, "Days": 120}
    }


def test_a_bucket_without_key_is_refused(stack: cdk.Stack) -> None:
    with pytest.raises(BaselineError, match=r"Stack/Logs: key is missing; pass a SecureKey's key"):
        SecureBucket(stack, "Logs")


def test_the_weaker_encryption_is_a_named_choice(stack: cdk.Stack, of: Of) -> None:
    SecureBucket(stack, "Logs", access_log_target=True)
    (rule,) = properties(of)["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


def test_what_s3_could_not_deliver_access_logs_into_is_refused(
    stack: cdk.Stack, key: SecureKey
) -> None:
    with pytest.raises(BaselineError, match="access_log_target and key exclude each other"):
        SecureBucket(stack, "Keyed", key=key.key, access_log_target=True)
    with pytest.raises(BaselineError, match="access_log_target and object_lock exclude each other"):
        SecureBucket(stack, "Locked", access_log_target=True, object_lock=LOCK)


def test_s3_9_access_logs_go_to_the_target_which_admits_this_bucket_only(
    stack: cdk.Stack, key: SecureKey, of: Of
) -> None:
    target = SecureBucket(stack, "Target", access_log_target=True)
    logs = SecureBucket(
        stack, "Logs", key=key.key, access_logs=target.bucket, access_log_prefix="logs/"
    )
    source = next(row for row in of(BUCKET) if "LoggingConfiguration" in row["Properties"])
    assert source["Properties"]["LoggingConfiguration"] == {
        "DestinationBucketName": stack.resolve(target.bucket.bucket_name),
        "LogFilePrefix": "logs/",
    }
    (delivery,) = (
        row
        for policy in of(POLICY)
        for row in policy["Properties"]["PolicyDocument"]["Statement"]
        if row["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    )
    assert delivery["Condition"] == {
        "ArnEquals": {"aws:SourceArn": stack.resolve(logs.bucket.bucket_arn)},
        "StringEquals": {"aws:SourceAccount": "333333333333"},
    }


def test_a_service_writes_below_its_paths_for_its_source(
    stack: cdk.Stack, key: SecureKey, of: Of
) -> None:
    bucket = SecureBucket(stack, "Logs", key=key.key)
    conditions = {"StringEquals": {"aws:SourceAccount": "111111111111"}}
    service = "cloudtrail.amazonaws.com"
    bucket.allow_service(service, sid="Acl", actions=["s3:GetBucketAcl"], conditions=conditions)
    bucket.allow_service(
        service, sid="Write", actions=["s3:PutObject"], paths=["a/*"], conditions=conditions
    )
    (policy,) = of(POLICY)
    *_, acl, write = policy["Properties"]["PolicyDocument"]["Statement"]
    assert acl["Resource"] == stack.resolve(bucket.bucket.bucket_arn)
    assert write["Resource"] == stack.resolve(bucket.bucket.arn_for_objects("a/*"))
    assert acl["Condition"] == write["Condition"] == conditions


def test_a_service_without_a_source_is_refused(stack: cdk.Stack, key: SecureKey) -> None:
    bucket = SecureBucket(stack, "Logs", key=key.key)
    with pytest.raises(BaselineError, match="without a source condition"):
        bucket.allow_service(
            "config.amazonaws.com",
            sid="Any",
            actions=["s3:PutObject"],
            conditions={"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
        )


def test_no_rule_pack_finds_anything(
    app: cdk.App, stack: cdk.Stack, key: SecureKey, findings: Callable[[cdk.App], list[str]]
) -> None:
    target = SecureBucket(stack, "Target", access_log_target=True)
    SecureBucket(stack, "Logs", key=key.key, access_logs=target.bucket, access_log_prefix="l/")
    assert findings(app) == []


def test_a_bucket_without_access_logs_is_found(
    app: cdk.App, stack: cdk.Stack, key: SecureKey, findings: Callable[[cdk.App], list[str]]
) -> None:
    SecureBucket(stack, "Logs", key=key.key)
    assert any("S3BucketLoggingEnabled" in finding for finding in findings(app))
