"""What every hardened database has beside the database: a way in, its logs, its monitoring."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_rds as rds
from constructs import Construct

from baseline.errors import BaselineError
from baseline.primitives.acknowledge import acknowledge, acknowledge_rule
from baseline.primitives.secure_key import SecureKey
from baseline.workload.database_engines import Engine

IDENTIFIER = re.compile(r"[a-z](?!.*--)[a-z0-9-]{0,62}(?<!-)")
"""Source: Amazon RDS API Reference, "CreateDBCluster" (DBClusterIdentifier)."""

ADMINISTRATOR = "baseline_admin"
"""Master user: not the engine's default, which is the first to be tried (RDS.24, RDS.25)."""

BACKUP_DAYS = (7, 35)
MONITORING_SECONDS = 60
ZONES = 2


def check_identifier(name: str) -> None:
    """Refuse what RDS does not take as an identifier.

    Raises:
        BaselineError: names the value and the form.
    """
    if not IDENTIFIER.fullmatch(name):
        raise BaselineError(
            f"name is {name!r}; a database's name has 1 to 63 lower-case letters, digits and "
            "single hyphens, starts with a letter and ends without a hyphen"
        )


def check_backup_days(days: int) -> None:
    """Refuse a retention of backups that RDS.11 fails or RDS does not have.

    Raises:
        BaselineError: names the value and the limits.
    """
    low, high = BACKUP_DAYS
    if not low <= days <= high:
        raise BaselineError(f"backup_days must be between {low} and {high} days, got {days}")


def check_subnets(vpc: ec2.IVpc, subnets: Sequence[ec2.ISubnet]) -> None:
    """Refuse subnets that the internet reaches, and too few zones.

    Raises:
        BaselineError: names the subnets, or how many there are.
    """
    public = {subnet.node.path for subnet in vpc.public_subnets}
    named = sorted(subnet.node.path for subnet in subnets if subnet.node.path in public)
    if named:
        raise BaselineError(
            f"a database is never public, but subnets holds public ones: {', '.join(named)}; pass "
            "isolated or private subnets, such as vpc.isolated_subnets"
        )
    if len(subnets) < ZONES:
        raise BaselineError(
            f"subnets holds {len(subnets)}; a database needs subnets in at least {ZONES} "
            "availability zones"
        )


def security_group(
    scope: Construct, vpc: ec2.IVpc, *, port: int, clients: Mapping[str, ec2.ISecurityGroup]
) -> ec2.SecurityGroup:
    """Create a security group that admits the named clients on one port and lets nothing out.

    Args:
        scope: gets ``SecurityGroup``.
        vpc: the VPC.
        port: port of the database.
        clients: what a client is to its security group.
    """
    group = ec2.SecurityGroup(
        scope,
        "SecurityGroup",
        vpc=vpc,
        description="Database: named clients in, nothing out",
        allow_all_outbound=False,
    )
    for name, client in clients.items():
        group.add_ingress_rule(client, ec2.Port.tcp(port), f"Database from {name}")
    return group


def log_groups(
    scope: Construct, *, prefix: str, kinds: Iterable[str], key: SecureKey
) -> list[logs.LogGroup]:
    """Create the log groups that RDS would create without key and retention.

    Args:
        scope: gets a log group per kind.
        prefix: such as ``/aws/rds/cluster/orders``.
        kinds: log types.
        key: key of the groups.
    """
    key.allow_log_groups(name_pattern=f"{prefix}/*")
    return [
        logs.LogGroup(
            scope,
            f"{kind.title()}Logs",
            log_group_name=f"{prefix}/{kind}",
            encryption_key=key.key,
            retention=logs.RetentionDays.ONE_YEAR,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        for kind in kinds
    ]


class Database(Construct):
    """What a cluster and a single database share: checks, key, way in, logs and most settings.

    Use :class:`~baseline.workload.database.HardenedDatabase` or
    :class:`~baseline.workload.database_instance.HardenedDatabaseInstance`.

    Args:
        scope: parent construct.
        id: construct ID.
        name: of the database, and part of the names of its log groups.
        kind: ``cluster`` or ``instance``, as RDS names the log groups.
        engine: engine, version, port and parameters.
        vpc: where it stands.
        subnets: private or isolated subnets, in two zones.
        clients: construct ID to the security group that may connect.
        backup_days: how long RDS keeps its own backups, 7 to 35.

    Attributes:
        key: the :class:`SecureKey` of storage, secret, logs and insights.
        security_group: of the database.
        port: port that it listens on.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        kind: Literal["cluster", "instance"],
        engine: Engine[Any],
        vpc: ec2.IVpc,
        subnets: Sequence[ec2.ISubnet],
        clients: Mapping[str, ec2.ISecurityGroup],
        backup_days: int,
    ) -> None:
        super().__init__(scope, id)
        check_identifier(name)
        check_backup_days(backup_days)
        check_subnets(vpc, subnets)
        self._engine, self._vpc, self._subnets = engine, vpc, list(subnets)
        self.port = engine.port
        self.key = SecureKey(self, "Key", description=f"Database {name}")
        self.security_group = security_group(self, vpc, port=self.port, clients=clients)
        self._log_groups = log_groups(
            self, prefix=f"/aws/rds/{kind}/{name}", kinds=engine.logs, key=self.key
        )

    def _settings(self) -> dict[str, Any]:
        """Give the arguments that a cluster and a single database have in common."""
        return {
            "engine": self._engine.version(),
            "parameters": dict(self._engine.parameters),
            "vpc": self._vpc,
            "vpc_subnets": ec2.SubnetSelection(subnets=self._subnets),
            "security_groups": [self.security_group],
            "port": self.port,
            "credentials": rds.Credentials.from_username(
                ADMINISTRATOR, encryption_key=self.key.key
            ),
            "manage_master_user_password": True,
            "iam_authentication": True,
            "storage_encrypted": True,
            "copy_tags_to_snapshot": True,
            "cloudwatch_logs_exports": list(self._engine.logs),
            "monitoring_interval": cdk.Duration.seconds(MONITORING_SECONDS),
            "monitoring_role": monitoring_role(self),
            "deletion_protection": True,
            "removal_policy": cdk.RemovalPolicy.RETAIN,
        }

    def _finish(self, database: Construct) -> None:
        for group in self._log_groups:
            # RDS would make a missing group itself, without key and retention.
            database.node.add_dependency(group)
        acknowledge_database(database, self._engine.left_out)


LEFT_OUT = {
    "audit": "this engine has an audit log only by a plugin; connections are in the error log, changes in CloudTrail",
    "general": "the general log would hold every statement, passwords in them included",
}


def acknowledge_database(database: Construct, left_out: Sequence[str]) -> None:
    """Accept that backup plans stand elsewhere, and the logs that are left out on purpose.

    Args:
        database: cluster or instance.
        left_out: log types.
    """
    acknowledge_rule(
        database,
        "RDSInBackupPlan",
        "automated backups are kept; the backup plan that selects databases is made elsewhere",
    )
    for kind in left_out:
        acknowledge_rule(database, f"RDSLoggingEnabled[LogExport::{kind}]", LEFT_OUT[kind])


def monitoring_role(scope: Construct) -> iam.Role:
    """Create the role with which RDS delivers the metrics of the operating system.

    Args:
        scope: gets ``Monitoring``.

    Source: Amazon RDS User Guide, "Setting up and enabling Enhanced Monitoring".
    """
    policy = "service-role/AmazonRDSEnhancedMonitoringRole"
    role = iam.Role(
        scope,
        "Monitoring",
        description=f"Enhanced monitoring of {scope.node.path}",
        assumed_by=iam.ServicePrincipal(
            "monitoring.rds.amazonaws.com",
            conditions={
                "StringEquals": {"aws:SourceAccount": cdk.Stack.of(scope).account},
            },
        ),
        managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(policy)],
    )
    acknowledge(
        role,
        {
            f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{policy}]": (
                "AWS keeps this policy for this role; it writes to the log group of enhanced "
                "monitoring only"
            )
        },
    )
    return role
