"""People reach the accounts that the configuration says, and a delegate does not reach management."""

from __future__ import annotations

import botocore.exceptions
import pytest

from baseline.local.kept_people import assign, read_back
from tests.e2e.organization import Organization


def test_the_assignments_of_units_stand_after_the_deployment(organization: Organization) -> None:
    configuration = organization.session.configuration
    known = {account.id for _, account in configuration.all_accounts()}
    # Other tests let accounts join, which the job meets at its next run.
    found = [
        each for each in read_back(configuration, organization.access) if each.account in known
    ]
    assert len(found) > 10
    assert [finding for finding in found if not finding.ok] == []


def test_the_job_changes_nothing_the_second_time(organization: Organization) -> None:
    assign(organization.session.configuration, organization.access)
    report = assign(organization.session.configuration, organization.access)
    assert report is not None
    assert report["summary"]["ok"] == report["summary"]["accounts"] > 5


def test_the_job_assigns_again_what_somebody_took_away(organization: Organization) -> None:
    configuration = organization.session.configuration
    center = organization.client("sso-admin", organization.names.security)
    instance = configuration.identity_center.instance
    target = configuration.accounts.log_archive.id
    for arn in center.list_permission_sets(InstanceArn=instance)["PermissionSets"]:
        listed = center.list_account_assignments(
            InstanceArn=instance, AccountId=target, PermissionSetArn=arn
        )
        for row in listed["AccountAssignments"]:
            center.delete_account_assignment(
                InstanceArn=instance,
                TargetId=target,
                TargetType="AWS_ACCOUNT",
                PermissionSetArn=arn,
                PrincipalType="GROUP",
                PrincipalId=row["PrincipalId"],
            )
    assert [
        finding.account
        for finding in read_back(configuration, organization.access)
        if not finding.ok
    ]
    report = assign(configuration, organization.access)
    assert report is not None
    assert report["summary"]["changed"] == 1
    assert all(finding.ok for finding in read_back(configuration, organization.access))


def test_the_delegate_cannot_give_access_to_the_management_account(
    organization: Organization,
) -> None:
    configuration = organization.session.configuration
    center = organization.client("sso-admin", organization.names.security)
    instance = configuration.identity_center.instance
    (arn, *_) = center.list_permission_sets(InstanceArn=instance)["PermissionSets"]
    with pytest.raises(botocore.exceptions.ClientError, match="management account"):
        center.create_account_assignment(
            InstanceArn=instance,
            TargetId=configuration.accounts.management.id,
            TargetType="AWS_ACCOUNT",
            PermissionSetArn=arn,
            PrincipalType="GROUP",
            PrincipalId=configuration.identity_center.groups["AWS-Platform"].id,
        )
