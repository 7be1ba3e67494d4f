"""Open ports: what may have let the internet in."""

from __future__ import annotations

from baseline.detection.event_patterns.shapes import API_CALL, COMPLIANCE_CHANGE, Pattern

SECURITY_GROUP_CHANGES = (
    "AuthorizeSecurityGroupIngress",
    "CreateManagedPrefixList",
    "CreateSecurityGroup",
    "ModifyManagedPrefixList",
    "ModifySecurityGroupRules",
)
"""Calls after which a security group may let more in than before."""


def security_group_changes() -> Pattern:
    """Match the calls that may have opened a port, but not refused ones."""
    return {
        "source": ["aws.ec2"],
        "detail-type": [API_CALL],
        "detail": {
            "eventSource": ["ec2.amazonaws.com"],
            "eventName": list(SECURITY_GROUP_CHANGES),
            "errorCode": [{"exists": False}],
        },
    }


def noncompliant_security_groups() -> Pattern:
    """Match the verdict of any AWS Config rule that a security group does not comply."""
    return {
        "source": ["aws.config"],
        "detail-type": [COMPLIANCE_CHANGE],
        "detail": {
            "resourceType": ["AWS::EC2::SecurityGroup"],
            "newEvaluationResult": {"complianceType": ["NON_COMPLIANT"]},
        },
    }


def open_port_signs() -> Pattern:
    """Match what :func:`security_group_changes` or :func:`noncompliant_security_groups` matches."""
    branches = [security_group_changes(), noncompliant_security_groups()]
    sources = [source for branch in branches for source in branch.pop("source")]
    return {"source": sorted(sources), "$or": branches}
