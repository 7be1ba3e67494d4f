"""Findings: what Security Hub and GuardDuty tell, by severity."""

from __future__ import annotations

from baseline.detection.event_patterns.severities import Severity
from baseline.detection.event_patterns.shapes import Pattern


def security_hub_findings(severity: Severity) -> Pattern:
    """Match new, active findings of a severity that Security Hub imports.

    Suppressed, resolved and notified findings have another workflow status, archived ones another
    record state. GuardDuty's own events are quicker and carry more, so its findings are left out
    here; ``ProductArn`` is the field that every finding has.
    """
    return {
        "source": ["aws.securityhub"],
        "detail-type": ["Security Hub Findings - Imported"],
        "detail": {
            "findings": {
                "Severity": {"Label": [severity.label]},
                "Workflow": {"Status": ["NEW"]},
                "RecordState": ["ACTIVE"],
                "ProductArn": [{"anything-but": {"suffix": "product/aws/guardduty"}}],
            }
        },
    }


def guardduty_findings(severity: Severity | None = None) -> Pattern:
    """Match GuardDuty findings of a severity that nobody archived; of every severity by default."""
    detail: Pattern = {"service": {"archived": [False, {"exists": False}]}}
    if severity is not None:
        limits: list[object] = [">=", severity.guardduty_from]
        if severity.guardduty_below is not None:
            limits += ["<", severity.guardduty_below]
        detail["severity"] = [{"numeric": limits}]
    return {"source": ["aws.guardduty"], "detail-type": ["GuardDuty Finding"], "detail": detail}
