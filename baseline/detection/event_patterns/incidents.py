"""Incidents: published access keys, what root users change, and logs that are taken away."""

from __future__ import annotations

from baseline.detection.event_patterns.shapes import API_CALL, SIGN_IN, Pattern

EXPOSED_KEYS = "AWS_RISK_CREDENTIALS_EXPOSED"
"""What AWS Health calls it when AWS finds an access key in a public place.

Source: AWS Health User Guide, "AWS Health events Amazon EventBridge schema"; AWS Health Tools.
"""

ROOT_SOURCES = (
    "account",
    "cloudtrail",
    "config",
    "guardduty",
    "iam",
    "kms",
    "organizations",
    "securityhub",
    "sts",
)
"""Services in which a root user changes identities, accounts, keys or protections."""

BUCKET_PROTECTION = (
    "DeleteBucketLifecycle",
    "DeleteBucketPolicy",
    "PutBucketLifecycle",
    "PutBucketPolicy",
    "PutBucketVersioning",
)
"""Calls that change who may read or delete what a bucket holds, as CloudTrail names them.

Source: Amazon S3 User Guide, "Amazon S3 CloudTrail events".
"""


def exposed_keys() -> Pattern:
    """Match published access keys; AWS Health tells them in North Virginia."""
    return {
        "source": ["aws.health"],
        "detail-type": ["AWS Health Event"],
        "detail": {"eventTypeCode": [EXPOSED_KEYS]},
    }


def root_sign_ins() -> Pattern:
    """Match sign-ins of root users that succeeded."""
    return {
        "source": ["aws.signin"],
        "detail-type": [SIGN_IN],
        "detail": {
            "userIdentity": {"type": ["Root"]},
            "eventName": ["ConsoleLogin"],
            "responseElements": {"ConsoleLogin": ["Success"]},
        },
    }


def root_changes() -> Pattern:
    """Match what root users do in :data:`ROOT_SOURCES`, but not sessions of central root access."""
    return {
        "source": [f"aws.{service}" for service in ROOT_SOURCES],
        "detail-type": [API_CALL],
        "detail": {
            "userIdentity": {
                "type": ["Root"],
                "invokedBy": [{"exists": False}],
                "sessionContext": {"assumedRoot": [{"exists": False}]},
            },
            "errorCode": [{"exists": False}],
        },
    }


def flow_log_deletions() -> Pattern:
    """Match deleted flow logs."""
    return {
        "source": ["aws.ec2"],
        "detail-type": [API_CALL],
        "detail": {
            "eventSource": ["ec2.amazonaws.com"],
            "eventName": ["DeleteFlowLogs"],
            "errorCode": [{"exists": False}],
        },
    }


def bucket_protection_changes(prefix: str | None = None) -> Pattern:
    """Match the calls of :data:`BUCKET_PROTECTION`.

    Args:
        prefix: start of the buckets' names; those that look like log buckets by default.
    """
    kinds = (
        "access-logs",
        "config",
        "flow-logs",
        "guardduty",
        "inventory",
        "org-logs",
        "session-logs",
    )
    names: list[object] = [{"wildcard": f"*-{kind}-*"} for kind in kinds]
    return {
        "source": ["aws.s3"],
        "detail-type": [API_CALL],
        "detail": {
            "eventSource": ["s3.amazonaws.com"],
            "eventName": list(BUCKET_PROTECTION),
            "errorCode": [{"exists": False}],
            "requestParameters": {
                "bucketName": names if prefix is None else [{"prefix": f"{prefix}-"}]
            },
        },
    }
