"""The log archive keeps logs encrypted, versioned, locked and for years."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest

from baseline.audit.log_archive import LogArchive
from baseline.audit.log_protection import QUALIFIER_CONTEXT
from baseline.config import Names
from baseline.config.log_archive import LogArchiveSettings
from baseline.controls.registry import declarations
from tests.support import CONTEXT
from tests.unit.audit.conftest import BUCKETS, KEYS
from tests.unit.audit.resource_policy import bucket_policy, key_policy

Archive = dict[str, Any]
BUCKET_POLICY_LIMIT = 20 * 1024
KEY_POLICY_LIMIT = 32 * 1024
DEPLOYER = "arn:aws:iam::222222222222:role/cdk-{}-cfn-exec-role-222222222222-eu-west-1"


def bucket(template: Archive, purpose: str) -> dict[str, Any]:
    properties: dict[str, Any] = template["Resources"][BUCKETS[purpose]]["Properties"]
    return properties


def build(
    stack: cdk.Stack, names: Names, qualifier: str | None = None, **settings: Any
) -> LogArchive:
    return LogArchive(
        stack,
        "LogArchive",
        names=names,
        settings=LogArchiveSettings(**settings),
        break_glass_role="OrgBreakGlass",
        qualifier=qualifier,
    )


def test_s3_15_trail_logs_are_locked_against_everyone_for_a_year(archive: Archive) -> None:
    properties = bucket(archive, "cloudtrail")
    assert properties["ObjectLockEnabled"] is True
    assert properties["ObjectLockConfiguration"] == {
        "ObjectLockEnabled": "Enabled",
        "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 365}},
    }


def test_a_weaker_lock_is_spelled_out_in_the_settings(
    stack: cdk.Stack, names: Names, synthesized: Callable[[cdk.Stack], Archive]
) -> None:
    build(stack, names, object_lock_mode="GOVERNANCE", object_lock_days=90)
    rule = bucket(synthesized(stack), "cloudtrail")["ObjectLockConfiguration"]["Rule"]
    assert rule == {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 90}}


@pytest.mark.parametrize("purpose", sorted(set(BUCKETS) - {"cloudtrail"}))
def test_writers_that_cannot_deal_with_object_lock_get_none(archive: Archive, purpose: str) -> None:
    assert "ObjectLockConfiguration" not in bucket(archive, purpose)
    assert "ObjectLockEnabled" not in bucket(archive, purpose)


@pytest.mark.parametrize("purpose", BUCKETS)
def test_s3_13_logs_move_to_glacier_and_end_after_seven_years(
    archive: Archive, purpose: str
) -> None:
    rules = {
        rule["Id"]: rule for rule in bucket(archive, purpose)["LifecycleConfiguration"]["Rules"]
    }
    # The current inventory of an instance that never changes has to stay readable.
    glacier = {"Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": 90}]}
    assert rules["Retention"] == {
        "Id": "Retention",
        "Status": "Enabled",
        **({} if purpose == "inventory" else glacier),
        "ExpirationInDays": 2555,
        "NoncurrentVersionExpiration": {"NoncurrentDays": 90},
    }


@pytest.mark.parametrize("purpose", KEYS)
def test_s3_17_each_bucket_is_encrypted_with_its_own_key(archive: Archive, purpose: str) -> None:
    (rule,) = bucket(archive, purpose)["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {
        "SSEAlgorithm": "aws:kms",
        "KMSMasterKeyID": {"Fn::GetAtt": [KEYS[purpose], "Arn"]},
    }
    assert rule["BucketKeyEnabled"] is True


@pytest.mark.parametrize("purpose", KEYS)
def test_kms_4_keys_rotate_yearly(archive: Archive, purpose: str) -> None:
    properties = archive["Resources"][KEYS[purpose]]["Properties"]
    assert properties["EnableKeyRotation"] is True
    assert properties["RotationPeriodInDays"] == 365


@pytest.mark.parametrize("purpose", sorted(set(BUCKETS) - {"access-logs"}))
def test_s3_9_cloudtrail_7_access_to_logs_is_logged(archive: Archive, purpose: str) -> None:
    properties = bucket(archive, purpose)
    assert properties["LoggingConfiguration"] == {
        "DestinationBucketName": {"Ref": BUCKETS["access-logs"]},
        "LogFilePrefix": f"{properties['BucketName']}/",
    }


@pytest.mark.parametrize("purpose", BUCKETS)
def test_s3_14_cloudtrail_6_buckets_are_versioned_and_private(
    archive: Archive, purpose: str
) -> None:
    properties = bucket(archive, purpose)
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(properties["PublicAccessBlockConfiguration"]) == 4
    names = {
        "cloudtrail": "secbase-org-logs-222222222222-eu-west-1",
        "load-balancers": "secbase-access-logs-222222222222-eu-west-1-elb",
        "web-acls": "aws-waf-logs-secbase-222222222222-eu-west-1",
    }
    expected = names.get(purpose, f"secbase-{purpose}-222222222222-eu-west-1")
    assert properties["BucketName"] == expected


def test_everything_outlives_the_stack(archive: Archive) -> None:
    for logical_id, resource in archive["Resources"].items():
        assert resource["DeletionPolicy"].startswith("Retain"), logical_id
        assert resource["UpdateReplacePolicy"] == "Retain", logical_id


def test_a_failed_first_deployment_leaves_no_name_that_refuses_the_next(archive: Archive) -> None:
    for logical_id, resource in archive["Resources"].items():
        named = resource["Type"] in {"AWS::S3::Bucket", "AWS::KMS::Alias"}
        if named:
            assert resource["DeletionPolicy"] == "RetainExceptOnCreate", logical_id


def test_the_rollback_does_not_ask_for_what_the_key_policy_denies(archive: Archive) -> None:
    # DenyDeletingKey binds the deployer as well, so the rollback of a key would never end.
    for logical_id, resource in archive["Resources"].items():
        if resource["Type"] == "AWS::KMS::Key":
            assert resource["DeletionPolicy"] == "Retain", logical_id


def test_logical_ids_of_what_holds_data_never_change(archive: Archive) -> None:
    stateful = {
        logical_id
        for logical_id, resource in archive["Resources"].items()
        if resource["Type"] in {"AWS::S3::Bucket", "AWS::KMS::Key"}
    }
    assert stateful == {*BUCKETS.values(), *KEYS.values()}


def test_aliases_are_those_that_other_accounts_use(archive: Archive, names: Names) -> None:
    aliases = {
        resource["Properties"]["AliasName"]: resource["Properties"]["TargetKeyId"]["Fn::GetAtt"][0]
        for resource in archive["Resources"].values()
        if resource["Type"] == "AWS::KMS::Alias"
    }
    assert aliases == {
        names.cloudtrail_key_alias: KEYS["cloudtrail"],
        names.config_key_alias: KEYS["config"],
        names.flow_log_key_alias: KEYS["flow-logs"],
        names.web_acl_key_alias: KEYS["web-acls"],
    }


def test_policies_fit_the_quotas_of_s3_and_kms(archive: Archive) -> None:
    for purpose in BUCKETS:
        name = bucket(archive, purpose)["BucketName"]
        assert bucket_policy(archive, name).size < BUCKET_POLICY_LIMIT / 2, purpose
    for purpose, logical_id in KEYS.items():
        assert key_policy(archive, logical_id).size < KEY_POLICY_LIMIT / 2, purpose


@pytest.mark.parametrize(
    ("context", "argument", "deployer"),
    [(None, None, "hnb659fds"), ("secbase", None, "secbase"), ("secbase", "other", "other")],
)
def test_the_deployer_is_the_one_of_the_apps_bootstrap(
    names: Names,
    synthesized: Callable[[cdk.Stack], Archive],
    context: str | None,
    argument: str | None,
    deployer: str,
) -> None:
    env = cdk.Environment(account=names.log_archive, region=names.home_region)
    app = cdk.App(context={**CONTEXT, QUALIFIER_CONTEXT: context}, analytics_reporting=False)
    stack = cdk.Stack(app, "Stack", env=env)
    build(stack, names, qualifier=argument)
    policy = bucket_policy(synthesized(stack), names.cloudtrail_bucket)
    arn = f"arn:aws:s3:::{names.cloudtrail_bucket}"
    ours, theirs = DEPLOYER.format(deployer), DEPLOYER.format("stranger")
    assert policy.verdict(ours, "s3:PutBucketPolicy", arn) == "silent"
    assert policy.verdict(theirs, "s3:PutBucketPolicy", arn) == "denied by DenyWeakeningBucket"


def test_every_bucket_declares_what_it_implements(log_archive_app: cdk.App) -> None:
    declared = {
        str(entry["construct"]).rsplit("/", 1)[-1]: entry["controls"]
        for entry in declarations(log_archive_app)
    }
    assert set(declared) == {
        "CloudTrail",
        "Config",
        "FlowLogs",
        "GuardDuty",
        "LoadBalancers",
        "WebAcls",
        "Inventory",
        "SessionLogs",
    }
    assert "S3.15" in str(declared["CloudTrail"])
    assert all("S3.15" not in str(declared[name]) for name in set(declared) - {"CloudTrail"})


def test_no_rule_pack_finds_anything(
    log_archive_app: cdk.App, findings: Callable[[cdk.App], list[str]]
) -> None:
    assert findings(log_archive_app) == []
