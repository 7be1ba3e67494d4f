"""Accounts: which ones come, and which ones move."""

from __future__ import annotations

from baseline.detection.event_patterns.shapes import API_CALL, SERVICE_EVENT, Pattern

ORGANIZATIONS = "aws.organizations"

ACCOUNT_EVENTS = ("AccountJoinedOrganization", "CreateAccountResult", "MoveAccount")
"""What Organizations calls it when an account comes or changes its unit.

Source: AWS Organizations API Reference, "CreateAccount", "AcceptHandshake" (membership events),
"MoveAccount".
"""


def accounts_changed() -> Pattern:
    """Match accounts that were created, that joined, or that were moved to another unit.

    The management account's CloudTrail has these events in us-east-1 only. Where Control Tower
    creates the account, Organizations tells of it as well.
    """
    return {
        "source": [ORGANIZATIONS],
        "detail-type": [API_CALL, SERVICE_EVENT],
        "detail": {"eventName": list(ACCOUNT_EVENTS), "errorCode": [{"exists": False}]},
    }
