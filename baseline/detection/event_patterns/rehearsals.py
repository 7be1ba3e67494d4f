"""Rehearsals: samples that nobody is told of, and the use of keys that nobody has a reason to use."""

from __future__ import annotations

from dataclasses import dataclass

from baseline.detection.event_patterns.shapes import API_CALL, SIGN_IN, Pattern

ALL_CALLS = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
"""State of a rule that hears of calls that only read, too.

Source: Amazon EventBridge User Guide, "Receiving read-only management events from AWS services".
"""

SAMPLE_TITLE = "[SAMPLE]"


@dataclass(frozen=True, kw_only=True, slots=True)
class Canaries:
    """IAM users that nobody has a reason to use.

    Attributes:
        users: their names; none where there are no such users.
        account: account of the users.
    """

    users: tuple[str, ...]
    account: str


def canary_use(canaries: Canaries) -> Pattern:
    """Match every call and sign-in with the credentials of a canary, refused ones included.

    Only a rule in the state :data:`ALL_CALLS` hears of those that read, with which thieves begin.
    """
    return {
        "source": [{"prefix": "aws."}],
        "account": [canaries.account],
        "detail-type": [API_CALL, SIGN_IN],
        "detail": canary_detail(canaries.users),
    }


def canary_detail(users: tuple[str, ...]) -> Pattern:
    """Give the part of a pattern that names the canaries."""
    return {"userIdentity": {"type": ["IAMUser"], "userName": list(users)}}


def sample_findings() -> Pattern:
    """Match the sample findings of GuardDuty, which :func:`guardduty_findings` tells nobody."""
    return {
        "source": ["aws.guardduty"],
        "detail-type": ["GuardDuty Finding"],
        "$or": [
            {"detail": {"title": [{"prefix": SAMPLE_TITLE}]}},
            {"detail": {"service": {"additionalInfo": {"sample": [True]}}}},
        ],
    }
