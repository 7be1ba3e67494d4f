"""A finding of GuardDuty reaches the people: event, rule, topic, subscription."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

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


class Inbox:
    """A queue that is subscribed to a topic, as a paging system would be."""

    def __init__(self, organization: Organization, severity: str) -> None:
        account = organization.names.security
        self._sqs = organization.client("sqs", account)
        # Nobody else may take a subscription off a topic of the baseline.
        role = organization.session.configuration.break_glass.role
        self._sns = organization.client("sns", account, role=role)
        name = organization.names.topic(severity)
        self.topic = f"arn:aws:sns:{organization.home}:{account}:{name}"
        self.url = self._sqs.create_queue(QueueName=f"e2e-{severity}")["QueueUrl"]
        arn = f"arn:aws:sqs:{organization.home}:{account}:e2e-{severity}"
        self.subscription = self._sns.subscribe(
            TopicArn=self.topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True
        )["SubscriptionArn"]

    def texts(self, *, wanted: str, seconds: float) -> str:
        """Give the messages that came, at the latest when one holds ``wanted``."""
        received = ""
        deadline = time.monotonic() + seconds
        while wanted not in received and time.monotonic() < deadline:
            answer = self._sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)
            for message in answer.get("Messages", ()):
                received += message["Body"]
                self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
            time.sleep(0.2)
        return received

    def close(self) -> None:
        """Leave the topic as it was."""
        self._sns.unsubscribe(SubscriptionArn=self.subscription)
        self._sqs.delete_queue(QueueUrl=self.url)


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


def record(organization: Organization, account: str, region: str, **event: object) -> None:
    """Let CloudTrail deliver a recorded call."""
    body = {"account": account, "region": region, **event}
    assert organization.access.page("/_baseline/events", body)["event_id"]


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
