"""An account that joins gets its baseline by itself: roles, recorder and event forwarding."""

from __future__ import annotations

import time

from baseline.local.administration import unit_ids, wait_for_stack_sets
from baseline.local.kept_people import assign
from baseline.local.kept_settings import reconcile
from tests.e2e.organization import Organization

SECONDS = 60


def create_account(organization: Organization) -> str:
    client = organization.client("organizations", organization.access.management)
    request = client.create_account(AccountName="newcomer", Email="aws-newcomer@example.com")[
        "CreateAccountStatus"
    ]["Id"]
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        status = client.describe_create_account_status(CreateAccountRequestId=request)
        if status["CreateAccountStatus"]["State"] == "SUCCEEDED":
            return str(status["CreateAccountStatus"]["AccountId"])
        time.sleep(0.2)
    raise AssertionError(status)


def test_a_new_account_gets_its_baseline_from_the_stack_sets(organization: Organization) -> None:
    configuration = organization.session.configuration
    organizations = organization.client("organizations", organization.access.management)
    root = configuration.organization.root_id
    account = create_account(organization)

    organizations.move_account(
        AccountId=account,
        SourceParentId=root,
        DestinationParentId=unit_ids(organizations, root)["Workloads/Test"],
    )
    wait_for_stack_sets(organization.access, organization.home)

    iam = organization.client("iam", account)
    audit = iam.get_role(RoleName=organization.names.audit_role)["Role"]
    assert organization.names.security in str(audit["AssumeRolePolicyDocument"])
    for region in configuration.regions:
        config = organization.client("config", account, region)
        status = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
        assert [each["recording"] for each in status] == [True]
        rules = organization.client("events", account, region).list_rules()["Rules"]
        assert rules
    visited = reconcile(configuration, organization.access)["accounts"]
    assert [each["state"] for each in visited if each["account"]["id"] == account] == ["changed"]
    assigned = assign(configuration, organization.access)
    assert assigned is not None
    states = {each["account"]["id"]: each["state"] for each in assigned["accounts"]}
    assert states[account] == "changed"
    assert [each for each in organization.verify().findings if not each.ok] == []
