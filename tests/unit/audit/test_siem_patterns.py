"""What is sent to a SIEM, whatever its state, and each finding once."""

from __future__ import annotations

from typing import Any

import pytest

from baseline.audit import siem_patterns
from tests.unit.detection.matching import matches

GUARDDUTY_ARN = "arn:aws:securityhub:eu-west-1::product/aws/guardduty"
HUB_ARN = "arn:aws:securityhub:eu-west-1::product/aws/securityhub"


def hub(product: str, **finding: object) -> dict[str, Any]:
    return {
        "source": "aws.securityhub",
        "detail-type": "Security Hub Findings - Imported",
        "detail": {"findings": [{"ProductArn": product, **finding}]},
    }


def guardduty(**service: object) -> dict[str, Any]:
    return {
        "source": "aws.guardduty",
        "detail-type": "GuardDuty Finding",
        "detail": {"severity": 2, "service": service},
    }


def call(source: str, name: str) -> dict[str, Any]:
    return {
        "source": source,
        "detail-type": "AWS API Call via CloudTrail",
        "detail": {"eventName": name},
    }


FAILED = hub(HUB_ARN, RecordState="ACTIVE", Workflow={"Status": "NEW"})
RESOLVED = hub(HUB_ARN, RecordState="ARCHIVED", Workflow={"Status": "RESOLVED"})
COPY = hub(GUARDDUTY_ARN, RecordState="ACTIVE")
MINOR = guardduty(archived=False)
ARCHIVED = guardduty(archived=True)
STOPPED = call("aws.cloudtrail", "StopLogging")
NONCOMPLIANT = {
    "source": "aws.config",
    "detail-type": "Config Rules Compliance Change",
    "detail": {"newEvaluationResult": {"complianceType": "NON_COMPLIANT"}},
}
OWN = {"source": "my.application", "detail-type": "Order", "detail": {}}


@pytest.mark.parametrize(
    ("event", "hub_rule", "guardduty_rule", "activity_rule"),
    [
        (FAILED, True, False, True),
        (RESOLVED, True, False, True),
        (COPY, False, False, True),
        (MINOR, False, True, False),
        (ARCHIVED, False, True, False),
        (STOPPED, False, False, True),
        (NONCOMPLIANT, False, False, True),
        (OWN, False, False, False),
    ],
)
def test_each_event_has_its_rule(
    event: dict[str, Any], hub_rule: bool, guardduty_rule: bool, activity_rule: bool
) -> None:
    # Findings of Security Hub come on the default bus, where there is no rule for activity.
    assert matches(siem_patterns.security_hub_changes(), event) is hub_rule
    assert matches(siem_patterns.guardduty_changes(), event) is guardduty_rule
    assert matches(siem_patterns.activity(), event) is activity_rule
