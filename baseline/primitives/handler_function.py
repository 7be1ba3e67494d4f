"""HandlerFunction: a Lambda function from a handler folder, with a role of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from baseline.errors import BaselineError
from baseline.primitives.acknowledge import acknowledge, acknowledge_rule
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_queue import SecureQueue

KEY_ID = "HandlerKey"
# Bytecode that a test leaves beside the handler would change the asset's hash and redeploy it.
EXCLUDE = ["__pycache__", "*.pyc"]
WILDCARD_REASON = {
    "AwsSolutions-IAM5[Resource::*]": (
        "X-Ray has no resources to name; any other wildcard stands in the caller's own statements "
        "beside its reason"
    ),
}


class HandlerFunction(Construct):
    """A Python Lambda function that may do what is stated, and nothing by a managed policy.

    Environment, log group and dead-letter queue are encrypted with one key per stack; failed
    asynchronous invocations wait in the queue; calls are traced.

    Args:
        scope: parent construct.
        id: construct ID.
        handler: folder with ``index.py``, whose ``entry`` is the entry point.
        description: what the function does, shown in the console.
        entry: name of the function in ``index.py``; ``handler`` by default.
        timeout_seconds: 60 by default, 900 at most.
        memory_mb: 256 by default.
        environment: environment variables; never secrets.
        statements: what the function may do besides logging and tracing.
        further_statements: the same, in a managed policy of its own; for what does not fit into
            one (IAM quota: 6,144 characters).
        role_name: physical name of the role; only where another account has to name the role.
        reserved_concurrency: none by default, because a new account has a quota of 10
            concurrent executions, of which Lambda lets none be reserved.

    Attributes:
        function: the ``aws_lambda.Function``.
        role: its role.
        log_group: its log group, kept for a year.

    Raises:
        BaselineError: when the folder has no ``index.py``.

    Source: Security Hub Lambda.2, Lambda.5; AWS Lambda Developer Guide, "Best practices".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        handler: Path,
        description: str,
        entry: str = "handler",
        timeout_seconds: int = 60,
        memory_mb: int = 256,
        environment: Mapping[str, str] | None = None,
        statements: Sequence[iam.PolicyStatement] = (),
        further_statements: Sequence[iam.PolicyStatement] = (),
        role_name: str | None = None,
        reserved_concurrency: int | None = None,
    ) -> None:
        super().__init__(scope, id)
        if not (handler / "index.py").is_file():
            raise BaselineError(f"handler {handler} has no index.py; pass the handler's folder")
        key = handler_key(self)
        self.log_group = logs.LogGroup(
            self,
            "Logs",
            encryption_key=key.key,
            retention=logs.RetentionDays.ONE_YEAR,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        queue = SecureQueue(self, "Failures", key=key.key, dead_letter=False)
        self.role = self._create_role(key, queue, statements, role_name)
        self.function = lambda_.Function(
            self,
            "Function",
            description=description,
            code=lambda_.Code.from_asset(str(handler), exclude=EXCLUDE),
            handler=f"index.{entry}",
            runtime=lambda_.Runtime.PYTHON_3_14,
            architecture=lambda_.Architecture.ARM_64,
            timeout=cdk.Duration.seconds(timeout_seconds),
            memory_size=memory_mb,
            environment=dict(environment or {}),
            environment_encryption=key.key,
            # Without the role's policy in the graph, the first invocation could come before it.
            role=self.role.without_policy_updates(),
            log_group=self.log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            tracing=lambda_.Tracing.ACTIVE,
            dead_letter_queue=queue.queue,
            reserved_concurrent_executions=reserved_concurrency,
        )
        self.function.node.add_dependency(self._policy)
        if further_statements:
            self.function.node.add_dependency(self._further_policy(further_statements))
        self._acknowledge(reserved_concurrency)

    def _create_role(
        self,
        key: SecureKey,
        queue: SecureQueue,
        statements: Sequence[iam.PolicyStatement],
        role_name: str | None,
    ) -> iam.Role:
        role = iam.Role(
            self,
            "Role",
            role_name=role_name,
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"Runs {self.node.path}",
        )
        self._policy = iam.ManagedPolicy(
            self,
            "Policy",
            description=f"What {self.node.path} may do",
            statements=[
                *own_statements(
                    log_group=self.log_group.log_group_arn,
                    failures=queue.queue.queue_arn,
                    key=key.key.key_arn,
                ),
                *statements,
            ],
            roles=[role],
        )
        acknowledge(self._policy, WILDCARD_REASON)
        return role

    def _further_policy(self, statements: Sequence[iam.PolicyStatement]) -> iam.ManagedPolicy:
        policy = iam.ManagedPolicy(
            self,
            "FurtherPolicy",
            description=f"What else {self.node.path} may do",
            statements=list(statements),
            roles=[self.role],
        )
        acknowledge(policy, WILDCARD_REASON)
        return policy

    def _acknowledge(self, reserved_concurrency: int | None) -> None:
        if reserved_concurrency is None:
            acknowledge_rule(
                self.function,
                "LambdaConcurrency",
                "a new account has a quota of 10 concurrent executions, of which none may be "
                "reserved; one caller invokes the function, so it cannot crowd out others",
                packs=("HIPAA.Security", "NIST.800.53.R5"),
            )
        acknowledge_rule(
            self.function,
            "LambdaInsideVPC",
            "the function calls AWS APIs only, through TLS and its own role, and reaches nothing "
            "inside a VPC",
        )


def own_statements(*, log_group: str, failures: str, key: str) -> list[iam.PolicyStatement]:
    """Give what every function may do with what is its own: log, trace, keep failures, use its key.

    Args:
        log_group: ARN of its log group.
        failures: ARN of the queue of failed invocations.
        key: ARN of the key of all of it.
    """
    return [
        iam.PolicyStatement(
            sid="WriteLogs",
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[log_group],
        ),
        iam.PolicyStatement(
            sid="WriteTraces",
            actions=["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
            resources=["*"],
        ),
        iam.PolicyStatement(sid="KeepFailures", actions=["sqs:SendMessage"], resources=[failures]),
        iam.PolicyStatement(
            sid="UseKey", actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[key]
        ),
    ]


def handler_key(scope: Construct) -> SecureKey:
    """Give the key of all handler functions of a stack, made at the first call."""
    stack = cdk.Stack.of(scope)
    existing = stack.node.try_find_child(KEY_ID)
    if isinstance(existing, SecureKey):
        return existing
    key = SecureKey(
        stack, KEY_ID, description=f"Logs, settings and failures of functions of {stack.node.id}"
    )
    key.allow_log_groups()
    return key
