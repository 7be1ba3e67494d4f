"""PolledProvider: the CDK's provider framework, encrypted, traced, with roles of its own."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import custom_resources as cr
from constructs import Construct, IConstruct

from baseline.primitives.acknowledge import acknowledge, acknowledge_rule
from baseline.primitives.handler_function import HandlerFunction, handler_key

FRAMEWORK = ("onEvent", "isComplete", "onTimeout")
MEMORY_MB = 256
INLINE_REASON = (
    "the CDK's provider framework attaches the calls it makes to its own roles; each role is used "
    "by this one framework, and the statements name its functions"
)
VERSIONS_REASON = "the framework invokes its handler in any version; the function itself is named"
LOG_DELIVERY_REASON = (
    "the actions that set up log delivery of a state machine, and X-Ray, have no resources to name"
)


class PolledProvider(Construct):
    """Runs a custom resource whose work goes on after the first invocation.

    ``on_event`` starts the work, ``is_complete`` is asked until it says yes. The functions and the
    state machine of the CDK's framework get encrypted settings and logs, tracing, and roles that
    may write to those logs instead of the AWS managed policy that may write to all. The logs hold
    no payloads, because a payload has the URL that answers CloudFormation.

    Args:
        scope: parent construct.
        id: construct ID.
        on_event: function that starts the work.
        is_complete: function that tells whether it is done.
        query_seconds: seconds between two questions; 10 by default.
        timeout_minutes: when the framework gives up and the deployment fails; 30 by default,
            60 at most.

    Attributes:
        service_token: for ``cdk.CustomResource``, which also depends on this construct.

    Source: AWS CDK API Reference, "custom_resources.Provider"; Security Hub StepFunctions.1.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        on_event: HandlerFunction,
        is_complete: HandlerFunction,
        query_seconds: int = 10,
        timeout_minutes: int = 30,
    ) -> None:
        super().__init__(scope, id)
        key = handler_key(self).key
        log_group = logs.LogGroup(
            self,
            "Logs",
            encryption_key=key,
            retention=logs.RetentionDays.ONE_YEAR,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        framework = cr.Provider(
            self,
            "Framework",
            on_event_handler=on_event.function,
            is_complete_handler=is_complete.function,
            query_interval=cdk.Duration.seconds(query_seconds),
            total_timeout=cdk.Duration.minutes(timeout_minutes),
            log_group=log_group,
            provider_function_env_encryption=key,
            framework_on_event_role=self._role("StartRole", log_group, key),
            framework_complete_and_timeout_role=self._role("WaitRole", log_group, key),
            disable_waiter_state_machine_logging=False,
            waiter_state_machine_log_options=cr.LogOptions(
                destination=log_group, include_execution_data=False, level=sfn.LogLevel.ALL
            ),
        )
        self.service_token = framework.service_token
        functions = [_function(framework, f"framework-{name}") for name in FRAMEWORK]
        waiter = framework.node.find_child("waiter-state-machine")
        for function in functions:
            _harden_function(function)
        _harden_waiter(waiter)
        self._acknowledge([on_event.function, is_complete.function, *functions])

    def _role(self, id: str, log_group: logs.LogGroup, key: kms.IKey) -> iam.Role:
        role = iam.Role(
            self,
            id,
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"Runs the provider framework of {self.node.path}",
        )
        log_group.grant_write(role)
        key.grant_decrypt(role)
        role.add_to_policy(_write_traces())
        return role

    def _acknowledge(self, functions: list[lambda_.Function]) -> None:
        acknowledge_rule(self, "IAMNoInlinePolicy", INLINE_REASON)
        acknowledge(
            self,
            {f"AwsSolutions-IAM5[Resource::<{_arn_of(f)}>:*]": VERSIONS_REASON for f in functions},
        )
        acknowledge(self, {"AwsSolutions-IAM5[Resource::*]": LOG_DELIVERY_REASON})


def _function(framework: cr.Provider, id: str) -> lambda_.Function:
    found = framework.node.find_child(id)
    if not isinstance(found, lambda_.Function):
        raise TypeError(f"{found.node.path} is no function; the CDK's provider framework changed")
    return found


def _arn_of(function: lambda_.Function) -> str:
    return f"{cdk.Stack.of(function).get_logical_id(_resource(function))}.Arn"


def _resource(function: lambda_.Function) -> lambda_.CfnFunction:
    resource = function.node.default_child
    if not isinstance(resource, lambda_.CfnFunction):
        raise TypeError(f"{function.node.path} has no resource; the CDK's framework changed")
    return resource


def _write_traces() -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid="WriteTraces",
        actions=["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
        resources=["*"],
    )


def _harden_function(function: lambda_.Function) -> None:
    """Set what the framework has no argument for, and say why the rest stays as it is."""
    resource = _resource(function)
    # As attributes and not as overrides, because cdk-nag does not see overrides.
    resource.tracing_config = lambda_.CfnFunction.TracingConfigProperty(mode="Active")
    resource.memory_size = MEMORY_MB
    acknowledge_rule(
        function,
        "LambdaConcurrency",
        "a new account has a quota of 10 concurrent executions, of which none may be reserved; "
        "CloudFormation invokes the function once per deployment",
        packs=("HIPAA.Security", "NIST.800.53.R5"),
    )
    acknowledge_rule(
        function,
        "LambdaDLQ",
        "a failed invocation fails the deployment, which shows it; the request holds a URL that "
        "answers CloudFormation and must not be kept in a queue",
        packs=("HIPAA.Security", "NIST.800.53.R5", "Serverless"),
    )
    acknowledge_rule(
        function,
        "LambdaInsideVPC",
        "the function calls Lambda, Step Functions and CloudFormation through TLS, and reaches "
        "nothing inside a VPC",
    )


def _harden_waiter(waiter: IConstruct) -> None:
    role, machine = waiter.node.find_child("Role"), waiter.node.default_child
    if not isinstance(role, iam.Role) or not isinstance(machine, sfn.CfnStateMachine):
        raise TypeError(f"{waiter.node.path} is another thing; the CDK's framework changed")
    role.add_to_policy(_write_traces())
    machine.tracing_configuration = sfn.CfnStateMachine.TracingConfigurationProperty(enabled=True)
