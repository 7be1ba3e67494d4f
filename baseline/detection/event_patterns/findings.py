"""Findings: what Security Hub and GuardDuty tell, by severity."""

from __future__ import annotations

from baseline.detection.event_patterns.severities import SEVERITIES, Severity
from baseline.detection.event_patterns.shapes import Pattern

TOLD_FIELD = "SecurityBaselineTold"
"""User-defined field of a finding in Security Hub: the severity label that people were told."""

IMPORTED = "Security Hub Findings - Imported"
UNIFIED = "Findings Imported V2"
"""Kinds of events of Security Hub CSPM and of the new Security Hub.

Source: AWS Security Hub User Guide, "EventBridge event formats", of both products.
"""

EXPOSURES = "productv2/aws/securityhub-risk"
"""End of the ID of the product that correlates. Source: AWS Security Hub User Guide, "OCSF findings"."""

NO_SAMPLE: list[object] = [False, {"exists": False}]


def security_hub_findings(severity: Severity) -> Pattern:
    """Match active findings of a severity in Security Hub that nobody was told of.

    Suppressed and resolved findings have another workflow status, archived ones another record
    state. One whose status says that people were notified is matched when its severity has risen
    since. GuardDuty's own events are quicker and carry more, so its findings are left out here;
    ``ProductArn`` is the field that every finding has.
    """
    lower = [one.label for one in SEVERITIES.values() if _rank(one) > _rank(severity)]
    new: Pattern = {"Workflow": {"Status": ["NEW"]}}
    risen: Pattern = {
        "Workflow": {"Status": ["NOTIFIED"]},
        "UserDefinedFields": {TOLD_FIELD: lower},
    }
    return {
        "source": ["aws.securityhub"],
        "detail-type": [IMPORTED],
        "detail": {
            "findings": {
                "Severity": {"Label": [severity.label]},
                "RecordState": ["ACTIVE"],
                "ProductArn": [{"anything-but": {"suffix": "product/aws/guardduty"}}],
                "Sample": NO_SAMPLE,
                "Title": [{"anything-but": {"prefix": "[SAMPLE]"}}],
                **({"$or": [new, risen]} if lower else new),
            }
        },
    }


def exposure_findings(severity: Severity) -> Pattern:
    """Match exposures that the new Security Hub has just found, by severity.

    What it takes from other products is left out, since Security Hub CSPM and the products tell of
    it. An update is not told again: these findings have no mark that says who was told.
    """
    return {
        "source": ["aws.securityhub"],
        "detail-type": [UNIFIED],
        "detail": {
            "findings": {
                "activity_name": ["Create"],
                "metadata": {"product": {"uid": [{"suffix": EXPOSURES}]}},
                "severity": [severity.label.title()],
                "status": ["New"],
            }
        },
    }


def all_findings(*, unified: bool = False) -> Pattern:
    """Match every finding that Security Hub imports or updates, whatever it is and its state.

    Args:
        unified: match those of the new Security Hub, too; False by default.
    """
    kinds = [IMPORTED, *([UNIFIED] if unified else [])]
    return {"source": ["aws.securityhub"], "detail-type": kinds}


def guardduty_findings(severity: Severity | None = None) -> Pattern:
    """Match GuardDuty findings that nobody archived.

    Args:
        severity: their severity, samples left out; findings of every severity and samples by
            default, for machines.
    """
    service: Pattern = {"archived": [False, {"exists": False}]}
    detail: Pattern = {"service": service}
    if severity is not None:
        limits: list[object] = [">=", severity.guardduty_from]
        if severity.guardduty_below is not None:
            limits += ["<", severity.guardduty_below]
        detail["severity"] = [{"numeric": limits}]
        detail["title"] = [{"anything-but": {"prefix": "[SAMPLE]"}}]
        service["additionalInfo"] = {"sample": NO_SAMPLE}
    return {"source": ["aws.guardduty"], "detail-type": ["GuardDuty Finding"], "detail": detail}


def _rank(severity: Severity) -> int:
    return list(SEVERITIES).index(severity.name)
