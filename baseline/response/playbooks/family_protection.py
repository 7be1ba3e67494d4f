"""The protection family: root users, and what records and watches an account."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from baseline.primitives.acknowledge import as_printed
from baseline.response.playbooks.families import Family

PARTITION, ACCOUNT = cdk.Aws.PARTITION, cdk.Aws.ACCOUNT_ID
TRAILS = f"arn:{PARTITION}:cloudtrail:*:{ACCOUNT}:trail/*"
ALL_TRAILS = f"arn:{PARTITION}:cloudtrail:*:*:trail/*"
"""The organization trail belongs to the management account."""
DETECTORS = f"arn:{PARTITION}:guardduty:*:{ACCOUNT}:detector/*"
RECORDERS = f"arn:{PARTITION}:config:*:{ACCOUNT}:configuration-recorder/*"
BUCKETS = f"arn:{PARTITION}:s3:::*"
REMOVAL = "*-root-removal"
MACHINES = f"arn:{PARTITION}:states:{cdk.Aws.REGION}:{ACCOUNT}:stateMachine:{REMOVAL}"
EXECUTIONS = f"arn:{PARTITION}:states:{cdk.Aws.REGION}:{ACCOUNT}:execution:{REMOVAL}:*"
IN_OWN_ACCOUNT = {"StringEquals": {"aws:ResourceAccount": ACCOUNT}}


def statements() -> list[iam.PolicyStatement]:
    """Give what the responder may do: look, and start what was stopped."""
    return [
        iam.PolicyStatement(
            sid="LookAtProtections",
            actions=[
                "cloudtrail:LookupEvents",
                "config:DescribeConfigurationRecorderStatus",
                "config:DescribeConfigurationRecorders",
                "config:DescribeDeliveryChannels",
                "ec2:DescribeFlowLogs",
                "ec2:DescribeRegions",
                "guardduty:GetMembers",
                "iam:GetAccountSummary",
                "organizations:DescribeOrganization",
                "securityhub:DescribeHub",
            ],
            resources=["*"],
        ),
        _allow(
            "LookAtTrails",
            ["cloudtrail:GetEventSelectors", "cloudtrail:GetTrail", "cloudtrail:GetTrailStatus"],
            ALL_TRAILS,
        ),
        _allow("LookAtDetectors", ["guardduty:GetDetector"], DETECTORS),
        iam.PolicyStatement(
            sid="LookAtLogBuckets",
            actions=[
                "s3:GetBucketPolicy",
                "s3:GetBucketPublicAccessBlock",
                "s3:GetBucketVersioning",
                "s3:GetLifecycleConfiguration",
            ],
            resources=[BUCKETS],
            conditions=IN_OWN_ACCOUNT,
        ),
        _allow("StartTrails", ["cloudtrail:StartLogging"], TRAILS),
        _allow("StartDetectors", ["guardduty:UpdateDetector"], DETECTORS),
        _allow("StartRecorders", ["config:StartConfigurationRecorder"], RECORDERS),
        _allow("WatchMembers", ["guardduty:StartMonitoringMembers"], "*"),
    ]


def own_statements() -> list[iam.PolicyStatement]:
    """Let the function start the removal of root credentials, which asks a person itself."""
    return [
        _allow("StartRootRemoval", ["states:StartExecution"], MACHINES),
        _allow("SeeRootRemoval", ["states:DescribeExecution"], EXECUTIONS),
    ]


def _allow(sid: str, actions: list[str], resource: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(sid=sid, actions=actions, resources=[resource])


FAMILY = Family(
    id="protection",
    title="Root users, logs and detection",
    statements=statements,
    reasons={
        "AwsSolutions-IAM5[Resource::*]": (
            "these read, and take no resources or those of the account as a whole; starting to watch "
            "members takes none either and works in the administrator's account only"
        ),
        "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:cloudtrail:*:*:trail/*]": (
            "reads any trail that records this account, the organization's too"
        ),
        f"AwsSolutions-IAM5[Resource::{as_printed(TRAILS)}]": "starting a trail only records more",
        f"AwsSolutions-IAM5[Resource::{as_printed(DETECTORS)}]": (
            "a detector's ID is known where it is; the steps switch it on, and guardrails hold for "
            "everybody else"
        ),
        f"AwsSolutions-IAM5[Resource::{as_printed(RECORDERS)}]": (
            "starting a recorder only records more"
        ),
        f"AwsSolutions-IAM5[Resource::{as_printed(BUCKETS)}]": (
            "reads the protection of buckets of this account, and no object"
        ),
    },
    own_statements=own_statements,
    own_reasons={
        f"AwsSolutions-IAM5[Resource::{as_printed(MACHINES)}]": (
            "the removal of root credentials, whose name begins with the prefix of baseline.yaml"
        ),
        f"AwsSolutions-IAM5[Resource::{as_printed(EXECUTIONS)}]": (
            "executions are named after the incident; it reads whether there is one"
        ),
    },
)
