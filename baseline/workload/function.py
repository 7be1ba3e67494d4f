"""HardenedFunction: a Lambda function whose code is signed and whose failures are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_signer as signer
from constructs import Construct

from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.primitives.acknowledge import acknowledge, acknowledge_rule
from baseline.primitives.handler_function import own_statements
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_queue import SecureQueue
from baseline.workload.cleartext.names import is_harmless, promises_secret
from baseline.workload.cleartext.texts import secret_in

Unsigned = Literal["unsigned"]
UNSIGNED: Final[Unsigned] = "unsigned"
CONTROLS = ("Lambda.1", "Lambda.2", "Lambda.5", "Lambda.7")


class HardenedFunction(Construct):
    """A function with a key, a log, a role and a queue for failures of its own.

    Lambda refuses code that the given profile did not sign. Environment, log and queue are
    encrypted with the function's key; calls are traced; concurrency is bounded, so that a flood
    takes only what is the function's. The role may log and trace, and what ``statements`` say.

    Args:
        scope: parent construct.
        id: construct ID.
        code: the code; with a profile, one that a pipeline signed (``Code.from_bucket``).
        handler: entry point, such as ``index.handler``.
        description: what it does, shown in the console.
        signed_by: the signing profile whose signature is demanded, or ``UNSIGNED`` for code that
            nobody signs, such as an asset of the CDK.
        runtime: Python 3.14 by default; a deprecated one is refused by the CDK's own rules.
        environment: variables; a secret among them is refused.
        statements: what the function may do.
        reserved_concurrency: executions at once; 10 by default. None takes from what the account
            has left, for an account whose quota lets none be reserved.
        timeout_seconds: 60 by default, 900 at most.
        memory_mb: 256 by default.
        vpc: VPC that it runs in; None, the default, for a function that calls AWS APIs only.
        subnets: private subnets, with ``vpc``.

    Attributes:
        function: the ``aws_lambda.Function``.
        role: its role.
        key: the :class:`SecureKey`.
        failures: queue of failed asynchronous invocations.
        log_group: kept for a year.

    Raises:
        BaselineError: for a secret in the environment, a time out of its range, or subnets without
            a VPC.

    Source: Security Hub Lambda.1, Lambda.2, Lambda.5, Lambda.7; AWS Lambda Developer Guide, "Using
    code signing to verify code integrity with Lambda".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        code: lambda_.Code,
        handler: str,
        description: str,
        signed_by: signer.ISigningProfile | Unsigned,
        runtime: lambda_.Runtime = lambda_.Runtime.PYTHON_3_14,
        environment: Mapping[str, str] | None = None,
        statements: Sequence[iam.PolicyStatement] = (),
        reserved_concurrency: int | None = 10,
        timeout_seconds: int = 60,
        memory_mb: int = 256,
        vpc: ec2.IVpc | None = None,
        subnets: Sequence[ec2.ISubnet] = (),
    ) -> None:
        super().__init__(scope, id)
        check_environment(environment or {})
        _check(timeout_seconds, vpc, subnets)
        self.key = SecureKey(self, "Key", description=f"Function {self.node.path}")
        self.key.allow_log_groups()
        self.log_group = self._create_log_group()
        self.failures = SecureQueue(self, "Failures", key=self.key.key, dead_letter=False).queue
        self.role, policy = self._create_role(statements, in_vpc=vpc is not None)
        self.function = lambda_.Function(
            self,
            "Function",
            description=description,
            code=code,
            handler=handler,
            runtime=runtime,
            architecture=lambda_.Architecture.ARM_64,
            timeout=cdk.Duration.seconds(timeout_seconds),
            memory_size=memory_mb,
            environment=dict(environment or {}),
            environment_encryption=self.key.key,
            code_signing_config=self._demand_signature(signed_by),
            # Without the role's policy in the graph, the first invocation could come before it.
            role=self.role.without_policy_updates(),
            log_group=self.log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            tracing=lambda_.Tracing.ACTIVE,
            dead_letter_queue=self.failures,
            reserved_concurrent_executions=reserved_concurrency,
            recursive_loop=lambda_.RecursiveLoop.TERMINATE,
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnets=list(subnets)) if vpc else None,
            allow_all_outbound=False if vpc else None,
        )
        self.function.node.add_dependency(policy)
        self._acknowledge(in_vpc=vpc is not None, reserved=reserved_concurrency is not None)
        implements(self, capability="hardened-function", controls=list(CONTROLS))

    def add_url(self) -> lambda_.FunctionUrl:
        """Give the function an address that answers signed requests of IAM identities only."""
        return self.function.add_function_url(auth_type=lambda_.FunctionUrlAuthType.AWS_IAM)

    def let_call_url(self, id: str, role_arn: str) -> None:
        """Let a role call the function through its address, and in no other way.

        A call of the address takes two permissions; the second holds for calls of the address only.

        Args:
            id: construct ID.
            role_arn: ARN of the role.

        Raises:
            BaselineError: when it is no role, or everybody.

        Source: AWS Lambda Developer Guide, "Control access to Lambda function URLs".
        """
        if not cdk.Token.is_unresolved(role_arn) and (":role/" not in role_arn or "*" in role_arn):
            raise BaselineError(
                f"role_arn is {role_arn!r}; a function's address is for IAM roles only, one by one"
            )
        lambda_.CfnPermission(
            self,
            f"{id}Url",
            action="lambda:InvokeFunctionUrl",
            function_name=self.function.function_arn,
            principal=role_arn,
            function_url_auth_type="AWS_IAM",
        )
        lambda_.CfnPermission(
            self,
            f"{id}ThroughUrl",
            action="lambda:InvokeFunction",
            function_name=self.function.function_arn,
            principal=role_arn,
            invoked_via_function_url=True,
        )

    def _create_log_group(self) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            "Logs",
            encryption_key=self.key.key,
            retention=logs.RetentionDays.ONE_YEAR,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )

    def _demand_signature(
        self, signed_by: signer.ISigningProfile | Unsigned
    ) -> lambda_.CodeSigningConfig | None:
        if isinstance(signed_by, str):
            return None
        return lambda_.CodeSigningConfig(
            self,
            "Signing",
            signing_profiles=[signed_by],
            untrusted_artifact_on_deployment=lambda_.UntrustedArtifactOnDeployment.ENFORCE,
        )

    def _create_role(
        self, statements: Sequence[iam.PolicyStatement], *, in_vpc: bool
    ) -> tuple[iam.Role, iam.ManagedPolicy]:
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"Runs {self.node.path}",
        )
        policy = iam.ManagedPolicy(
            self,
            "Policy",
            description=f"What {self.node.path} may do",
            statements=[*self._own_statements(in_vpc=in_vpc), *statements],
            roles=[role],
        )
        acknowledge(
            policy,
            {
                "AwsSolutions-IAM5[Resource::*]": (
                    "X-Ray and network interfaces have no resources to name; any other wildcard "
                    "stands in the caller's own statements"
                )
            },
        )
        return role, policy

    def _own_statements(self, *, in_vpc: bool) -> list[iam.PolicyStatement]:
        found = own_statements(
            log_group=self.log_group.log_group_arn,
            failures=self.failures.queue_arn,
            key=self.key.key.key_arn,
        )
        if in_vpc:
            found.append(
                iam.PolicyStatement(
                    sid="UseNetwork",
                    actions=[
                        "ec2:CreateNetworkInterface",
                        "ec2:DeleteNetworkInterface",
                        "ec2:DescribeNetworkInterfaces",
                        "ec2:DescribeSubnets",
                    ],
                    resources=["*"],
                )
            )
        return found

    def _acknowledge(self, *, in_vpc: bool, reserved: bool) -> None:
        if not in_vpc:
            acknowledge_rule(
                self.function,
                "LambdaInsideVPC",
                "the function calls AWS APIs only, through TLS and its own role, and reaches "
                "nothing inside a VPC",
            )
        if not reserved:
            acknowledge_rule(
                self.function,
                "LambdaConcurrency",
                "reserved_concurrency=None was asked for by name, for an account whose quota lets "
                "none be reserved",
                packs=("HIPAA.Security", "NIST.800.53.R5"),
            )


def check_environment(environment: Mapping[str, str]) -> None:
    """Refuse a secret among environment variables, which everybody who sees the function reads.

    Raises:
        BaselineError: names the variable, never its value.
    """
    for name, value in environment.items():
        if cdk.Token.is_unresolved(value):
            continue
        if secret_in(value) or (promises_secret(name) and not is_harmless(value)):
            raise BaselineError(
                f"environment holds a secret in {name}; keep it in Secrets Manager (RotatedSecret), "
                f"pass its ARN as {name}_ARN and read it at run time"
            )


def _check(timeout_seconds: int, vpc: ec2.IVpc | None, subnets: Sequence[ec2.ISubnet]) -> None:
    longest = 900
    if not 1 <= timeout_seconds <= longest:
        raise BaselineError(
            f"timeout_seconds must be between 1 and {longest}, Lambda's limit, got {timeout_seconds}"
        )
    if (vpc is None) != (not subnets):
        raise BaselineError(
            "vpc and subnets belong together; pass both, with private subnets, or neither"
        )
