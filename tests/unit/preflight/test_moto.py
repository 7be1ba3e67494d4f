"""The same looks at accounts that moto keeps: real clients, serialization, pages and errors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from baseline.config import Configuration, Names
from baseline.live.organization import LiveOrganization, organization_of
from baseline.live.reader import Reader
from baseline.live.reads import ACTIONS
from baseline.preflight.finding import Finding
from baseline.preflight.look import Look
from baseline.preflight.run import preflight
from tests.unit.live.sessions import counting
from tests.unit.preflight.world import HOME, OTHER, changed, expected, named

MANAGEMENT = "123456789012"  # the account that moto is in
BUCKET = "secbase-org-logs-222222222222-eu-west-1"
DENY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}


class MotoReader(Reader):
    """Does without what moto does not have: Control Tower, for example."""

    def one(self, *arguments: Any, **parameters: Any) -> dict[str, Any] | None:
        try:
            return super().one(*arguments, **parameters)
        except NotImplementedError:
            return None

    def every(self, *arguments: Any, **parameters: Any) -> list[Any] | None:
        try:
            return super().every(*arguments, **parameters)
        except NotImplementedError:
            return None


@pytest.fixture(scope="module")
def calls() -> list[str]:
    """The operations that the look called."""
    return []


@pytest.fixture(scope="module")
def found(calls: list[str]) -> Iterator[list[Finding]]:
    """What an organization gives that was used by hand before."""
    with mock_aws():
        organization = _past()
        session = boto3.Session(region_name=HOME)
        made = counting(session)
        reader = MotoReader(session, account=MANAGEMENT)
        look = Look(
            configuration=_configuration(organization),
            names=Names.of(_configuration(organization)),
            readers={MANAGEMENT: reader},
            live=organization_of(reader),
            expected=expected(
                named("AWS::S3::Bucket", BUCKET, account=MANAGEMENT, logical_id="Logs1"),
                named("AWS::Logs::LogGroup", "secbase-cloudtrail", account=MANAGEMENT),
                named("AWS::KMS::Alias", "alias/secbase-logs", account=MANAGEMENT, key="Key1"),
                named("AWS::SNS::Topic", "secbase-free", account=MANAGEMENT),
            ),
        )
        result = preflight(look)
        calls.extend(made)
        yield result


def _configuration(organization: LiveOrganization) -> Configuration:
    ids = {"id": organization.id, "root_id": organization.root_id}
    return changed(organization=ids, accounts={"management": {"id": MANAGEMENT}})


def _past() -> LiveOrganization:
    """Make what somebody made by hand, and what an uninstall left."""
    organizations = boto3.client("organizations", region_name="us-east-1")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    unit = organizations.create_organizational_unit(ParentId=root, Name="Workloads")
    for number in range(2):
        policy = organizations.create_policy(
            Content=json.dumps(DENY),
            Description="",
            Name=f"theirs-{number}",
            Type="SERVICE_CONTROL_POLICY",
        )["Policy"]["PolicySummary"]["Id"]
        target = unit["OrganizationalUnit"]["Id"]
        organizations.attach_policy(PolicyId=policy, TargetId=target)
    _records()
    _leftovers()
    guardduty = boto3.client("guardduty", region_name=HOME)
    guardduty.create_detector(Enable=True)
    guardduty.enable_organization_admin_account(AdminAccountId="777777777777")
    return organization_of(Reader(boto3.Session(region_name=HOME)))


def _records() -> None:
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="old-trail")
    trail = boto3.client("cloudtrail", region_name=HOME)
    trail.create_trail(
        Name="old", S3BucketName="old-trail", IsMultiRegionTrail=True, IsOrganizationTrail=True
    )
    config = boto3.client("config", region_name=OTHER)
    role = f"arn:aws:iam::{MANAGEMENT}:role/theirs"
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": role})
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "old-trail"})


def _leftovers() -> None:
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket=BUCKET)
    boto3.client("logs", region_name=HOME).create_log_group(logGroupName="secbase-cloudtrail")
    kms = boto3.client("kms", region_name=HOME)
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/secbase-logs", TargetKeyId=key)


def of(found: list[Finding], check: str) -> list[Finding]:
    return [row for row in found if row.check == check]


def test_the_unit_that_exists_is_adopted(found: list[Finding]) -> None:
    (row,) = of(found, "units.exists")[:1]
    assert list(row.configuration["organizational_units"]) == ["Workloads"]


def test_policies_of_others_get_slots(found: list[Finding]) -> None:
    (row,) = of(found, "policies.reserved")
    assert row.configuration == {"guardrails": {"reserved_scp_slots": 2}}


def test_the_other_trail_is_noted(found: list[Finding]) -> None:
    (row,) = of(found, "trail.second")
    assert row.message.startswith("old records the same")


def test_the_recorder_in_its_region_is_a_conflict(found: list[Finding]) -> None:
    rows = {row.place: row for row in of(found, "config.recorder")}
    assert rows[f"management {OTHER}"].blocks
    assert not rows[f"management {HOME}"].blocks


def test_the_other_administrator_is_a_conflict(found: list[Finding]) -> None:
    rows = [row for row in of(found, "administrators.regional") if row.blocks]
    assert [(row.place, "777777777777" in row.message) for row in rows] == [(HOME, True)]


def test_what_an_uninstall_left_is_imported(found: list[Finding]) -> None:
    rows = of(found, "names.retained")
    identifiers = [dict(each.identifier) for row in rows for each in row.imported]
    assert {"BucketName": BUCKET} in identifiers
    assert {"LogGroupName": "secbase-cloudtrail"} in identifiers
    assert [each for each in identifiers if "KeyId" in each]
    free = [row for row in of(found, "names.taken") if "AWS::SNS::Topic" in row.message]
    assert [row.blocks for row in free] == [False]


def test_accounts_that_are_not_there_are_told(found: list[Finding]) -> None:
    places = {row.place for row in of(found, "accounts.missing")}
    assert {"log_archive", "security"} <= places


def test_only_calls_of_the_table_are_made(found: list[Finding], calls: list[str]) -> None:
    assert found
    assert calls
    assert {tuple(call.split(":")) for call in calls} <= set(ACTIONS)
