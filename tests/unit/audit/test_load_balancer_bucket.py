"""Load balancers log where they have to: in their Region, under S3's keys, for this organization."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from baseline.audit.load_balancer_bucket import LoadBalancerBucket
from baseline.audit.log_bucket import Archive
from baseline.config import Names
from baseline.config.log_archive import LogArchiveSettings
from baseline.errors import BaselineError
from baseline.primitives.secure_bucket import SecureBucket
from baseline.primitives.secure_key import SecureKey
from tests.unit.audit.conftest import BUCKETS, new_app
from tests.unit.audit.resource_policy import ResourcePolicy, bucket_policy

Template = dict[str, Any]
SERVICE = "logdelivery.elasticloadbalancing.amazonaws.com"
BALANCER = "arn:aws:elasticloadbalancing:eu-central-1:{}:loadbalancer/app/shop/1"
NAME = "secbase-access-logs-222222222222-eu-central-1-elb"


@pytest.fixture(scope="module")
def bound(names: Names) -> ResourcePolicy:
    """The policy where accounts are named."""
    app = new_app()
    env = cdk.Environment(account=names.log_archive, region="eu-central-1")
    stack = cdk.Stack(app, "Logs", env=env)
    target = SecureBucket(stack, "Target", access_log_target=True, bucket_name="target")
    LoadBalancerBucket(
        stack,
        "LoadBalancers",
        archive=Archive(
            names=names,
            settings=LogArchiveSettings(),
            break_glass_role="OrgBreakGlass",
            qualifier="secbase",
        ),
        region="eu-central-1",
        accounts=["555555555555", "666666666666"],
        access_logs=target.bucket,
    )
    return bucket_policy(app.synth().get_stack_by_name("Logs").template, NAME)


def test_application_load_balancers_need_keys_of_s3(archive: Template) -> None:
    properties = archive["Resources"][BUCKETS["load-balancers"]]["Properties"]
    (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert "ObjectLockConfiguration" not in properties


@pytest.mark.parametrize(
    ("account", "owner", "verdict"),
    [
        ("555555555555", "555555555555", "allowed"),
        ("666666666666", "666666666666", "allowed"),
        ("777777777777", "555555555555", "silent"),
        ("555555555555", "777777777777", "silent"),
    ],
)
def test_named_accounts_are_bound_by_the_arn_of_their_load_balancers(
    bound: ResourcePolicy, account: str, owner: str, verdict: str
) -> None:
    log = f"arn:aws:s3:::{NAME}/AWSLogs/{owner}/elasticloadbalancing/eu-central-1/x.log.gz"
    keys = {"aws:SourceArn": BALANCER.format(account), "aws:SourceOrgID": "o-exampleorgid"}
    assert bound.verdict(SERVICE, "s3:PutObject", log, keys) == verdict
    other = {"aws:SourceArn": BALANCER.format(account).replace("eu-central-1", "us-east-1")}
    assert bound.verdict(SERVICE, "s3:PutObject", log, other) == "silent"


def test_a_bucket_without_a_key_of_ours_names_its_reason(stack: cdk.Stack) -> None:
    with pytest.raises(BaselineError, match="key is missing"):
        SecureBucket(stack, "Bare")
    key = SecureKey(stack, "Key", description="Encrypts")
    with pytest.raises(BaselineError, match="s3_managed_keys and key exclude each other"):
        SecureBucket(stack, "Both", key=key.key, s3_managed_keys="a writer that cannot use keys")
