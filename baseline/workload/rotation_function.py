"""RotationFunction: the function that rotates one secret, and may do nothing else."""

from __future__ import annotations

import json

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_rds as rds
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.handler_function import HandlerFunction
from baseline.primitives.secure_key import SecureKey
from baseline.workload.outsiders import deny_cleartext
from baseline.workload.rotation_adapters import DatabaseUser, OwnAdapter, rotation_code

SECRETS = "secretsmanager.amazonaws.com"
TIMEOUT_SECONDS = 120
CODE = "Rotation"


class RotationFunction(Construct):
    """Our own rotation of one secret: a function, its permissions, and who may call it.

    Args:
        scope: parent construct; the function is its child ``Rotation``.
        id: construct ID.
        secret: what is rotated.
        key: its key.
        environment: how values are generated.
        adapter: what changes besides the secret; nothing where None.

    Attributes:
        function: the ``aws_lambda.Function``.
        permission: the ``CfnPermission`` that a schedule has to wait for.

    Source: AWS Secrets Manager User Guide, "Lambda rotation function", "Lambda rotation function
    execution role permissions for AWS Secrets Manager".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        secret: secretsmanager.Secret,
        key: SecureKey,
        environment: dict[str, str],
        adapter: DatabaseUser | OwnAdapter | None,
    ) -> None:
        super().__init__(scope, id)
        more, statements = self._of_adapter(key, adapter)
        with rotation_code(adapter) as folder:
            handler = HandlerFunction(
                scope,
                CODE,
                handler=folder,
                description=f"Rotates {scope.node.path}",
                timeout_seconds=TIMEOUT_SECONDS,
                environment=environment | more,
                statements=[*_statements(secret, key), *statements],
            )
        self.function = handler.function
        probe = self.node.try_find_child("Probe")
        if isinstance(probe, secretsmanager.Secret):
            _keep_to(probe, handler.role)
        # The function's own grant names no secret; any secret of any account could call it.
        self.permission = lambda_.CfnPermission(
            scope,
            "Invocation",
            action="lambda:InvokeFunction",
            function_name=handler.function.function_arn,
            principal=SECRETS,
            source_account=cdk.Stack.of(self).account,
            source_arn=secret.secret_arn,
        )

    def _of_adapter(
        self, key: SecureKey, adapter: DatabaseUser | OwnAdapter | None
    ) -> tuple[dict[str, str], list[iam.PolicyStatement]]:
        if isinstance(adapter, OwnAdapter):
            return {"ADAPTER": "adapter", **adapter.settings}, list(adapter.statements)
        if isinstance(adapter, DatabaseUser):
            return self._of_database(key, adapter)
        return {}, []

    def _of_database(
        self, key: SecureKey, adapter: DatabaseUser
    ) -> tuple[dict[str, str], list[iam.PolicyStatement]]:
        cluster = adapter.database.cluster.node.default_child
        if not isinstance(cluster, rds.CfnDBCluster):
            raise TypeError(f"{adapter.database.node.path}: the cluster's resource is none")
        cluster.enable_http_endpoint = True
        master, probe = cluster.attr_master_user_secret_secret_arn, self._probe(key).secret_arn
        arn = adapter.database.cluster.cluster_arn
        environment = {
            "ADAPTER": "data_api",
            "CLUSTER": arn,
            "ADMINISTRATOR_SECRET": master,
            "PROBE_SECRET": probe,
            "DATABASE": adapter.name,
        }
        return environment, [
            iam.PolicyStatement(
                sid="SetPassword", actions=["rds-data:ExecuteStatement"], resources=[arn]
            ),
            iam.PolicyStatement(
                sid="SignIn", actions=["secretsmanager:GetSecretValue"], resources=[master, probe]
            ),
            iam.PolicyStatement(
                sid="TryPassword", actions=["secretsmanager:PutSecretValue"], resources=[probe]
            ),
            iam.PolicyStatement(
                sid="UseDatabaseKey",
                actions=["kms:Decrypt"],
                resources=[adapter.database.key.key.key_arn],
            ),
        ]

    def _probe(self, key: SecureKey) -> secretsmanager.Secret:
        """Make the secret from which the Data API takes the password that is tried."""
        probe = secretsmanager.Secret(
            self,
            "Probe",
            description="Holds a password while its rotation tries it; nothing otherwise",
            encryption_key=key.key,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        probe.add_to_resource_policy(deny_cleartext(actions=["secretsmanager:*"]))
        reason = "it holds nothing but for the seconds in which the function that rotates fills it"
        acknowledge(
            probe,
            {
                "AwsSolutions-SMG4": reason,
                "HIPAA.Security-SecretsManagerRotationEnabled": reason,
                "NIST.800.53.R5-SecretsManagerRotationEnabled": reason,
            },
        )
        return probe


def template_of(adapter: DatabaseUser) -> dict[str, str]:
    """Give what clients need beside the password."""
    cluster = adapter.database.cluster
    return {
        "engine": "postgres",
        "host": cluster.cluster_endpoint.hostname,
        "port": json.dumps(adapter.database.port),
        "dbname": adapter.name,
        "username": adapter.username,
    }


def _keep_to(probe: secretsmanager.Secret, role: iam.IRole) -> None:
    probe.add_to_resource_policy(
        iam.PolicyStatement(
            sid="OnlyRotationReads",
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"],
            resources=["*"],
            conditions={"ArnNotEquals": {"aws:PrincipalArn": role.role_arn}},
        )
    )


def _statements(secret: secretsmanager.Secret, key: SecureKey) -> list[iam.PolicyStatement]:
    return [
        iam.PolicyStatement(
            sid="Rotate",
            actions=[
                "secretsmanager:DescribeSecret",
                "secretsmanager:GetSecretValue",
                "secretsmanager:PutSecretValue",
                "secretsmanager:UpdateSecretVersionStage",
            ],
            resources=[secret.secret_arn],
        ),
        iam.PolicyStatement(
            sid="Generate", actions=["secretsmanager:GetRandomPassword"], resources=["*"]
        ),
        iam.PolicyStatement(
            sid="UseSecretKey",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[key.key.key_arn],
        ),
    ]
