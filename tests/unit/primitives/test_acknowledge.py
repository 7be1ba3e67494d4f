"""An acknowledgement takes one finding with a reason, and no other finding with it."""

from __future__ import annotations

from collections.abc import Callable

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs

from baseline.errors import BaselineError
from baseline.primitives.acknowledge import MINIMUM_REASON_LENGTH, acknowledge, acknowledge_rule

Findings = Callable[[cdk.App], list[str]]
REASON = "the test accepts it, and nothing of it is deployed"
READ, WRITE = "AwsSolutions-IAM5[Action::s3:Get*]", "AwsSolutions-IAM5[Action::s3:Put*]"


def policy(stack: cdk.Stack) -> iam.ManagedPolicy:
    return iam.ManagedPolicy(
        stack,
        "Policy",
        statements=[
            iam.PolicyStatement(actions=["s3:Get*", "s3:Put*"], resources=["arn:aws:s3:::b/x"])
        ],
    )


def wildcards(found: list[str]) -> list[str]:
    return [finding.split()[0] for finding in found if "IAM5" in finding]


def test_without_acknowledgement_both_are_found(
    app: cdk.App, stack: cdk.Stack, findings: Findings
) -> None:
    policy(stack)
    assert wildcards(findings(app)) == [READ, WRITE]


def test_one_acknowledgement_takes_one_finding(
    app: cdk.App, stack: cdk.Stack, findings: Findings
) -> None:
    acknowledge(policy(stack), {READ: REASON})
    assert wildcards(findings(app)) == [WRITE]


def test_the_rule_alone_takes_no_granular_finding(
    app: cdk.App, stack: cdk.Stack, findings: Findings
) -> None:
    acknowledge(policy(stack), {"AwsSolutions-IAM5": REASON})
    assert wildcards(findings(app)) == [READ, WRITE]


@pytest.mark.parametrize("reason", ["", "demo", " " * 40, "x" * (MINIMUM_REASON_LENGTH - 1)])
def test_a_reason_that_says_nothing_is_refused(stack: cdk.Stack, reason: str) -> None:
    with pytest.raises(BaselineError, match=f"at least {MINIMUM_REASON_LENGTH} characters"):
        acknowledge(policy(stack), {READ: reason})


def test_one_rule_of_chosen_packs(app: cdk.App, stack: cdk.Stack, findings: Findings) -> None:
    queue = sqs.Queue(stack, "Queue")
    acknowledge_rule(queue, "SQSRedrivePolicy", REASON, packs=("Serverless",))
    found = findings(app)
    assert not any("SQSRedrivePolicy" in finding for finding in found)
    assert any("AwsSolutions-SQS3" in finding for finding in found)
