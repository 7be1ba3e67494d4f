"""A key that somebody disables is told from its account and Region, by whose key it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.messages import Inbox, record
from tests.e2e.organization import Organization

SECONDS = 20
KEY = "1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture
def critical(organization: Organization) -> Iterator[Inbox]:
    inbox = Inbox(organization, "critical")
    yield inbox
    inbox.close()


@pytest.fixture
def high(organization: Organization) -> Iterator[Inbox]:
    inbox = Inbox(organization, "high")
    yield inbox
    inbox.close()


def disable(organization: Organization, account: str, region: str) -> str:
    """Let CloudTrail deliver a DisableKey; give the key's ARN."""
    arn = f"arn:aws:kms:{region}:{account}:key/{KEY}"
    detail = {
        "eventSource": "kms.amazonaws.com",
        "eventName": "DisableKey",
        "eventID": f"disabled in {account}",
        "eventType": "AwsApiCall",
        "userIdentity": {
            "type": "AssumedRole",
            "arn": f"arn:aws:sts::{account}:assumed-role/Administrator/anna",
            "sessionContext": {"sessionIssuer": {"type": "Role", "userName": "Administrator"}},
        },
        "requestParameters": {"keyId": arn},
        "resources": [{"accountId": account, "type": "AWS::KMS::Key", "ARN": arn}],
    }
    kind = "AWS API Call via CloudTrail"
    record(organization, account, region, source="aws.kms", detail_type=kind, detail=detail)
    return arn


@pytest.mark.parametrize("region", ["eu-west-1", "eu-central-1"])
def test_a_key_of_the_log_archive_is_critical(
    organization: Organization, critical: Inbox, region: str
) -> None:
    arn = disable(organization, organization.names.log_archive, region)

    text = critical.texts(wanted=arn, seconds=SECONDS)
    assert arn in text
    assert "CRITICAL: DisableKey (kms)" in text


def test_a_key_of_a_member_is_high_and_wakes_nobody(
    organization: Organization, critical: Inbox, high: Inbox
) -> None:
    member = organization.session.configuration.members["payments-test"].id
    assert member
    arn = disable(organization, member, organization.home)

    assert "HIGH: DisableKey (kms)" in high.texts(wanted=arn, seconds=SECONDS)
    assert arn not in critical.texts(wanted=arn, seconds=2)
