"""The first deployment: every stack, every setting as declared, and a verdict that can be trusted."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest

from baseline.local.driver import read_stacks
from baseline.local.progress import DONE, UNCHANGED
from baseline.local.verify import UNREADABLE, Report
from tests.e2e.organization import Organization


def told(report: Report) -> list[str]:
    return [
        f"{each.account} {each.region} {each.resource}: {each.check.setting} should be"
        f" {json.dumps(each.check.expected, default=str)[:300]} and is"
        f" {json.dumps(each.check.found, default=str)[:300]}"
        for each in report.mismatches
    ]


def test_the_first_deployment_deploys_every_stack(organization: Organization) -> None:
    stacks = read_stacks(organization.session.state.assembly)

    assert organization.first.states == {stack.name: DONE for stack in stacks}


@pytest.fixture(scope="module")
def report(organization: Organization) -> Report:
    """What was read back after the first deployment."""
    return organization.verify()


def test_every_setting_reads_back_as_declared(report: Report) -> None:
    assert told(report) == []
    assert report.ok


def test_nothing_that_is_deployed_escapes_the_comparison(report: Report) -> None:
    gaps = {(gap.type, gap.property) for gap in report.not_read}

    assert gaps <= set(UNREADABLE)


def test_every_account_and_region_is_read(organization: Organization, report: Report) -> None:
    configuration = organization.session.configuration
    organizations = organization.client("organizations", organization.access.management)
    accounts = {each["Id"] for each in organizations.list_accounts()["Accounts"]}

    read = {(each.account, each.region) for each in report.findings}

    assert read >= {(account, region) for account in accounts for region in configuration.regions}


def test_a_second_deployment_changes_nothing(organization: Organization) -> None:
    again = organization.deploy()

    assert again.problems == ()
    assert set(again.states.values()) == {UNCHANGED}


def stop_the_trail(organization: Organization) -> Callable[[], Any]:
    client = organization.client("cloudtrail", organization.access.management)
    trail = organization.names.trail
    client.stop_logging(Name=trail)
    return lambda: client.start_logging(Name=trail)


def drop_a_bucket_policy(organization: Organization) -> Callable[[], Any]:
    role = organization.session.configuration.break_glass.role
    client = organization.client("s3", organization.names.log_archive, role=role)
    bucket = organization.names.cloudtrail_bucket
    policy = client.get_bucket_policy(Bucket=bucket)["Policy"]
    client.delete_bucket_policy(Bucket=bucket)
    return lambda: client.put_bucket_policy(Bucket=bucket, Policy=policy)


def detach_a_guardrail(organization: Organization) -> Callable[[], Any]:
    client = organization.client("organizations", organization.access.management)
    policies = client.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]
    policy = next(each["Id"] for each in policies if not each["AwsManaged"])
    target = client.list_targets_for_policy(PolicyId=policy)["Targets"][0]["TargetId"]
    client.detach_policy(PolicyId=policy, TargetId=target)
    return lambda: client.attach_policy(PolicyId=policy, TargetId=target)


def silence_a_topic(organization: Organization) -> Callable[[], Any]:
    role = organization.session.configuration.break_glass.role
    client = organization.client("sns", organization.names.security, role=role)
    name = organization.names.topic("critical")
    topic = f"arn:aws:sns:{organization.home}:{organization.names.security}:{name}"
    key = client.get_topic_attributes(TopicArn=topic)["Attributes"]["KmsMasterKeyId"]

    def set_key(value: str) -> None:
        client.set_topic_attributes(
            TopicArn=topic, AttributeName="KmsMasterKeyId", AttributeValue=value
        )

    set_key("")
    return lambda: set_key(key)


TAMPERED = {
    ("AWS::CloudTrail::Trail", "IsLogging"): stop_the_trail,
    ("AWS::S3::BucketPolicy", "PolicyDocument"): drop_a_bucket_policy,
    ("AWS::Organizations::Policy", "TargetIds"): detach_a_guardrail,
    ("AWS::SNS::Topic", "KmsMasterKeyId"): silence_a_topic,
}


@pytest.fixture(scope="module")
def tampered(organization: Organization) -> Report:
    """What is read back after every change at once: reading everything takes longest."""
    with ExitStack() as repairs:
        for tamper in TAMPERED.values():
            repairs.callback(tamper(organization))
        return organization.verify()


@pytest.mark.parametrize("changed", TAMPERED)
def test_a_live_setting_that_is_changed_flips_the_verdict(
    tampered: Report, changed: tuple[str, str]
) -> None:
    assert not tampered.ok
    assert changed in differing(tampered)


def test_only_what_was_changed_flips_the_verdict(tampered: Report) -> None:
    assert set(differing(tampered)) == set(TAMPERED)


def differing(report: Report) -> list[tuple[str, str]]:
    return [(each.type, each.check.setting.split(" of ")[0]) for each in report.mismatches]
