"""UnitAssignments: groups and their permission sets in every account of an organizational unit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.identity.permission_set import PermissionSet
from baseline.primitives.acknowledge import acknowledge_rule
from baseline.primitives.handler_function import handler_key
from baseline.settings.account_sweep import DAILY, AccountSweep
from baseline.settings.sweep_reports import SweepReports

HANDLER: Final = Path(__file__).parent / "handlers" / "unit_assignments"
HOURLY: Final = "rate(1 hour)"
"""Where nobody tells of new accounts, they wait an hour at most."""

CONCURRENCY: Final = 2
"""Identity Center takes 20 calls a second in all, and 10 assignments at a time.

Source: IAM Identity Center User Guide, "AWS IAM Identity Center quotas" (throttle limits).
"""

ACCOUNTS: Final = f"arn:{cdk.Aws.PARTITION}:sso:::account/*"

PARAMETER_SIZE: Final = 4_096
# What CloudFormation puts in for a permission set's ARN and a group's ID, at most.
ARN_SIZE: Final = 90
GROUP_SIZE: Final = 47


@dataclass(frozen=True, kw_only=True)
class UnitAssignment:
    """A group that gets a permission set in units, or in accounts that the job finds by ID.

    Attributes:
        group: name of the group.
        permission_set: what it gets.
        units: each a way from the root, whose steps are ``id:ou-...`` or ``name:Production``.
        accounts: account IDs.
    """

    group: str
    permission_set: PermissionSet
    units: tuple[tuple[str, ...], ...] = ()
    accounts: tuple[str, ...] = ()


class UnitAssignments(Construct):
    """Keeps assignments in the accounts of units, those that come later included.

    ``AWS::SSO::Assignment`` takes one account, so a template would grow with every account and know
    none that is created tomorrow. Here an :class:`AccountSweep` visits the accounts, and assigns
    what is missing. What it made, it records in a table; only what stands there is ever removed,
    and only with ``remove``. The management account is left out: a delegated administrator may not
    touch it. The template has one parameter for each group, whatever the number of accounts.

    Args:
        scope: parent construct, in a stack of the account and Region that Identity Center is
            administered in.
        id: construct ID.
        name: physical name of the state machine.
        parameter_path: path of the parameters that hold the assignments, such as
            ``/secbase/identity-center/assignments``.
        instance_arn: ARN of the Identity Center instance.
        organization_id: ID of the organization.
        management_account: ID of the management account.
        permission_sets: all that the job may assign and remove, also those of no assignment.
        groups: group name to its ID.
        assignments: who gets what where.
        alarm_topic: hears of failures; its policy admits alarms whose names begin with ``name``.
        bus: name of the bus with the organization's events; without it the job runs every hour.
        remove: take away what the job itself assigned and nobody asks for any more; off by default:
            it is reported.

    Attributes:
        sweep: the :class:`AccountSweep`.
        table: the ``aws_dynamodb.Table`` with what the job made.

    Raises:
        BaselineError: a group is not known, or its assignments do not fit into a parameter.

    Source: IAM Identity Center API Reference, "CreateAccountAssignment".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        parameter_path: str,
        instance_arn: str,
        organization_id: str,
        management_account: str,
        permission_sets: Sequence[PermissionSet],
        groups: Mapping[str, str],
        assignments: Sequence[UnitAssignment],
        alarm_topic: sns.ITopic,
        bus: str | None = None,
        remove: bool = False,
    ) -> None:
        super().__init__(scope, id)
        self._path, self._groups = parameter_path, groups
        tree = f"arn:{cdk.Aws.PARTITION}:organizations::{management_account}"
        places = [f"{tree}:account/{organization_id}/*", f"{tree}:ou/{organization_id}/*"]
        parameters = self._create_parameters(assignments)
        self.table = self._create_table()
        self.sweep = AccountSweep(
            self,
            "Sweep",
            name=name,
            description="Permission sets in the accounts of units",
            handler=HANDLER,
            management_account=management_account,
            excluded_accounts=[management_account],
            reports=SweepReports(self, "Reports"),
            alarm_topic=alarm_topic,
            statements=[
                *self._own_statements(),
                _allow(
                    "FindUnits",
                    ["organizations:DescribeOrganizationalUnit", "organizations:ListParents"],
                    places,
                ),
                _allow(
                    "Assign",
                    [
                        "sso:CreateAccountAssignment",
                        "sso:DeleteAccountAssignment",
                        "sso:DescribeAccountAssignmentCreationStatus",
                        "sso:DescribeAccountAssignmentDeletionStatus",
                        "sso:ListAccountAssignments",
                    ],
                    [instance_arn, ACCOUNTS, *(each.arn for each in permission_sets)],
                ),
            ],
            wildcard_reasons=_reasons(places),
            environment={
                "INSTANCE": instance_arn,
                "PARAMETERS": parameter_path,
                "REMOVE": str(remove).lower(),
                "TABLE": self.table.table_name,
            },
            schedule=DAILY if bus else HOURLY,
            bus=bus,
            max_concurrency=CONCURRENCY,
        )
        # A run that comes before its configuration would see assignments that nobody asks for.
        for parameter in parameters:
            self.sweep.state_machine.node.add_dependency(parameter)
        implements(self, capability="identity-center-assignments", controls=[])

    def _create_parameters(self, assignments: Sequence[UnitAssignment]) -> list[ssm.CfnParameter]:
        by_group: dict[str, list[UnitAssignment]] = {}
        for assignment in assignments:
            by_group.setdefault(assignment.group, []).append(assignment)
        return [self._parameter(group, rows) for group, rows in by_group.items()]

    def _parameter(self, group: str, rows: Iterable[UnitAssignment]) -> ssm.CfnParameter:
        if group not in self._groups:
            raise BaselineError(f"group {group!r} is not known here; pass its ID by its name")
        listed = [
            {
                "name": row.permission_set.node.id,
                "permission_set": row.permission_set.arn,
                "units": [list(way) for way in row.units],
                "accounts": list(row.accounts),
            }
            for row in rows
        ]
        document = {"name": group, "group": self._groups[group], "assignments": listed}
        plain = [{**row, "permission_set": "x" * ARN_SIZE} for row in listed]
        size = len(json.dumps({**document, "group": "x" * GROUP_SIZE, "assignments": plain}))
        if size > PARAMETER_SIZE:
            raise BaselineError(
                f"the assignments of group {group!r} take {size:,} characters, a parameter holds "
                f"{PARAMETER_SIZE:,}; assign to a unit further up, or divide the group"
            )
        return ssm.CfnParameter(
            self,
            f"Assignments:{group.replace('/', ':')}",
            name=f"{self._path}/{hashlib.sha256(group.encode()).hexdigest()[:16]}",
            type="String",
            description=f"Permission sets of {group} in units",
            value=cdk.Stack.of(self).to_json_string(document),
        )

    def _create_table(self) -> dynamodb.Table:
        table = dynamodb.Table(
            self,
            "Made",
            partition_key=dynamodb.Attribute(name="account", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="assignment", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=handler_key(self).key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=True,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        acknowledge_rule(
            table,
            "DynamoDBInBackupPlan",
            "point-in-time recovery keeps 35 days, and without the table the job assigns and "
            "removes nothing wrong: it only leaves what it made",
        )
        return table

    def _own_statements(self) -> list[iam.PolicyStatement]:
        parameters = cdk.Stack.of(self).format_arn(
            service="ssm", resource="parameter", resource_name=self._path.lstrip("/")
        )
        return [
            _allow("ReadConfiguration", ["ssm:GetParametersByPath"], [parameters]),
            _allow(
                "RecordWhatWasMade",
                ["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:Query"],
                [self.table.table_arn],
            ),
            # Amazon DynamoDB Developer Guide, "DynamoDB encryption at rest: usage notes": the table
            # uses its key in the name of whoever reads or writes.
            iam.PolicyStatement(
                sid="UseTableKey",
                actions=[
                    "kms:DescribeKey",
                    "kms:Encrypt",
                    "kms:ReEncryptFrom",
                    "kms:ReEncryptTo",
                ],
                resources=[handler_key(self).key.key_arn],
                conditions={
                    "StringEquals": {
                        "kms:ViaService": f"dynamodb.{cdk.Stack.of(self).region}.amazonaws.com"
                    }
                },
            ),
        ]


def _reasons(places: Sequence[str]) -> dict[str, str]:
    known = {
        place.replace(cdk.Aws.PARTITION, "<AWS::Partition>"): (
            "the function reads where accounts stand; accounts and units come later"
        )
        for place in places
    }
    known[ACCOUNTS.replace(cdk.Aws.PARTITION, "<AWS::Partition>")] = (
        "accounts come later; the permission sets are named one by one, and the management "
        "account is closed to delegated administrators"
    )
    return {f"AwsSolutions-IAM5[Resource::{place}]": reason for place, reason in known.items()}


def _allow(sid: str, actions: list[str], resources: list[str]) -> iam.PolicyStatement:
    return iam.PolicyStatement(sid=sid, actions=actions, resources=resources)
