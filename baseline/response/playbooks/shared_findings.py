"""Triggers by findings of Access Analyzer and Macie, from the services and through Security Hub.

Where Security Hub is on, it passes them on from every Region; where it is off, they are forwarded.
"""

from __future__ import annotations

from collections.abc import Sequence

from baseline.detection.event_patterns import Pattern
from baseline.response.playbooks.model import Trigger

NO_SAMPLE: list[object] = [False, {"exists": False}]


def analyzer(id: str, says: str, resource_types: Sequence[str]) -> Trigger:
    """Start on public access that Access Analyzer found itself.

    Args:
        id: construct ID of the rule.
        says: what the findings are.
        resource_types: CloudFormation types.

    Source: IAM User Guide, "Monitoring IAM Access Analyzer with Amazon EventBridge".
    """
    pattern: Pattern = {
        "source": ["aws.access-analyzer"],
        "detail-type": ["Access Analyzer Finding"],
        "detail": {
            "status": ["ACTIVE"],
            "isPublic": [True],
            "resourceType": list(resource_types),
        },
    }
    return Trigger(id=id, says=says, pattern=pattern)


def macie(id: str, says: str, types: Sequence[str]) -> Trigger:
    """Start on policy findings that Macie tells itself.

    Args:
        id: construct ID of the rule.
        says: what the findings are.
        types: finding types.

    Source: Amazon Macie User Guide, "Amazon EventBridge event schema for Macie findings".
    """
    pattern: Pattern = {
        "source": ["aws.macie"],
        "detail-type": ["Macie Finding"],
        "detail": {"type": list(types), "archived": [False], "sample": NO_SAMPLE},
    }
    return Trigger(id=id, says=says, pattern=pattern)


def imported(
    id: str, says: str, *, product: str, resources: Sequence[str], types: Sequence[str] = ()
) -> Trigger:
    """Start on findings of a service that Security Hub passes on.

    Args:
        id: construct ID of the rule.
        says: what the findings are.
        product: end of the product's ARN, such as ``macie``.
        resources: types of resources in Security Hub's format.
        types: ends of the findings' types; any by default. Security Hub writes namespaces before.

    Source: AWS Security Hub User Guide, "Sending findings to Security Hub"; Amazon Macie User Guide,
    "How Macie publishes findings to Security Hub".
    """
    finding: Pattern = {
        "ProductArn": [{"suffix": f"product/aws/{product}"}],
        "RecordState": ["ACTIVE"],
        "Workflow": {"Status": ["NEW"]},
        "Resources": {"Type": list(resources)},
    }
    if types:
        finding["Types"] = [{"suffix": each} for each in types]
    pattern: Pattern = {
        "source": ["aws.securityhub"],
        "detail-type": ["Security Hub Findings - Imported"],
        "detail": {"findings": finding},
    }
    return Trigger(id=id, says=says, pattern=pattern, bus="default")
