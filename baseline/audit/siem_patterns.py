"""Event patterns: which events of the security account are sent to a SIEM."""

from __future__ import annotations

from baseline.detection.event_patterns import Pattern

FINDING = "GuardDuty Finding"


def security_hub_changes() -> Pattern:
    """Match every finding that Security Hub imports or updates, whatever its state.

    A SIEM keeps the history, so findings that were resolved, suppressed or archived are sent too.
    Those of GuardDuty are left out: its own events are quicker and carry more.
    """
    return {
        "source": ["aws.securityhub"],
        "detail-type": ["Security Hub Findings - Imported"],
        "detail": {
            "findings": {"ProductArn": [{"anything-but": {"suffix": "product/aws/guardduty"}}]}
        },
    }


def guardduty_changes() -> Pattern:
    """Match every finding of GuardDuty, of all accounts and Regions, whatever its state."""
    return {"source": ["aws.guardduty"], "detail-type": [FINDING]}


def activity() -> Pattern:
    """Match whatever else the accounts forward: root use, tampering, emergency access, open ports."""
    return {"source": [{"prefix": "aws."}], "detail-type": [{"anything-but": [FINDING]}]}
