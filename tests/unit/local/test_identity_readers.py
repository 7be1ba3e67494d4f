"""Readers of people, tables and parameters: a difference is seen after tampering."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.unit.local.test_readers import REGION, differences

ACCOUNT = "555555555555"


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    with mock_aws():
        yield


def test_an_assignment_that_was_taken_away_is_seen() -> None:
    center = boto3.client("sso-admin", region_name=REGION)
    instance = center.list_instances()["Instances"][0]["InstanceArn"]
    made = center.create_permission_set(InstanceArn=instance, Name="Developer")
    expected = {
        "InstanceArn": instance,
        "PermissionSetArn": made["PermissionSet"]["PermissionSetArn"],
        "PrincipalId": "0a000000-0000-4000-8000-000000000001",
        "PrincipalType": "GROUP",
        "TargetId": ACCOUNT,
        "TargetType": "AWS_ACCOUNT",
    }
    center.create_account_assignment(**expected)
    assert differences("AWS::SSO::Assignment", "x", expected) == set()
    as_user = {**expected, "PrincipalType": "USER"}
    assert differences("AWS::SSO::Assignment", "x", as_user) == {f"assigned in {ACCOUNT}"}

    center.delete_account_assignment(**expected)

    assert differences("AWS::SSO::Assignment", "x", expected) == {f"assigned in {ACCOUNT}"}


def test_a_group_of_another_name_is_seen() -> None:
    store = boto3.client("identitystore", region_name=REGION)
    group = store.create_group(IdentityStoreId="d-1234567890", DisplayName="Developers")["GroupId"]
    expected = {"IdentityStoreId": "d-1234567890", "DisplayName": "Developers"}
    identifier = f"{group}|d-1234567890"
    assert differences("AWS::IdentityStore::Group", identifier, expected) == set()
    other = {**expected, "DisplayName": "Administrators"}
    assert differences("AWS::IdentityStore::Group", identifier, other) == {"DisplayName"}


def test_a_parameter_that_was_changed_is_seen() -> None:
    ssm = boto3.client("ssm", region_name=REGION)
    ssm.put_parameter(Name="/a", Type="String", Value="right")
    expected = {"Name": "/a", "Type": "String", "Value": "right"}
    assert differences("AWS::SSM::Parameter", "/a", expected) == set()

    ssm.put_parameter(Name="/a", Type="String", Value="wrong", Overwrite=True)

    assert differences("AWS::SSM::Parameter", "/a", expected) == {"Value"}


def test_a_table_that_lost_its_protections_is_seen() -> None:
    dynamodb = boto3.client("dynamodb", region_name=REGION)
    keys: dict[str, Any] = {
        "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
        "DeletionProtectionEnabled": True,
    }
    dynamodb.create_table(TableName="made", **keys)
    dynamodb.update_continuous_backups(
        TableName="made", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    expected = {
        **keys,
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
    }
    assert differences("AWS::DynamoDB::Table", "made", expected) == set()

    dynamodb.update_table(TableName="made", DeletionProtectionEnabled=False)
    dynamodb.update_continuous_backups(
        TableName="made", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )

    assert differences("AWS::DynamoDB::Table", "made", expected) == {
        "DeletionProtectionEnabled",
        "point-in-time recovery",
    }
    key = "arn:aws:kms:eu-west-1:333333333333:key/1"
    encrypted = {**keys, "SSESpecification": {"SSEEnabled": True, "KMSMasterKeyId": key}}
    assert "encryption with a customer managed key" in differences(
        "AWS::DynamoDB::Table", "made", encrypted
    )
