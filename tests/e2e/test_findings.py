"""A finding of GuardDuty reaches the people: event, rule, topic, subscription."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.messages import Inbox, record
from tests.e2e.organization import Organization
from tests.unit.detection.recorded import RECORDED

SECONDS = 20


def find(
    organization: Organization, region: str, severity: float, title: str, **service: object
) -> None:
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
            "service": {"archived": False, **service},
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


def test_a_finding_names_the_account_and_says_what_to_do(
    organization: Organization, critical: Inbox
) -> None:
    find(organization, organization.home, 9.5, "a caller with a bad name")

    text = critical.texts(wanted="a caller with a bad name", seconds=SECONDS)
    assert "CRITICAL payments-production: a caller with a bad name" in text
    assert "payments-production (555555555555, Workloads/Production)" in text
    assert "What to do: " in text
    assert f"https://{organization.home}.console.aws.amazon.com/guardduty/" in text


def test_a_sample_is_told_to_nobody(organization: Organization, critical: Inbox) -> None:
    find(organization, organization.home, 9.5, "made up", additionalInfo={"sample": True})
    find(organization, organization.home, 9.5, "[SAMPLE] made up by its title")
    find(organization, organization.home, 9.5, "a real one")

    before = critical.texts(wanted="a real one", seconds=SECONDS)
    assert "a real one" in before
    assert "made up" not in before + critical.texts(wanted="made up", seconds=2)


def test_a_finding_in_security_hub_is_told_and_marked(
    organization: Organization, critical: Inbox
) -> None:
    security = organization.names.security
    hub = organization.client("securityhub", security)
    finding = next(
        one.event["detail"]["findings"][0]
        for one in RECORDED
        if one.name == "security_hub: control, critical"
    )
    hub.batch_import_findings(Findings=[finding])
    event = {
        "account": security,
        "region": organization.home,
        "source": "aws.securityhub",
        "detail_type": "Security Hub Findings - Imported",
        "detail": {"findings": [finding]},
    }
    assert organization.access.page("/_baseline/events", event)["event_id"]

    assert "S3.8" in critical.texts(wanted=finding["Title"], seconds=SECONDS)
    deadline = time.monotonic() + SECONDS
    while _status(hub, finding["Id"]) != "NOTIFIED" and time.monotonic() < deadline:
        time.sleep(0.2)
    assert _status(hub, finding["Id"]) == "NOTIFIED"


def _status(hub: Any, identifier: str) -> str:
    found = next(one for one in hub.get_findings()["Findings"] if one["Id"] == identifier)
    return str(found["Workflow"]["Status"])


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
