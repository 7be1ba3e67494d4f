"""Triggers: event patterns that playbooks share."""

from __future__ import annotations

from collections.abc import Sequence

from baseline.detection.event_patterns import API_CALL, Pattern
from baseline.detection.event_patterns import exposed_keys as exposed
from baseline.response.playbooks.model import Trigger

NOT_ARCHIVED: list[object] = [False, {"exists": False}]


def guardduty(id: str, says: str, types: Sequence[str], *, severity_from: float = 4) -> Trigger:
    """Start on GuardDuty findings of these types, from a severity on, samples included.

    A sample starts a dry run.

    Args:
        id: construct ID of the rule.
        says: what the findings are.
        types: finding types; one that ends with ``*`` means all that begin like it.
        severity_from: lowest severity, from 1 to 10; 4 (medium) by default.

    Source: Amazon GuardDuty User Guide, "GuardDuty finding types".
    """
    kinds: list[object] = [
        {"prefix": each.removesuffix("*")} if each.endswith("*") else each for each in types
    ]
    pattern: Pattern = {
        "source": ["aws.guardduty"],
        "detail-type": ["GuardDuty Finding"],
        "detail": {
            "type": kinds,
            "severity": [{"numeric": [">=", severity_from]}],
            "service": {"archived": NOT_ARCHIVED},
        },
    }
    return Trigger(id=id, says=says, pattern=pattern)


def security_hub_controls(id: str, says: str, controls: Sequence[str]) -> Trigger:
    """Start when Security Hub finds that a resource fails one of these controls.

    Args:
        id: construct ID of the rule.
        says: what the findings are.
        controls: control IDs, such as ``S3.3``.

    Source: AWS Security Hub User Guide, "Required top-level ASFF attributes"; Compliance and
    SecurityControlId.
    """
    pattern: Pattern = {
        "source": ["aws.securityhub"],
        "detail-type": ["Security Hub Findings - Imported"],
        "detail": {
            "findings": {
                "Compliance": {"SecurityControlId": list(controls), "Status": ["FAILED"]},
                "RecordState": ["ACTIVE"],
                "Workflow": {"Status": ["NEW"]},
            }
        },
    }
    return Trigger(id=id, says=says, pattern=pattern, bus="default")


def api_calls(id: str, says: str, service: str, names: Sequence[str]) -> Trigger:
    """Start on API calls that succeeded; those of members have to be forwarded to the bus.

    Args:
        id: construct ID of the rule.
        says: what the calls do.
        service: start of the event source, such as ``cloudtrail``.
        names: event names.

    Source: Amazon EventBridge User Guide, "AWS service events delivered via AWS CloudTrail".
    """
    pattern: Pattern = {
        "source": [f"aws.{service}"],
        "detail-type": [API_CALL],
        "detail": {
            "eventSource": [f"{service}.amazonaws.com"],
            "eventName": list(names),
            "errorCode": [{"exists": False}],
        },
    }
    return Trigger(id=id, says=says, pattern=pattern)


def exposed_keys(id: str, says: str) -> Trigger:
    """Start when AWS finds an access key in a public place.

    Args:
        id: construct ID of the rule.
        says: what the events are.
    """
    return Trigger(id=id, says=says, pattern=exposed())
