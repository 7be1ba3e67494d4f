"""The entry points with their real clients, against moto's organization.

moto has no root features, StackSets access or Security Hub administrators: fake_aws.py has.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.unit.organization.fake_aws import STACK_ID
from tests.unit.organization.handler import apicalls, index

CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 300_000)


@pytest.fixture
def event(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """A create event for an organization with one unit and one member in the root."""
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    with mock_aws():
        organizations = boto3.client("organizations", region_name="us-east-1")
        organization = organizations.create_organization(FeatureSet="ALL")["Organization"]
        root = organizations.list_roots()["Roots"][0]["Id"]
        unit = organizations.create_organizational_unit(ParentId=root, Name="Security")
        created = organizations.create_account(AccountName="security", Email="aws@example.com")
        account = created["CreateAccountStatus"]["AccountId"]
        yield {
            "RequestType": "Create",
            "StackId": STACK_ID,
            "ResourceProperties": {
                "OrganizationId": organization["Id"],
                "RootId": root,
                "TrustedAccess": ["config-multiaccountsetup.amazonaws.com"],
                "PolicyTypes": ["SERVICE_CONTROL_POLICY", "TAG_POLICY"],
                "DelegatedAdministrators": [
                    {
                        "ServicePrincipal": "config-multiaccountsetup.amazonaws.com",
                        "AccountId": account,
                    }
                ],
                "RegionalAdministrators": [
                    {
                        "Service": "guardduty",
                        "AccountId": account,
                        "Regions": ["eu-west-1", "eu-central-1"],
                    }
                ],
                "RamSharing": "true",
                "Placements": [
                    {"AccountId": account, "UnitId": unit["OrganizationalUnit"]["Id"]},
                ],
            },
        }


def test_the_state_that_a_client_reads_back_is_the_one_asked_for(event: dict[str, Any]) -> None:
    properties = event["ResourceProperties"]
    (placement,) = properties["Placements"]

    answer = index.on_event(event, CONTEXT)
    assert index.is_complete({**event, **answer}, CONTEXT)["IsComplete"] is True

    organizations = boto3.client("organizations", region_name="us-east-1")
    access = organizations.list_aws_service_access_for_organization()["EnabledServicePrincipals"]
    assert [entry["ServicePrincipal"] for entry in access] == properties["TrustedAccess"]
    (root,) = organizations.list_roots()["Roots"]
    assert {entry["Type"]: entry["Status"] for entry in root["PolicyTypes"]} == {
        "SERVICE_CONTROL_POLICY": "ENABLED",
        "TAG_POLICY": "ENABLED",
    }
    administrators = organizations.list_delegated_administrators()["DelegatedAdministrators"]
    assert [entry["Id"] for entry in administrators] == [placement["AccountId"]]
    (parent,) = organizations.list_parents(ChildId=placement["AccountId"])["Parents"]
    assert parent["Id"] == placement["UnitId"]
    for region in ("eu-west-1", "eu-central-1"):
        guardduty = boto3.client("guardduty", region_name=region)
        assert guardduty.list_organization_admin_accounts()["AdminAccounts"] == [
            {"AdminAccountId": placement["AccountId"], "AdminStatus": "ENABLED"}
        ]


def test_a_second_pass_changes_nothing(event: dict[str, Any]) -> None:
    index.on_event(event, CONTEXT)
    # Whether RAM shares is read from trusted access, which moto does not keep up to date.
    event["ResourceProperties"]["RamSharing"] = "false"
    assert index.on_event(event, CONTEXT)["Data"] == {"Changed": "", "Changes": "0"}


def test_an_account_that_does_not_exist_is_named(event: dict[str, Any]) -> None:
    placement = {"AccountId": "999999999999", "UnitId": "ou-none"}
    event["ResourceProperties"]["Placements"] = [placement]
    with pytest.raises(apicalls.RefusedError, match="999999999999"):
        index.on_event(event, CONTEXT)
