"""What the state machine of a sweep and its two functions may do."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.primitives.state_machine import logging_statements
from baseline.settings.sweep_definition import REPORTS_PREFIX, RESULTS_PREFIX, RUNS_PREFIX
from baseline.settings.sweep_reports import SweepReports

NAMESPACE = "SecurityBaseline"
"""CloudWatch namespace of what sweeps measure."""


def machine_statements(
    scope: Construct, *, name: str, functions: list[str], reports: SweepReports
) -> list[iam.PolicyStatement]:
    """Give what a sweep's state machine needs: its functions, itself, its bucket, its log.

    Source: AWS Step Functions Developer Guide, "IAM policies for using Distributed Map states" and
    "Using CloudWatch Logs to log execution history".
    """
    stack = cdk.Stack.of(scope)
    own = stack.format_arn(
        service="states",
        resource="stateMachine",
        resource_name=name,
        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
    )
    runs = stack.format_arn(
        service="states",
        resource="execution",
        resource_name=f"{name}/EachAccount:*",
        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
    )
    bucket = reports.bucket
    return [
        _allow("InvokeFunctions", ["lambda:InvokeFunction"], functions),
        _allow("StartMapRun", ["states:StartExecution"], [own]),
        _allow(
            "FollowMapRun",
            ["states:DescribeExecution", "states:RedriveExecution", "states:StopExecution"],
            [runs],
        ),
        _allow("ReadList", ["s3:GetObject"], [bucket.arn_for_objects(f"{RUNS_PREFIX}/*")]),
        _allow(
            "WriteResults",
            [
                "s3:AbortMultipartUpload",
                "s3:GetObject",
                "s3:ListMultipartUploadParts",
                "s3:PutObject",
            ],
            [bucket.arn_for_objects(f"{RESULTS_PREFIX}/*")],
        ),
        use_key(reports),
        *logging_statements(),
    ]


def list_statements(reports: SweepReports) -> list[iam.PolicyStatement]:
    """Give what the function that lists the accounts needs."""
    return [
        # Answered to delegated administrators as well; the action knows no resources.
        _allow("SeeOrganization", ["organizations:ListAccounts"], ["*"]),
        _allow("WriteList", ["s3:PutObject"], [reports.bucket.arn_for_objects(f"{RUNS_PREFIX}/*")]),
        use_key(reports),
    ]


def report_statements(reports: SweepReports) -> list[iam.PolicyStatement]:
    """Give what the function that writes the report needs."""
    bucket = reports.bucket
    return [
        _allow(
            "ReadResults",
            ["s3:GetObject"],
            [bucket.arn_for_objects(f"{name}/*") for name in (RESULTS_PREFIX, RUNS_PREFIX)],
        ),
        _allow(
            "WriteReport",
            ["s3:AbortMultipartUpload", "s3:PutObject"],
            [bucket.arn_for_objects(f"{REPORTS_PREFIX}/*")],
        ),
        use_key(reports),
        iam.PolicyStatement(
            sid="Measure",
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
            conditions={"StringEquals": {"cloudwatch:namespace": NAMESPACE}},
        ),
    ]


def use_key(reports: SweepReports) -> iam.PolicyStatement:
    """Give the use of the reports' key."""
    return _allow("UseReportKey", ["kms:Decrypt", "kms:GenerateDataKey"], [reports.key.key.key_arn])


def wildcard_reasons(scope: Construct, *, name: str, reports: SweepReports) -> dict[str, str]:
    """Give, for each wildcard in the statements, why it stands there (cdk-nag finding to reason)."""
    stack = cdk.Stack.of(scope)
    bucket = stack.get_logical_id(reports.bucket.node.default_child)  # type: ignore[arg-type]
    place = ":".join(
        f"<AWS::{name}>" if cdk.Token.is_unresolved(value) else value
        for name, value in (
            ("Partition", stack.partition),
            ("Service", "states"),
            ("Region", stack.region),
            ("AccountId", stack.account),
        )
    )
    runs = f"arn:{place}:execution:{name}/EachAccount:*"
    reasons = {
        f"AwsSolutions-IAM5[Resource::<{bucket}.Arn>/{prefix}/*]": (
            "objects are named by run; the prefix is the only one that this function uses"
        )
        for prefix in (RUNS_PREFIX, RESULTS_PREFIX, REPORTS_PREFIX)
    }
    return {
        **reasons,
        f"AwsSolutions-IAM5[Resource::{runs}]": (
            "executions have names that nobody knows before; they are those of this state machine"
        ),
        "AwsSolutions-IAM5[Resource::*]": (
            "log delivery, X-Ray, the reads of the organization and metrics have no resources to "
            "name; metrics are bound to one namespace"
        ),
    }


def _allow(sid: str, actions: list[str], resources: list[str]) -> iam.PolicyStatement:
    return iam.PolicyStatement(sid=sid, actions=actions, resources=resources)
