"""Root: what root users do, and how somebody else gets hold of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from baseline.detection.event_patterns.shapes import API_CALL, SIGN_IN, Pattern

ROOT_SETTINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "account": ("AcceptPrimaryEmailUpdate", "StartPrimaryEmailUpdate"),
        "iam": (
            "DisableOrganizationsRootCredentialsManagement",
            "DisableOrganizationsRootSessions",
        ),
    }
)
"""API calls with which somebody else than root gets hold of root users, by service.

Who reads the e-mail address of an account resets its root password; without central management a
member can make root credentials again.
"""

ROOT_AUDIT = "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"
"""The task of a root session that only looks; the search for root credentials opens it every week."""


def root_activity() -> Pattern:
    """Match what a root user does: sign-in and API calls, but not what AWS does in its name."""
    return {
        "detail-type": [API_CALL, SIGN_IN],
        "detail": {
            "userIdentity": {"type": ["Root"], "invokedBy": [{"exists": False}]},
            "eventType": [{"anything-but": ["AwsServiceEvent"]}],
        },
    }


def root_sessions() -> Pattern:
    """Match root sessions in a member account that may change something, refused ones included.

    Source: IAM User Guide, "Track privileged tasks in AWS CloudTrail".
    """
    return {
        "source": ["aws.sts"],
        "detail-type": [API_CALL],
        "detail": {
            "eventSource": ["sts.amazonaws.com"],
            "eventName": ["AssumeRoot"],
            "requestParameters": {"taskPolicyArn": {"arn": [{"anything-but": [ROOT_AUDIT]}]}},
        },
    }


def root_settings() -> Pattern:
    """Match the calls of :data:`ROOT_SETTINGS`, refused ones included."""
    return {
        "source": [f"aws.{service}" for service in ROOT_SETTINGS],
        "detail-type": [API_CALL],
        "detail": {
            "eventSource": [f"{service}.amazonaws.com" for service in ROOT_SETTINGS],
            "eventName": [name for names in ROOT_SETTINGS.values() for name in names],
        },
    }
