"""What the functions of root credentials, their state machine and their approvers may do."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.config.names import Names
from baseline.primitives.state_machine import logging_statements
from baseline.settings import sweep_findings
from baseline.settings.sweep_definition import REPORTS_PREFIX
from baseline.settings.sweep_permissions import use_key
from baseline.settings.sweep_reports import SweepReports

LOOK = "IAMAuditRootUserCredentials"
REMOVE = "IAMDeleteRootUserCredentials"
"""Tasks of a root session (IAM User Guide, "AWS managed policies for AssumeRoot")."""

LOG_REASON = (
    "log delivery, X-Ray and metrics have no resources to name; metrics are bound to one namespace"
)


def root_statements(names: Names, *, remove: bool) -> list[iam.PolicyStatement]:
    """Let a function open root sessions: to look, and to remove only where that is configured."""
    tasks = [LOOK, REMOVE] if remove else [LOOK]
    return [
        iam.PolicyStatement(
            sid="OpenRootSessions",
            actions=["sts:AssumeRoot"],
            resources=[_roots(names)],
            conditions={
                "StringEquals": {
                    "sts:TaskPolicyArn": [
                        f"arn:{names.partition}:iam::aws:policy/root-task/{task}" for task in tasks
                    ]
                }
            },
        ),
        iam.PolicyStatement(
            sid="SeeAccounts",
            actions=["organizations:DescribeAccount"],
            resources=[_accounts(names)],
        ),
    ]


def root_wildcards(names: Names) -> dict[str, str]:
    """Give the wildcards of these statements with their reasons, as cdk-nag writes them."""
    return {
        f"AwsSolutions-IAM5[Resource::{_roots(names)}]": (
            "every member account has one root user; AWS admits those of this organization only, "
            "and a condition keeps the sessions to named tasks"
        ),
        f"AwsSolutions-IAM5[Resource::{_accounts(names)}]": (
            "reads only: the address of any account of this organization is checked"
        ),
    }


def step_statements(
    names: Names, reports: SweepReports, topic_arn: str
) -> list[iam.PolicyStatement]:
    """Let a function read and write reports, ask people, and see who waits for an answer."""
    return [
        iam.PolicyStatement(
            sid="KeepReports",
            actions=["s3:GetObject", "s3:PutObject"],
            resources=[reports.bucket.arn_for_objects(f"{REPORTS_PREFIX}/*")],
        ),
        use_key(reports),
        iam.PolicyStatement(
            sid="SeeRunning", actions=["states:ListExecutions"], resources=[machine_arn(names)]
        ),
        *sweep_findings.tell(names, topic_arn),
    ]


def step_wildcards(scope: Construct, names: Names, reports: SweepReports) -> dict[str, str]:
    """Give the wildcards of these statements with their reasons, as cdk-nag writes them."""
    bucket = cdk.Stack.of(scope).get_logical_id(reports.bucket.node.default_child)  # type: ignore[arg-type]
    return {
        f"AwsSolutions-IAM5[Resource::<{bucket}.Arn>/{REPORTS_PREFIX}/*]": (
            "reports are named by run; the prefix is the only one that this function uses"
        ),
        f"AwsSolutions-IAM5[Resource::{sweep_findings.keys_of(names)}]": sweep_findings.KEY_REASON,
    }


def machine_statements(functions: list[str]) -> list[iam.PolicyStatement]:
    """Give what the state machine needs: its functions, its log and its traces."""
    return [
        iam.PolicyStatement(
            sid="InvokeFunctions", actions=["lambda:InvokeFunction"], resources=functions
        ),
        *logging_statements(),
    ]


def approval_statements(names: Names) -> list[iam.PolicyStatement]:
    """Give what people need who start, follow and answer a removal.

    An answer has no resource in IAM; the token of the question, which only the message holds, says
    what is answered.
    """
    return [
        iam.PolicyStatement(
            sid="StartRemoval",
            actions=["states:ListExecutions", "states:StartExecution"],
            resources=[machine_arn(names)],
        ),
        iam.PolicyStatement(
            sid="FollowRemoval",
            actions=["states:DescribeExecution", "states:StopExecution"],
            resources=[_executions(names)],
        ),
        iam.PolicyStatement(
            sid="Answer",
            actions=["states:SendTaskFailure", "states:SendTaskSuccess"],
            resources=["*"],
        ),
    ]


def approval_wildcards(names: Names) -> dict[str, str]:
    """Give the wildcards of these statements with their reasons, as cdk-nag writes them."""
    return {
        f"AwsSolutions-IAM5[Resource::{_executions(names)}]": (
            "executions have names that nobody knows before; they are those of one state machine"
        ),
        "AwsSolutions-IAM5[Resource::*]": (
            "an answer has no resource in IAM; the token, which only the message to the topic "
            "holds, says which question it answers"
        ),
    }


def machine_arn(names: Names) -> str:
    """Give the ARN of the state machine that removes."""
    return _machine(names, names.root_removal)


def sweep_arn(names: Names) -> str:
    """Give the ARN of the state machine that looks."""
    return _machine(names, names.root_sweep)


def _machine(names: Names, name: str) -> str:
    return f"arn:{names.partition}:states:{names.home_region}:{names.security}:stateMachine:{name}"


def _executions(names: Names) -> str:
    return (
        f"arn:{names.partition}:states:{names.home_region}:{names.security}"
        f":execution:{names.root_removal}:*"
    )


def _roots(names: Names) -> str:
    return f"arn:{names.partition}:iam::*:root"


def _accounts(names: Names) -> str:
    return (
        f"arn:{names.partition}:organizations::{names.management}:account/{names.organization_id}/*"
    )
