"""Exposure: calls that may give data to everybody, and scans that found malware in an object."""

from __future__ import annotations

from baseline.detection.event_patterns.shapes import API_CALL, Pattern

ALL = "all"
SCAN_RESULT = "GuardDuty Malware Protection Object Scan Result"

BUCKET_CALLS = (
    "DeleteBucketPublicAccessBlock",
    "PutBucketAcl",
    "PutBucketPolicy",
    "PutBucketPublicAccessBlock",
)
DATABASE_CALLS = (
    "CreateDBInstance",
    "ModifyDBClusterSnapshotAttribute",
    "ModifyDBInstance",
    "ModifyDBSnapshotAttribute",
    "ModifyImageAttribute",
    "ModifySnapshotAttribute",
)
EXPOSING_CALLS = (*BUCKET_CALLS, *DATABASE_CALLS)
"""Calls that are matched only where their parameters may give everybody access."""


def exposed_buckets() -> Pattern:
    """Match calls after which a bucket may be public: its policy, its ACL, its block.

    Of policies those that allow something to everybody; whether conditions narrow it is judged by
    S3 itself, later. Of ACLs all: they are rare since buckets have none by default.

    Source: Amazon S3 User Guide, "Amazon S3 CloudTrail events"; the parameters are those of the API.
    """
    everybody: list[Pattern] = [{"Principal": ["*"]}, {"Principal": {"AWS": ["*"]}}]
    branches: list[Pattern] = [{"eventName": ["DeleteBucketPublicAccessBlock", "PutBucketAcl"]}]
    branches += [
        {
            "eventName": ["PutBucketPublicAccessBlock"],
            "requestParameters": {"PublicAccessBlockConfiguration": {part: [False, "false"]}},
        }
        for part in ("RestrictPublicBuckets", "IgnorePublicAcls")
    ]
    branches += [
        {
            "eventName": ["PutBucketPolicy"],
            "requestParameters": {"bucketPolicy": {"Statement": {"Effect": ["Allow"], **each}}},
        }
        for each in everybody
    ]
    return _calls(["aws.s3"], ["s3.amazonaws.com"], branches)


def exposed_databases() -> Pattern:
    """Match calls that share a snapshot or image with everybody, or give a database a public address.

    Source: AWS CloudTrail User Guide, "CloudTrail record contents"; the parameters are those of the
    APIs of Amazon EC2 and Amazon RDS.
    """
    everybody: Pattern = {"add": {"items": {"group": [ALL]}}}
    branches: list[Pattern] = [
        {
            "eventName": ["ModifySnapshotAttribute"],
            "requestParameters": {"createVolumePermission": everybody},
        },
        {
            "eventName": ["ModifyImageAttribute"],
            "requestParameters": {"launchPermission": everybody},
        },
        {
            "eventName": ["ModifyDBClusterSnapshotAttribute", "ModifyDBSnapshotAttribute"],
            "requestParameters": {"valuesToAdd": [ALL]},
        },
        {
            "eventName": ["CreateDBInstance", "ModifyDBInstance"],
            "requestParameters": {"publiclyAccessible": [True]},
        },
    ]
    sources = ["aws.ec2", "aws.rds"]
    return _calls(sources, ["ec2.amazonaws.com", "rds.amazonaws.com"], branches)


def emergency_exposure(role: str) -> Pattern:
    """Match the same calls where the emergency role makes them: of its use, people hear everything.

    Args:
        role: name of the emergency role.
    """
    session = f"arn:*:sts::*:assumed-role/{role}/*"
    return {
        "source": [{"prefix": "aws."}],
        "detail-type": [API_CALL],
        "detail": {
            "eventName": list(EXPOSING_CALLS),
            "userIdentity": {"arn": [{"wildcard": session}]},
        },
    }


def malware_scans() -> Pattern:
    """Match scans of Malware Protection for S3 that found a threat in an object.

    GuardDuty tells the account of the bucket, and makes a finding only where it has a detector.

    Source: Amazon GuardDuty User Guide, "Monitoring S3 object scans with Amazon EventBridge".
    """
    return {
        "source": ["aws.guardduty"],
        "detail-type": [SCAN_RESULT],
        "detail": {"scanResultDetails": {"scanResultStatus": ["THREATS_FOUND"]}},
    }


def _calls(sources: list[str], event_sources: list[str], branches: list[Pattern]) -> Pattern:
    return {
        "source": sources,
        "detail-type": [API_CALL],
        "detail": {
            "eventSource": event_sources,
            "errorCode": [{"exists": False}],
            "$or": branches,
        },
    }
