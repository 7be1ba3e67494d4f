"""Findings: what Security Hub and GuardDuty tell, by severity."""

from __future__ import annotations

from baseline.detection.event_patterns.severities import SEVERITIES, Severity
from baseline.detection.event_patterns.shapes import Pattern

TOLD_FIELD = "SecurityBaselineTold"
"""User-defined field of a finding in Security Hub: the severity label that people were told."""

GUARDDUTY = "product/aws/guardduty"
INSPECTOR = "product/aws/inspector"
IMPORTED = "Security Hub Findings - Imported"
UNIFIED = "Findings Imported V2"
"""Kinds of events of Security Hub CSPM and of the new Security Hub.

Source: AWS Security Hub User Guide, "EventBridge event formats", of both products.
"""

EXPOSURES = "productv2/aws/securityhub-risk"
"""End of the ID of the product that correlates. Source: AWS Security Hub User Guide, "OCSF findings"."""

NO_SAMPLE: list[object] = [False, {"exists": False}]


def security_hub_findings(severity: Severity, *, without_inspector: bool = False) -> Pattern:
    """Match active findings of a severity in Security Hub that nobody was told of.

    Suppressed and resolved findings have another workflow status, archived ones another record
    state. One whose status says that people were notified is matched when its severity has risen
    since. GuardDuty's own events are quicker and carry more, so its findings are left out here;
    ``ProductArn`` is the field that every finding has.

    Args:
        severity: the severity.
        without_inspector: leave Inspector's findings out, too, because
            :func:`vulnerability_findings` has them; False by default.
    """
    elsewhere: object = GUARDDUTY
    if without_inspector:
        elsewhere = [GUARDDUTY, INSPECTOR]
    product = {"anything-but": {"suffix": elsewhere}}
    status = _untold(severity)
    return _imported(
        {
            "Severity": {"Label": [severity.label]},
            "ProductArn": [product],
            **({"$or": status} if len(status) > 1 else status[0]),
        }
    )


def vulnerability_findings(severity: Severity) -> Pattern:
    """Match Inspector's findings that nobody was told of, by severity and known exploit.

    A critical vulnerability that nobody is known to exploit counts as high, until an exploit
    appears: then it rises, and is told again. What has no such field, such as an open port, counts
    as it is rated.
    """
    rated: Pattern = {"Severity": {"Label": [severity.label]}}
    kinds = [rated]
    if severity.name == "critical":
        kinds = [{**rated, "Vulnerabilities": {"ExploitAvailable": ["YES", {"exists": False}]}}]
    elif severity.name == "high":
        critical = SEVERITIES["critical"].label
        unexploited = {"ExploitAvailable": ["NO"]}
        kinds.append({"Severity": {"Label": [critical]}, "Vulnerabilities": unexploited})
    either = [{**kind, **status} for kind in kinds for status in _untold(severity)]
    return _imported(
        {
            "ProductArn": [{"suffix": INSPECTOR}],
            **({"$or": either} if len(either) > 1 else either[0]),
        }
    )


def _untold(severity: Severity) -> list[Pattern]:
    """Give the states of a finding that nobody was told of, or of a lower severity only."""
    lower = [one.label for one in SEVERITIES.values() if _rank(one) > _rank(severity)]
    new: Pattern = {"Workflow": {"Status": ["NEW"]}}
    risen: Pattern = {
        "Workflow": {"Status": ["NOTIFIED"]},
        "UserDefinedFields": {TOLD_FIELD: lower},
    }
    return [new, risen] if lower else [new]


def _imported(finding: Pattern) -> Pattern:
    return {
        "source": ["aws.securityhub"],
        "detail-type": [IMPORTED],
        "detail": {
            "findings": {
                "RecordState": ["ACTIVE"],
                "Sample": NO_SAMPLE,
                "Title": [{"anything-but": {"prefix": "[SAMPLE]"}}],
                **finding,
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
