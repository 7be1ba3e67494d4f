"""Patches: installations that failed, and windows that ran out of time."""

from __future__ import annotations

from baseline.detection.event_patterns.shapes import Pattern

DOCUMENT = "AWS-RunPatchBaseline"
COMMAND = "EC2 Command Invocation Status-change Notification"
WINDOW = "Maintenance Window Task Target Invocation State-change Notification"
ASSOCIATION = "EC2 State Manager Association State Change"


def failed_patches(*, windows: str, schedule: str | None = None) -> Pattern:
    """Match machines on which a patch command failed, and windows of ours that ran out of time.

    State Manager runs no commands, so the daily scan is not among them.

    Args:
        windows: start of the owner information of our windows' targets.
        schedule: schedule of the association that installs on every machine; None where there is
            none.

    Source: AWS Systems Manager User Guide, "Amazon EventBridge event examples for Systems Manager".
    """
    branches: list[Pattern] = [
        {
            "detail-type": [COMMAND],
            "detail": {"document-name": [DOCUMENT], "status": ["Failed", "TimedOut"]},
        },
        {
            "detail-type": [WINDOW],
            "detail": {"owner-information": [{"prefix": windows}], "status": ["TIMED_OUT"]},
        },
    ]
    if schedule is not None:
        branches.append(
            {
                "detail-type": [ASSOCIATION],
                "detail": {
                    "document-name": [DOCUMENT],
                    "schedule-expression": [schedule],
                    "status": ["Failed"],
                },
            }
        )
    return {"source": ["aws.ssm"], "$or": branches}
