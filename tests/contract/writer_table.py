"""Every writer by name: the right request to its policy, and what may be wrong with one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ORGANIZATION = {"aws:SourceOrgID": "o-exampleorgid"}
TRAIL = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/secbase-org-trail"
DETECTOR = "arn:aws:guardduty:eu-west-1:333333333333:detector/0123456789abcdef"
OWNER = {"s3:x-amz-acl": "bucket-owner-full-control"}
RECORDER = "arn:aws:iam::555555555555:role/secbase-config-recorder"
THROUGH_S3 = {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}
KEY_HEADER = "s3:x-amz-server-side-encryption-aws-kms-key-id"
FIT = "<as the policy says>"
"""A value that CloudFormation alone knows, such as the ID of a detector."""
FOREIGN_KEY = "arn:aws:kms:eu-west-1:666666666666:key/0"
NO_TLS = {"aws:SecureTransport": "false"}
OLD_TLS = {"s3:TlsVersion": "1.1"}

Wrong = dict[str, dict[str, Any]]
# Name, policy, principal, action, object key, right context; then what is wrong: changes of an ask.
Row = tuple[str, str, str, str, str, Mapping[str, str], Wrong]

BUCKET = "log-archive/LogArchive{}StoreBucket"
KEY = "log-archive/LogArchive{}Key"


def delivered(name: str, bucket: str, path: str, *, key: bool = True) -> list[Row]:
    """Give the rows of a log that the log delivery service writes."""
    service = "delivery.logs.amazonaws.com"
    wrong: Wrong = {
        "another organization": {"context": {"aws:SourceOrgID": "o-stranger"}},
        "no source": {"context": {}},
        "another service": {"principal": "config.amazonaws.com"},
    }
    rows: list[Row] = [
        (
            name,
            BUCKET.format(bucket),
            service,
            "s3:PutObject",
            path,
            {**ORGANIZATION, **OWNER},
            {
                **wrong,
                "another prefix": {"path": "elsewhere/log.gz"},
                "no TLS": {"context": {**ORGANIZATION, **NO_TLS}},
                "TLS 1.1": {"context": {**ORGANIZATION, **OLD_TLS}},
                "deleting": {"action": "s3:DeleteObject"},
                "reading": {"action": "s3:GetObject"},
            },
        ),
        (
            f"{name}: look",
            BUCKET.format(bucket),
            service,
            "s3:GetBucketAcl",
            "",
            ORGANIZATION,
            wrong,
        ),
    ]
    if key:
        rows.append(
            (
                f"{name}: key",
                KEY.format(bucket),
                service,
                "kms:GenerateDataKey",
                "",
                ORGANIZATION,
                {**wrong, "deleting the key": {"action": "kms:ScheduleKeyDeletion"}},
            )
        )
    return rows


def balancers(region: str, policy: str) -> list[Row]:
    """Give the row of the Application Load Balancers of a Region."""
    wrong: Wrong = {
        "another organization": {"context": {"aws:SourceOrgID": "o-stranger"}},
        "no source": {"context": {}},
        "another prefix": {"path": "team/AWSLogs/555555555555/x.log.gz"},
        "no TLS": {"context": {**ORGANIZATION, **NO_TLS}},
        "reading": {"action": "s3:GetObject"},
    }
    return [
        (
            f"Application Load Balancers of {region}",
            policy,
            "logdelivery.elasticloadbalancing.amazonaws.com",
            "s3:PutObject",
            f"AWSLogs/555555555555/elasticloadbalancing/{region}/x.log.gz",
            ORGANIZATION,
            wrong,
        )
    ]


TRAIL_WRONG: Wrong = {
    "another trail of the account": {"context": {**OWNER, "aws:SourceArn": f"{TRAIL}-2"}},
    "a trail of another account": {
        "context": {**OWNER, "aws:SourceArn": TRAIL.replace("111111111111", "666666666666")}
    },
    "no source": {"context": OWNER},
    "no TLS": {"context": {**OWNER, "aws:SourceArn": TRAIL, **NO_TLS}},
    "another key": {"context": {**OWNER, "aws:SourceArn": TRAIL, KEY_HEADER: FOREIGN_KEY}},
    "object of the writer": {"context": {"aws:SourceArn": TRAIL}},
    "another account's prefix": {"path": "AWSLogs/666666666666/CloudTrail/x.json.gz"},
    "another organization's prefix": {"path": "AWSLogs/o-stranger/CloudTrail/x.json.gz"},
    "another service": {"principal": "config.amazonaws.com"},
}
TRAIL_CONTEXT = "kms:EncryptionContext:aws:cloudtrail:arn"

ROWS: list[Row] = [
    *(
        (
            f"CloudTrail, prefix of {owner}",
            BUCKET.format("CloudTrail"),
            "cloudtrail.amazonaws.com",
            "s3:PutObject",
            f"AWSLogs/{owner}/CloudTrail/eu-west-1/x.json.gz",
            {**OWNER, "aws:SourceArn": TRAIL},
            TRAIL_WRONG,
        )
        for owner in ("111111111111", "o-exampleorgid")
    ),
    (
        "CloudTrail: key",
        KEY.format("CloudTrail"),
        "cloudtrail.amazonaws.com",
        "kms:GenerateDataKey",
        "",
        {"aws:SourceArn": TRAIL, TRAIL_CONTEXT: TRAIL},
        {
            "another trail": {"context": {"aws:SourceArn": f"{TRAIL}-2", TRAIL_CONTEXT: TRAIL}},
            "another account's trail": {
                "context": {
                    "aws:SourceArn": TRAIL.replace("111111111111", "666666666666"),
                    TRAIL_CONTEXT: TRAIL,
                }
            },
            "no context": {"context": {"aws:SourceArn": TRAIL}},
            "no source": {"context": {TRAIL_CONTEXT: TRAIL}},
        },
    ),
    (
        "CloudTrail's log group: key",
        "audit/OrganizationTrailKey",
        "logs.eu-west-1.amazonaws.com",
        "kms:Encrypt",
        "",
        {
            "kms:EncryptionContext:aws:logs:arn": (
                "arn:aws:logs:eu-west-1:111111111111:log-group:secbase-cloudtrail"
            )
        },
        {
            "another group": {
                "context": {
                    "kms:EncryptionContext:aws:logs:arn": (
                        "arn:aws:logs:eu-west-1:111111111111:log-group:other"
                    )
                }
            },
            "another account's group": {
                "context": {
                    "kms:EncryptionContext:aws:logs:arn": (
                        "arn:aws:logs:eu-west-1:666666666666:log-group:secbase-cloudtrail"
                    )
                }
            },
            "no group": {"context": {}},
            "another Region's service": {"principal": "logs.eu-central-1.amazonaws.com"},
        },
    ),
    (
        "Config",
        BUCKET.format("Config"),
        RECORDER,
        "s3:PutObject",
        "AWSLogs/555555555555/Config/eu-west-1/x.json.gz",
        {"aws:PrincipalOrgID": "o-exampleorgid", **OWNER},
        {
            "another organization": {"context": {"aws:PrincipalOrgID": "o-stranger"}},
            "another account's prefix": {"path": "AWSLogs/666666666666/Config/x.json.gz"},
            "another role": {"principal": "arn:aws:iam::555555555555:role/Developer"},
            "the service itself": {"principal": "config.amazonaws.com"},
            "another log": {"path": "AWSLogs/555555555555/CloudTrail/x.json.gz"},
            "no TLS": {"context": {"aws:PrincipalOrgID": "o-exampleorgid", **NO_TLS}},
            "another key": {
                "context": {"aws:PrincipalOrgID": "o-exampleorgid", KEY_HEADER: FOREIGN_KEY}
            },
        },
    ),
    (
        "Config: key",
        KEY.format("Config"),
        RECORDER,
        "kms:GenerateDataKey",
        "",
        {"aws:PrincipalOrgID": "o-exampleorgid", **THROUGH_S3},
        {
            "not through S3": {"context": {"aws:PrincipalOrgID": "o-exampleorgid"}},
            "another organization": {"context": {"aws:PrincipalOrgID": "o-stranger", **THROUGH_S3}},
            "another role": {"principal": "arn:aws:iam::555555555555:role/Developer"},
        },
    ),
    *delivered("VPC flow logs", "FlowLogs", "AWSLogs/555555555555/vpcflowlogs/x.log.gz"),
    *delivered("DNS query logs", "FlowLogs", "AWSLogs/555555555555/vpcdnsquerylogs/x.log.gz"),
    *delivered("AWS WAF", "WebAcls", "AWSLogs/555555555555/WAFLogs/eu-central-1/acl/x.log.gz"),
    *delivered(
        "Network Load Balancers",
        "LoadBalancers",
        "AWSLogs/555555555555/elasticloadbalancing/eu-west-1/x.log.gz",
        key=False,
    ),
    *balancers("eu-west-1", BUCKET.format("LoadBalancers")),
    *balancers("eu-central-1", "log-archive-eu-central-1/LogArchiveLoadBalancersStoreBucket"),
    (
        "GuardDuty export",
        BUCKET.format("GuardDuty"),
        "guardduty.amazonaws.com",
        "s3:PutObject",
        "AWSLogs/555555555555/GuardDuty/eu-west-1/x.jsonl.gz",
        {
            "aws:SourceAccount": "333333333333",
            "aws:SourceArn": DETECTOR,
            KEY_HEADER: "arn:aws:kms:eu-west-1:333333333333:key/1",
        },
        {
            "another account": {
                "context": {
                    "aws:SourceAccount": "666666666666",
                    "aws:SourceArn": DETECTOR.replace("333333333333", "666666666666"),
                    KEY_HEADER: "arn:aws:kms:eu-west-1:333333333333:key/1",
                }
            },
            "another key": {
                "context": {
                    "aws:SourceAccount": "333333333333",
                    "aws:SourceArn": DETECTOR,
                    KEY_HEADER: FOREIGN_KEY,
                }
            },
            "no source": {"context": {KEY_HEADER: "arn:aws:kms:eu-west-1:333333333333:key/1"}},
        },
    ),
    (
        "GuardDuty export: key",
        "security/GuardDutyExportKey",
        "guardduty.amazonaws.com",
        "kms:GenerateDataKey",
        "",
        {"aws:SourceAccount": "333333333333", "aws:SourceArn": FIT},
        {
            "another account": {
                "context": {"aws:SourceAccount": "666666666666", "aws:SourceArn": FIT}
            },
            "another detector": {
                "context": {"aws:SourceAccount": "333333333333", "aws:SourceArn": DETECTOR}
            },
            "no source": {"context": {}},
        },
    ),
    (
        "CloudWatch alarms of the security account",
        "security/CriticalFindingsTopic",
        "cloudwatch.amazonaws.com",
        "sns:Publish",
        "",
        {
            "aws:SourceAccount": "333333333333",
            "aws:SourceArn": "arn:aws:cloudwatch:eu-west-1:333333333333:alarm:secbase-x",
        },
        {
            "another account": {
                "context": {
                    "aws:SourceAccount": "666666666666",
                    "aws:SourceArn": "arn:aws:cloudwatch:eu-west-1:666666666666:alarm:secbase-x",
                }
            },
            "another alarm": {
                "context": {
                    "aws:SourceAccount": "333333333333",
                    "aws:SourceArn": "arn:aws:cloudwatch:eu-west-1:333333333333:alarm:other",
                }
            },
            "no source": {"context": {}},
            "EventBridge, which carries no source": {"principal": "events.amazonaws.com"},
            "no TLS": {
                "context": {
                    "aws:SourceAccount": "333333333333",
                    "aws:SourceArn": "arn:aws:cloudwatch:eu-west-1:333333333333:alarm:secbase-x",
                    **NO_TLS,
                }
            },
        },
    ),
    (
        "CloudWatch alarms of the security account: key",
        "security/NotificationsKey",
        "cloudwatch.amazonaws.com",
        "kms:GenerateDataKey",
        "",
        {"aws:SourceAccount": "333333333333"},
        {
            "another account": {"context": {"aws:SourceAccount": "666666666666"}},
            "no source": {"context": {}},
            "deleting the key": {"action": "kms:ScheduleKeyDeletion"},
        },
    ),
    (
        "CloudWatch alarms on activity",
        "audit/ActivityAlarmsTopic",
        "cloudwatch.amazonaws.com",
        "sns:Publish",
        "",
        {
            "aws:SourceAccount": "111111111111",
            "aws:SourceArn": "arn:aws:cloudwatch:eu-west-1:111111111111:alarm:x",
        },
        {
            "another account": {
                "context": {
                    "aws:SourceAccount": "666666666666",
                    "aws:SourceArn": "arn:aws:cloudwatch:eu-west-1:666666666666:alarm:x",
                }
            },
            "no source": {"context": {}},
        },
    ),
    (
        "the bus of the security account: key",
        "security/EventBusKey",
        "events.amazonaws.com",
        "kms:GenerateDataKey",
        "",
        {
            "aws:SourceAccount": "333333333333",
            "aws:SourceArn": "arn:aws:events:eu-west-1:333333333333:event-bus/secbase-security",
            "kms:EncryptionContext:aws:events:event-bus:arn": (
                "arn:aws:events:eu-west-1:333333333333:event-bus/secbase-security"
            ),
        },
        {
            "another account": {"context": {"aws:SourceAccount": "666666666666"}},
            "no source": {"context": {}},
        },
    ),
]
