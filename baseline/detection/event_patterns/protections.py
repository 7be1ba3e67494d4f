"""Protections: calls that switch off or weaken what watches the accounts."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from baseline.detection.event_patterns.shapes import API_CALL, Pattern

TAMPERING: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "cloudtrail": ("DeleteTrail", "PutEventSelectors", "StopLogging", "UpdateTrail"),
        "config": (
            "DeleteConfigurationRecorder",
            "DeleteDeliveryChannel",
            "DeleteOrganizationConformancePack",
            "StopConfigurationRecorder",
        ),
        "guardduty": (
            "DeleteDetector",
            "DeleteMembers",
            "DeletePublishingDestination",
            "DisableOrganizationAdminAccount",
            "DisassociateFromAdministratorAccount",
            "DisassociateFromMasterAccount",
            "DisassociateMembers",
            "StopMonitoringMembers",
            "UpdateDetector",
        ),
        "securityhub": (
            "DeleteConfigurationPolicy",
            "DeleteFindingAggregator",
            "DeleteMembers",
            "DisableOrganizationAdminAccount",
            "DisableSecurityHub",
            "DisassociateFromAdministratorAccount",
            "DisassociateMembers",
            "StartConfigurationPolicyDisassociation",
        ),
    }
)
"""API calls that switch off or weaken a trail, a detector, a recorder or Security Hub, by service."""


def tampering(service: str) -> Pattern:
    """Match calls that weaken a protection of ``service``, refused calls included.

    Raises:
        KeyError: when :data:`TAMPERING` does not have the service.
    """
    return {
        "source": [f"aws.{service}"],
        "detail-type": [API_CALL],
        "detail": {
            "eventSource": [f"{service}.amazonaws.com"],
            "eventName": list(TAMPERING[service]),
        },
    }
