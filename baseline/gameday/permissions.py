"""What those who run game days may do in the security account."""

from __future__ import annotations

from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from baseline.config.names import Names
from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.secure_key import SecureKey
from baseline.response.evidence import EvidenceStore

RECORD_PREFIX = "gamedays/"
READ_PREFIXES = ("open-ports/", "incidents/")


def operator_policy(
    scope: Construct, *, names: Names, queue: sqs.Queue, key: SecureKey, evidence: EvidenceStore
) -> iam.ManagedPolicy:
    """Create the policy: read the inbox, look at what answered, keep the record, make samples.

    What a scenario does in a member account needs the permissions of that account.

    Args:
        scope: parent construct.
        names: physical names.
        queue: the inbox.
        key: its key.
        evidence: where records are kept.
    """
    policy = iam.ManagedPolicy(
        scope,
        "Operators",
        managed_policy_name=names.game_day_policy,
        description="Run game days: read their inbox, look at the answers, keep the record",
        statements=[
            *_listening(queue, key),
            *evidence.writing(RECORD_PREFIX),
            *_reading_evidence(evidence),
            *_looking(names),
        ],
    )
    bucket = _logical_id(evidence)
    machines, executions = names.playbook_machine_arn("*"), names.playbook_execution_arn("*")
    acknowledge(
        policy,
        {
            f"AwsSolutions-IAM5[Resource::<{bucket}.Arn>/{RECORD_PREFIX}*]": (
                "records are only added, each under the name of its run"
            ),
            **{
                f"AwsSolutions-IAM5[Resource::<{bucket}.Arn>/{prefix}*]": (
                    "evidence of any incident may be the answer that is looked for"
                )
                for prefix in READ_PREFIXES
            },
            "AwsSolutions-IAM5[Resource::*]": (
                "samples and findings: the detector's ID is not known to the template, and "
                "GetFindings takes the hub of the Region alone"
            ),
            f"AwsSolutions-IAM5[Resource::{_stack(names)}]": (
                "a stack's ARN ends in an ID that is new for each creation of the one stack"
            ),
            f"AwsSolutions-IAM5[Resource::{machines}]": (
                "executions of any playbook may be the answer that is looked for"
            ),
            f"AwsSolutions-IAM5[Resource::{executions}]": (
                "executions of any playbook may be the answer that is looked for"
            ),
        },
    )
    return policy


def _listening(queue: sqs.Queue, key: SecureKey) -> list[iam.PolicyStatement]:
    return [
        iam.PolicyStatement(
            sid="Listen",
            actions=["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"],
            resources=[queue.queue_arn],
        ),
        iam.PolicyStatement(
            sid="DecryptInbox", actions=["kms:Decrypt"], resources=[key.key.key_arn]
        ),
    ]


def _reading_evidence(evidence: EvidenceStore) -> list[iam.PolicyStatement]:
    return [
        iam.PolicyStatement(
            sid="FindEvidence",
            actions=["s3:ListBucket"],
            resources=[evidence.bucket.bucket_arn],
            conditions={"StringLike": {"s3:prefix": [f"{one}*" for one in READ_PREFIXES]}},
        ),
        iam.PolicyStatement(
            sid="ReadEvidence",
            actions=["s3:GetObject"],
            resources=[evidence.bucket.arn_for_objects(f"{one}*") for one in READ_PREFIXES],
        ),
        iam.PolicyStatement(
            sid="DecryptEvidence", actions=["kms:Decrypt"], resources=[evidence.key.key.key_arn]
        ),
    ]


def _looking(names: Names) -> list[iam.PolicyStatement]:
    return [
        iam.PolicyStatement(
            sid="FindEvidenceBucket",
            actions=["cloudformation:DescribeStacks"],
            resources=[_stack(names)],
        ),
        iam.PolicyStatement(
            sid="ListExecutions",
            actions=["states:ListExecutions"],
            resources=[names.playbook_machine_arn("*")],
        ),
        iam.PolicyStatement(
            sid="ReadExecutions",
            actions=["states:DescribeExecution"],
            resources=[names.playbook_execution_arn("*")],
        ),
        iam.PolicyStatement(
            sid="MakeSamples",
            actions=[
                "guardduty:ArchiveFindings",
                "guardduty:CreateSampleFindings",
                "guardduty:GetFindings",
                "guardduty:ListDetectors",
                "guardduty:ListFindings",
                "securityhub:GetFindings",
            ],
            resources=["*"],
        ),
    ]


def _stack(names: Names) -> str:
    place = f"{names.home_region}:{names.security}"
    return f"arn:{names.partition}:cloudformation:{place}:stack/{names.response_stack}/*"


def _logical_id(evidence: EvidenceStore) -> str:
    bucket = cast("cdk.CfnElement", evidence.bucket.node.default_child)
    return str(cdk.Stack.of(evidence).resolve(bucket.logical_id))
