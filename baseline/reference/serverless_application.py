"""ServerlessApplication: an API that asks who it is, a function, and a table that keeps what it gets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_apigateway as rest
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_signer as signer
from constructs import Construct

from baseline.edge.api_choices import ApiDomain, Throttle
from baseline.edge.api_logging import ApiLogging
from baseline.edge.dos_alarms import DosAlarms
from baseline.edge.rest_api import ProtectedApi
from baseline.primitives.alarm_topic import AlarmTopic
from baseline.workload.backups import BackupVaultPlan
from baseline.workload.function import UNSIGNED, HardenedFunction, Unsigned
from baseline.workload.table import HardenedTable

ORDERS = Path(__file__).parent / "handlers" / "orders"
BACKUP_TAG = "Backup"
SECONDS = 10
USED = ("dynamodb:GetItem", "dynamodb:PutItem")


class ServerlessApplication(Construct):
    """An API behind a web ACL, a function with the rights to read and add items, and their table.

    Every method asks for an IAM signature, or for a token of a user pool. Requests are validated
    before the function sees them. The function may get and put items of this table; it cannot
    change or delete one. Function, table, logs and failures have keys of their own; the table goes
    back to any second of 35 days, and its backups lie in a locked vault.

    Args:
        scope: parent construct.
        id: construct ID.
        name: value of the tag that selects the table for backup.
        organization_id: the organization whose principals may be given access to the table.
        addresses: e-mail addresses that hear of alarms.
        user_pool_arn: Amazon Cognito user pool whose tokens callers send; IAM signatures by default.
        domain: name of the API's own; AWS's name by default.
        throttle: how much the API answers; 100 requests per second, 200 at once by default.
        code: the function's code with ``index.handler``; the one that keeps orders by default.
        signed_by: the signing profile that ``code`` is signed by; ``UNSIGNED`` by default, because
            the CDK uploads the default code itself and nobody signs it.
        reserved_concurrency: executions at once; 10 by default. None for an account whose quota
            lets none be reserved.
        account_logging: False where another stack has made API Gateway's logging role of this
            account and Region; True by default.
        emergency_role: role that may lose backups all the same; ``OrgBreakGlass`` by default.

    Attributes:
        api: the :class:`ProtectedApi`.
        function: the :class:`HardenedFunction`.
        table: the :class:`HardenedTable`.
        backups: the :class:`BackupVaultPlan`.
        alarms: the :class:`DosAlarms`.

    Source: AWS Well-Architected Framework, "Serverless Applications Lens".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        organization_id: str,
        addresses: Sequence[str],
        user_pool_arn: str | None = None,
        domain: ApiDomain | None = None,
        throttle: Throttle | None = None,
        code: lambda_.Code | None = None,
        signed_by: signer.ISigningProfile | Unsigned = UNSIGNED,
        reserved_concurrency: int | None = 10,
        account_logging: bool = True,
        emergency_role: str = "OrgBreakGlass",
    ) -> None:
        super().__init__(scope, id)
        self.table = self._create_table(name, organization_id)
        self.backups = BackupVaultPlan(
            self, "Backups", selection={BACKUP_TAG: name}, emergency_role=emergency_role
        )
        self.function = self._create_function(code, signed_by, reserved_concurrency)
        self.api = ProtectedApi(
            self,
            "Api",
            authorizer=self._authorizer(user_pool_arn),
            domain=domain,
            throttle=throttle,
            logging=ApiLogging(self, "ApiLogging") if account_logging else None,
        )
        self._add_methods()
        self.alarms = self._watch(addresses)

    def _create_table(self, name: str, organization_id: str) -> HardenedTable:
        table = HardenedTable(
            self,
            "Table",
            partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
            organization_id=organization_id,
        )
        cdk.Tags.of(table.table).add(BACKUP_TAG, name)
        return table

    def _create_function(
        self,
        code: lambda_.Code | None,
        signed_by: signer.ISigningProfile | Unsigned,
        reserved_concurrency: int | None,
    ) -> HardenedFunction:
        own = lambda_.Code.from_asset(str(ORDERS), exclude=["__pycache__", "*.pyc"])
        return HardenedFunction(
            self,
            "Function",
            code=code or own,
            handler="index.handler",
            description="Reads and adds items of the table",
            signed_by=signed_by,
            environment={"TABLE_NAME": self.table.table.table_name},
            statements=self._statements(),
            reserved_concurrency=reserved_concurrency,
            timeout_seconds=SECONDS,
        )

    def _statements(self) -> list[iam.PolicyStatement]:
        region = cdk.Stack.of(self).region
        return [
            iam.PolicyStatement(
                sid="UseTable", actions=list(USED), resources=[self.table.table.table_arn]
            ),
            iam.PolicyStatement(
                sid="UseKeyOfTable",
                actions=["kms:Decrypt"],
                resources=[self.table.key.key.key_arn],
                conditions={"StringEquals": {"kms:ViaService": f"dynamodb.{region}.amazonaws.com"}},
            ),
        ]

    def _authorizer(self, user_pool_arn: str | None) -> rest.IAuthorizer | None:
        if user_pool_arn is None:
            return None
        from aws_cdk import aws_cognito as cognito  # noqa: PLC0415 - loaded where there is a pool

        pool = cognito.UserPool.from_user_pool_arn(self, "UserPool", user_pool_arn)
        return rest.CognitoUserPoolsAuthorizer(self, "Authorizer", cognito_user_pools=[pool])

    def _add_methods(self) -> None:
        api = self.api.api
        integration = rest.LambdaIntegration(self.function.function, allow_test_invoke=False)
        order = api.root.add_resource("orders").add_resource("{id}")
        model = api.add_model(
            "Order",
            content_type="application/json",
            schema=rest.JsonSchema(
                type=rest.JsonSchemaType.OBJECT,
                required=["item", "quantity"],
                properties={
                    "item": rest.JsonSchema(type=rest.JsonSchemaType.STRING),
                    "quantity": rest.JsonSchema(type=rest.JsonSchemaType.INTEGER, minimum=1),
                },
            ),
        )
        needed = {"method.request.path.id": True}
        validator = self.api.validator
        order.add_method("GET", integration, request_parameters=needed, request_validator=validator)
        order.add_method(
            "PUT",
            integration,
            request_parameters=needed,
            request_models={"application/json": model},
            request_validator=validator,
        )

    def _watch(self, addresses: Sequence[str]) -> DosAlarms:
        topic = AlarmTopic(self, "Alarms", addresses=addresses, display_name="API alarms").topic
        alarms = DosAlarms(self, "DosAlarms", topic=topic)
        alarms.watch_web_acl("WebAcl", self.api.web_acl)
        alarms.watch_api("Api", self.api.api)
        return alarms
