"""HardenedTable: a DynamoDB table that cannot be deleted by accident or read from outside."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.primitives.acknowledge import acknowledge_rule
from baseline.primitives.secure_key import SecureKey
from baseline.workload.outsiders import deny_outsiders

RECOVERY_DAYS = (1, 35)


class HardenedTable(Construct):
    """An on-demand table with a key of ours, point-in-time recovery and deletion protection.

    Its policy denies principals outside the organization, whatever another policy allows. It is
    kept when the stack goes.

    Args:
        scope: parent construct.
        id: construct ID.
        partition_key: name and type of the partition key.
        organization_id: the organization whose principals may be given access.
        sort_key: name and type of the sort key; none by default.
        time_to_live: attribute with the time at which an item ends; none by default.
        recovery_days: how far back the table can be restored; 35 by default, 1 to 35.
        stream: which images of a change the stream holds; no stream by default.
        backup_plan: True, the default, says that a backup plan selects the table, such as
            :class:`~baseline.workload.backups.BackupVaultPlan` or the organization's backup policy.
            False for a table whose data may be lost after 35 days.

    Attributes:
        table: the ``aws_dynamodb.Table``.
        key: its :class:`SecureKey`.

    Raises:
        BaselineError: when ``recovery_days`` is out of its range.

    Source: Security Hub DynamoDB.1, DynamoDB.2, DynamoDB.6; Amazon DynamoDB Developer Guide,
    "Resource-based policies".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        partition_key: dynamodb.Attribute,
        organization_id: str,
        sort_key: dynamodb.Attribute | None = None,
        time_to_live: str | None = None,
        recovery_days: int = RECOVERY_DAYS[1],
        stream: dynamodb.StreamViewType | None = None,
        backup_plan: bool = True,
    ) -> None:
        super().__init__(scope, id)
        low, high = RECOVERY_DAYS
        if not low <= recovery_days <= high:
            raise BaselineError(
                f"recovery_days must be between {low} and {high} days, got {recovery_days}"
            )
        self.key = SecureKey(self, "Key", description=f"Table {self.node.path}")
        self.table = dynamodb.Table(
            self,
            "Table",
            partition_key=partition_key,
            sort_key=sort_key,
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=self.key.key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True, recovery_period_in_days=recovery_days
            ),
            deletion_protection=True,
            removal_policy=cdk.RemovalPolicy.RETAIN,
            resource_policy=iam.PolicyDocument(
                statements=[deny_outsiders(organization_id, actions=["dynamodb:*"])]
            ),
            time_to_live_attribute=time_to_live,
            stream=stream,
        )
        acknowledge_rule(
            self.table,
            "DynamoDBInBackupPlan",
            "the backup plan that selects the table is made outside of this construct"
            if backup_plan
            else "the data may be lost after the days of point-in-time recovery, by choice",
        )
        implements(
            self,
            capability="hardened-table",
            controls=["DynamoDB.1", "DynamoDB.2", "DynamoDB.6"],
        )
