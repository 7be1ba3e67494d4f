"""A finding of GuardDuty reaches the people: event, rule, topic, subscription."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.messages import Inbox, record
from tests.e2e.organization import Organization

SECONDS = 20


def find(organization: Organization, region: str, severity: float, title: str) -> None:
    """Let GuardDuty publish a finding; clients cannot put events of AWS services."""
    event = {
        "account": organization.names.security,
        "region": region,
        "source": "aws.guardduty",
        "detail_type": "GuardDuty Finding",
        "detail": {
            "schemaVersion": "2.0",
            "id": title,
            "accountId": "555555555555",
            "region": region,
            "type": "UnauthorizedAccess:IAMUser/MaliciousIPCaller",
            "severity": severity,
            "title": title,
            "service": {"archived": False},
        },
    }
    assert organization.access.page("/_baseline/events", event)["event_id"]


@pytest.fixture
def critical(organization: Organization) -> Iterator[Inbox]:
    inbox = Inbox(organization, "critical")
    yield inbox
    inbox.close()


@pytest.mark.parametrize("region", ["eu-west-1", "eu-central-1"])
def test_a_critical_finding_of_any_governed_region_reaches_the_critical_topic(
    organization: Organization, critical: Inbox, region: str
) -> None:
    title = f"caller of {region}"

    find(organization, region, 9.5, title)

    assert title in critical.texts(wanted=title, seconds=SECONDS)


def test_a_minor_finding_does_not_wake_anybody(organization: Organization, critical: Inbox) -> None:
    find(organization, organization.home, 2.0, "a scan")
    find(organization, organization.home, 9.5, "an attack")

    before = critical.texts(wanted="an attack", seconds=SECONDS)
    assert "an attack" in before
    assert "a scan" not in before + critical.texts(wanted="a scan", seconds=2)


@pytest.mark.parametrize("region", ["eu-central-1", "us-east-1"])
def test_the_use_of_break_glass_in_a_member_account_is_told_from_where_it_is_recorded(
    organization: Organization, critical: Inbox, region: str
) -> None:
    role = organization.session.configuration.break_glass.role
    member = organization.session.configuration.members["payments-test"].id
    assert member
    detail = {
        "eventSource": "sts.amazonaws.com",
        "eventName": "AssumeRole",
        "eventID": f"assumed in {region}",
        "eventType": "AwsApiCall",
        "userIdentity": {"type": "AWSAccount", "accountId": organization.names.management},
        "requestParameters": {"roleArn": f"arn:aws:iam::{member}:role/{role}"},
    }
    kind = "AWS API Call via CloudTrail"
    record(organization, member, region, source="aws.sts", detail_type=kind, detail=detail)

    assert "AssumeRole" in critical.texts(wanted=f"assumed in {region}", seconds=SECONDS)


def test_a_sign_in_of_a_break_glass_user_is_told_from_the_region_of_the_sign_in_page(
    organization: Organization, critical: Inbox
) -> None:
    user, *_ = organization.session.configuration.break_glass.users
    management = organization.names.management
    detail = {
        "eventSource": "signin.amazonaws.com",
        "eventName": "ConsoleLogin",
        "eventID": "signed in from afar",
        "eventType": "AwsConsoleSignIn",
        "userIdentity": {
            "type": "IAMUser",
            "userName": user,
            "arn": f"arn:aws:iam::{management}:user/{user}",
        },
    }
    record(
        organization,
        management,
        "ap-southeast-2",
        source="aws.signin",
        detail_type="AWS Console Sign In via CloudTrail",
        detail=detail,
    )

    text = critical.texts(wanted="signed in from afar", seconds=SECONDS)
    assert f"user/{user}" in text
