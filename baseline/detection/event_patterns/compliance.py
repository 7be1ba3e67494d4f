"""Compliance: what AWS Config and Control Tower find changed."""

from __future__ import annotations

from collections.abc import Sequence

from baseline.detection.event_patterns.shapes import COMPLIANCE_CHANGE, Pattern


def control_tower_drift() -> Pattern:
    """Match what Control Tower finds changed: its policies, units, accounts and roles."""
    return {"source": ["aws.controltower"], "detail-type": ["Drift Detected"]}


def noncompliance(rule_prefixes: Sequence[str]) -> Pattern:
    """Match resources that fail a rule of AWS Config for the first time, or again.

    Args:
        rule_prefixes: starts of the names of the rules; AWS Config appends the pack's ID.

    Source: AWS Config Developer Guide, "Monitoring AWS Config with Amazon EventBridge".
    """
    return {
        "source": ["aws.config"],
        "detail-type": [COMPLIANCE_CHANGE],
        "detail": {
            "messageType": ["ComplianceChangeNotification"],
            "configRuleName": [{"prefix": prefix} for prefix in rule_prefixes],
            "newEvaluationResult": {"complianceType": ["NON_COMPLIANT"]},
        },
    }
