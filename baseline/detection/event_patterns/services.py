"""Services whose findings Security Hub passes on: what they tell themselves, where it is off."""

from __future__ import annotations

from baseline.detection.event_patterns.findings import NO_SAMPLE
from baseline.detection.event_patterns.shapes import Pattern

ANALYZER = "aws.access-analyzer"
OUTSIDERS = ("Access Analyzer Finding", "Internal Access Finding")
UNUSED = "Unused Access Finding for IAM entities"
INSPECTOR = "Inspector2 Finding"
MACIE = "Macie Finding"
SOURCES = (ANALYZER, "aws.inspector2", "aws.macie")
"""Source: IAM User Guide, "Monitoring IAM Access Analyzer with Amazon EventBridge"; Amazon Inspector
User Guide and Amazon Macie User Guide, "EventBridge event schema"."""


def service_findings(severity: str) -> dict[str, Pattern]:
    """Match findings of a severity that the services tell themselves, by the name of the rule.

    What outsiders can reach is of high severity, what nobody uses of medium: Access Analyzer gives
    none. Macie knows no critical finding.

    Args:
        severity: ``critical``, ``high`` or ``medium``.
    """
    found: dict[str, Pattern] = {
        "Inspector": {
            "source": ["aws.inspector2"],
            "detail-type": [INSPECTOR],
            "detail": {"severity": [severity.upper()], "status": ["ACTIVE"]},
        }
    }
    if severity == "critical":
        return found
    found["AccessAnalyzer"] = {
        "source": [ANALYZER],
        "detail-type": list(OUTSIDERS) if severity == "high" else [UNUSED],
        "detail": {"status": ["ACTIVE"]},
    }
    found["Macie"] = {
        "source": ["aws.macie"],
        "detail-type": [MACIE],
        "detail": {
            "severity": {"description": [severity.title()]},
            "archived": [False],
            "sample": NO_SAMPLE,
        },
    }
    return found


def forwarded_findings() -> Pattern:
    """Match everything that :func:`service_findings` tells, for a Region that sends it home."""
    return {
        "source": list(SOURCES),
        "detail-type": [*OUTSIDERS, UNUSED, INSPECTOR, MACIE],
    }
