"""The two roles of a Fargate task: what starts it, and what the application may do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from baseline.primitives.acknowledge import acknowledge


class TaskRoles(Construct):
    """Roles that only tasks of this account assume, with the narrowest policies that work.

    The execution role pulls one repository, writes one log group and reads the named secrets; the
    task role may do what ``statements`` say and nothing else.

    Args:
        scope: parent construct.
        id: construct ID.
        repository: of the image.
        log_group: of the containers.
        secrets: that are injected.
        statements: what the application may do.

    Attributes:
        execution: the execution role.
        task: the application's role.
        policies: managed policies that have to be there before a task starts.

    Source: Amazon ECS Developer Guide, "Amazon ECS task execution IAM role" and "Amazon ECS task
    IAM role" (conditions).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        repository: ecr.IRepository,
        log_group: logs.ILogGroup,
        secrets: Iterable[secretsmanager.ISecret],
        statements: Sequence[iam.PolicyStatement],
    ) -> None:
        super().__init__(scope, id)
        self.execution = self._create_role("Execution", "Starts the tasks")
        self.task = self._create_role("Task", "Is the application")
        self.policies = [
            self._attach("Starting", self.execution, _starting(repository, log_group, secrets))
        ]
        if statements:
            self.policies.append(self._attach("Working", self.task, list(statements)))

    def _create_role(self, id: str, what: str) -> iam.Role:
        stack = cdk.Stack.of(self)
        tasks = f"arn:{stack.partition}:ecs:{stack.region}:{stack.account}:*"
        return iam.Role(
            self,
            id,
            description=f"{what} of {self.node.scope.node.path if self.node.scope else id}",
            assumed_by=iam.ServicePrincipal(
                "ecs-tasks.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": stack.account},
                    "ArnLike": {"aws:SourceArn": tasks},
                },
            ),
        )

    def _attach(
        self, id: str, role: iam.Role, statements: list[iam.PolicyStatement]
    ) -> iam.ManagedPolicy:
        policy = iam.ManagedPolicy(
            self,
            id,
            description=f"{id} of {self.node.path}",
            statements=statements,
            roles=[role],
        )
        acknowledge(
            policy,
            {
                "AwsSolutions-IAM5[Resource::*]": (
                    "a token of the registry has no resource to name; any other wildcard stands in "
                    "the caller's own statements"
                )
            },
        )
        return policy


def _starting(
    repository: ecr.IRepository,
    log_group: logs.ILogGroup,
    secrets: Iterable[secretsmanager.ISecret],
) -> list[iam.PolicyStatement]:
    found = [
        iam.PolicyStatement(sid="SignIn", actions=["ecr:GetAuthorizationToken"], resources=["*"]),
        iam.PolicyStatement(
            sid="Pull",
            actions=[
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:GetDownloadUrlForLayer",
            ],
            resources=[repository.repository_arn],
        ),
        iam.PolicyStatement(
            sid="Log",
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[log_group.log_group_arn],
        ),
    ]
    wanted = list(secrets)
    if wanted:
        found.append(
            iam.PolicyStatement(
                sid="ReadSecrets",
                actions=["secretsmanager:GetSecretValue"],
                resources=[secret.secret_arn for secret in wanted],
            )
        )
    keys = [secret.encryption_key.key_arn for secret in wanted if secret.encryption_key]
    if keys:
        found.append(
            iam.PolicyStatement(sid="OpenSecrets", actions=["kms:Decrypt"], resources=keys)
        )
    return found
