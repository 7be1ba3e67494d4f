"""create_state_machine: a Step Functions state machine with its role, its log and its traces.

``ended_badly`` is the metric of its executions that did not come to a good end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from baseline.primitives.handler_function import handler_key

BAD_ENDS = ("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted")
"""Metrics of an execution that did not come to a good end; what is throttled only comes later.

Source: AWS Step Functions Developer Guide, "Monitoring Step Functions metrics using Amazon
CloudWatch".
"""


def create_state_machine(
    scope: Construct,
    *,
    name: str,
    definition: str,
    substitutions: Mapping[str, str],
    statements: Sequence[iam.PolicyStatement],
    distributed: bool = False,
) -> sfn.CfnStateMachine:
    """Create a standard state machine that only its own role runs and that logs every step.

    The log leaves out inputs and outputs: they may hold the token that answers a question.

    Args:
        scope: construct that gets ``Role``, ``Policy``, ``Logs`` and ``StateMachine``.
        name: physical name.
        definition: Amazon States Language, as JSON.
        substitutions: placeholder of the definition to its value, such as a function's ARN.
        statements: what the machine may do.
        distributed: whether it has a Distributed Map, whose child executions bear its ARN with an
            addition; no by default.

    Source: Security Hub StepFunctions.1; AWS Step Functions Developer Guide, "Preventing
    cross-service confused deputy issue".
    """
    role = _role(scope, name, distributed=distributed)
    policy = iam.ManagedPolicy(
        scope,
        "Policy",
        description=f"What {name} may do",
        statements=list(statements),
        roles=[role],
    )
    types = sfn.CfnStateMachine
    machine = types(
        scope,
        "StateMachine",
        state_machine_name=name,
        state_machine_type="STANDARD",
        role_arn=role.role_arn,
        definition_string=definition,
        definition_substitutions=dict(substitutions),
        logging_configuration=_logging(scope),
        tracing_configuration=types.TracingConfigurationProperty(enabled=True),
    )
    # Creating it checks that its role may deliver logs.
    machine.node.add_dependency(policy)
    return machine


def ended_badly(machine: sfn.CfnStateMachine, *, minutes: int) -> cloudwatch.MathExpression:
    """Give the number of executions that failed, took too long, or that somebody stopped.

    Args:
        machine: the state machine.
        minutes: period of the metric.
    """
    period = cdk.Duration.minutes(minutes)
    metrics: dict[str, cloudwatch.IMetric] = {
        f"m{number}": cloudwatch.Metric(
            namespace="AWS/States",
            metric_name=end,
            dimensions_map={"StateMachineArn": machine.attr_arn},
            period=period,
            statistic="Sum",
        )
        for number, end in enumerate(BAD_ENDS, 1)
    }
    return cloudwatch.MathExpression(
        # A metric without a value would leave the sum without one.
        expression="+".join(f"FILL({name},0)" for name in metrics),
        label="Ended badly",
        using_metrics=metrics,
        period=period,
    )


def logging_statements() -> list[iam.PolicyStatement]:
    """Give what a state machine needs to deliver its log and its traces; none of it has resources.

    Source: AWS Step Functions Developer Guide, "Using CloudWatch Logs to log execution history" and
    "X-Ray and Step Functions".
    """
    return [
        iam.PolicyStatement(
            sid="DeliverLogs",
            actions=[
                "logs:CreateLogDelivery",
                "logs:DeleteLogDelivery",
                "logs:DescribeLogGroups",
                "logs:DescribeResourcePolicies",
                "logs:GetLogDelivery",
                "logs:ListLogDeliveries",
                "logs:PutResourcePolicy",
                "logs:UpdateLogDelivery",
            ],
            resources=["*"],
        ),
        iam.PolicyStatement(
            sid="WriteTraces",
            actions=[
                "xray:GetSamplingRules",
                "xray:GetSamplingTargets",
                "xray:PutTelemetryRecords",
                "xray:PutTraceSegments",
            ],
            resources=["*"],
        ),
    ]


def _role(scope: Construct, name: str, *, distributed: bool) -> iam.Role:
    stack = cdk.Stack.of(scope)
    own = f"arn:{stack.partition}:states:{stack.region}:{stack.account}:stateMachine:{name}"
    source = (
        {"ArnLike": {"aws:SourceArn": f"{own}*"}}
        if distributed
        else {"ArnEquals": {"aws:SourceArn": own}}
    )
    return iam.Role(
        scope,
        "Role",
        assumed_by=iam.ServicePrincipal(
            "states.amazonaws.com",
            conditions={"StringEquals": {"aws:SourceAccount": stack.account}, **source},
        ),
        description=f"Runs {name}",
    )


def _logging(scope: Construct) -> sfn.CfnStateMachine.LoggingConfigurationProperty:
    group = logs.LogGroup(
        scope,
        "Logs",
        encryption_key=handler_key(scope).key,
        retention=logs.RetentionDays.ONE_YEAR,
        removal_policy=cdk.RemovalPolicy.RETAIN,
    )
    types = sfn.CfnStateMachine
    return types.LoggingConfigurationProperty(
        level="ALL",
        include_execution_data=False,
        destinations=[
            types.LogDestinationProperty(
                cloud_watch_logs_log_group=types.CloudWatchLogsLogGroupProperty(
                    log_group_arn=group.log_group_arn
                )
            )
        ],
    )
