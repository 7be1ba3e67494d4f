"""Activity: the forwarded calls that people hear of at once."""

from __future__ import annotations

from baseline.detection.event_patterns.accounts import ACCOUNT_EVENTS
from baseline.detection.event_patterns.exposure import EXPOSING_CALLS
from baseline.detection.event_patterns.open_ports import SECURITY_GROUP_CHANGES
from baseline.detection.event_patterns.rehearsals import canary_detail
from baseline.detection.event_patterns.shapes import API_CALL, SIGN_IN, Pattern
from baseline.detection.key_events import KEY_CALLS

QUIET_CALLS = (*SECURITY_GROUP_CHANGES, *ACCOUNT_EVENTS, *KEY_CALLS, *EXPOSING_CALLS)
"""Forwarded calls that are for machines, or told by a rule or playbook of their own."""


def forwarded_activity(canaries: tuple[str, ...] = ()) -> Pattern:
    """Match the recorded calls that people hear of at once: root use, break-glass and tampering.

    Changes of security groups and accounts that join or move (:func:`accounts_changed`) are
    forwarded too; of them nobody is told, unless the root user made them. Calls that weaken a key
    have rules of their own (:mod:`key_events`), and of exposed data the playbooks tell.

    Args:
        canaries: users of whom every call is told, a quiet one too; none by default.
    """
    lures = [{"detail": canary_detail(canaries)}] if canaries else []
    return {
        "source": [{"prefix": "aws."}],
        "detail-type": [API_CALL, SIGN_IN],
        # A field of a branch takes the place of the same field outside: none stands in both.
        "$or": [
            {"detail": {"eventName": [{"anything-but": list(QUIET_CALLS)}]}},
            {"detail": {"userIdentity": {"type": ["Root"]}}},
            *lures,
        ],
    }
