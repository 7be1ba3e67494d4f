"""HardenedDatabase: an Aurora cluster that only its clients reach, with TLS and their own identity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_rds as rds
from constructs import Construct

from baseline.controls.registry import implements
from baseline.primitives.secure_key import SecureKey
from baseline.workload import database_parts as parts
from baseline.workload.database_engines import AURORA, AuroraEngine

BACKTRACK_HOURS = 24
CONTROLS = (
    "RDS.2",
    "RDS.6",
    "RDS.7",
    "RDS.12",
    "RDS.15",
    "RDS.16",
    "RDS.23",
    "RDS.24",
    "RDS.27",
    "RDS.35",
)


class HardenedDatabase(Construct):
    """An Aurora cluster with a writer and a reader in two zones, encrypted with a key of its own.

    Clients are named by security group, sign in with their IAM identity and use TLS; the engine
    refuses everything else. The password of the master user is made, kept and rotated by RDS in
    Secrets Manager: nobody sets it and no template holds it. Logs go to log groups that are
    encrypted and kept; backups are kept 35 days; the cluster outlives its stack and cannot be
    deleted before its protection is lifted.

    Args:
        scope: parent construct.
        id: construct ID.
        name: identifier of the cluster, which its log groups bear.
        vpc: the VPC.
        subnets: isolated or private subnets in at least two zones.
        clients: what a client is to its security group, such as ``{"application": group}``; they
            alone are admitted.
        engine: ``aurora-postgresql`` by default, or ``aurora-mysql``.
        database_name: name of the first database; none by default.
        minimum_capacity: Aurora capacity units when idle; 0.5 by default.
        maximum_capacity: Aurora capacity units under load; 8 by default.
        backup_days: days that automated backups are kept; 35 by default, at least 7.

    Attributes:
        cluster: the ``aws_rds.DatabaseCluster``; ``cluster.secret`` is None, RDS owns the secret.
        key: the :class:`SecureKey` of storage, secret, logs and insights.
        security_group: of the cluster.
        port: port that it listens on.

    Raises:
        BaselineError: for a public subnet, a single zone, a name or a number out of its form.

    Source: Amazon Aurora User Guide, "Security in Amazon Aurora" and "Password management with
    Amazon Aurora and AWS Secrets Manager"; Security Hub RDS.7, RDS.12, RDS.15, RDS.16, RDS.24,
    RDS.27, RDS.35.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        vpc: ec2.IVpc,
        subnets: Sequence[ec2.ISubnet],
        clients: Mapping[str, ec2.ISecurityGroup],
        engine: AuroraEngine = "aurora-postgresql",
        database_name: str | None = None,
        minimum_capacity: float = 0.5,
        maximum_capacity: float = 8,
        backup_days: int = parts.BACKUP_DAYS[1],
    ) -> None:
        super().__init__(scope, id)
        parts.check_identifier(name)
        parts.check_backup_days(backup_days)
        parts.check_subnets(vpc, subnets)
        settings = AURORA[engine]
        self.port = settings.port
        self.key = SecureKey(self, "Key", description=f"Database {name}")
        self.security_group = parts.security_group(self, vpc, port=self.port, clients=clients)
        groups = parts.log_groups(
            self, prefix=f"/aws/rds/cluster/{name}", kinds=settings.logs, key=self.key
        )
        self.cluster = rds.DatabaseCluster(
            self,
            "Cluster",
            cluster_identifier=name,
            engine=settings.version(),
            parameters=dict(settings.parameters),
            writer=rds.ClusterInstance.serverless_v2("Writer", **self._instance()),
            readers=[
                rds.ClusterInstance.serverless_v2(
                    "Reader", scale_with_writer=True, **self._instance()
                )
            ],
            serverless_v2_min_capacity=minimum_capacity,
            serverless_v2_max_capacity=maximum_capacity,
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnets=list(subnets)),
            security_groups=[self.security_group],
            port=self.port,
            default_database_name=database_name,
            credentials=rds.Credentials.from_username(
                parts.ADMINISTRATOR, encryption_key=self.key.key
            ),
            manage_master_user_password=True,
            iam_authentication=True,
            storage_encrypted=True,
            storage_encryption_key=self.key.key,
            backup=rds.BackupProps(retention=cdk.Duration.days(backup_days)),
            backtrack_window=(
                cdk.Duration.hours(BACKTRACK_HOURS) if engine == "aurora-mysql" else None
            ),
            copy_tags_to_snapshot=True,
            cloudwatch_logs_exports=list(settings.logs),
            monitoring_interval=cdk.Duration.seconds(parts.MONITORING_SECONDS),
            monitoring_role=parts.monitoring_role(self),
            deletion_protection=True,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        for group in groups:
            # RDS would make a missing group itself, without key and retention.
            self.cluster.node.add_dependency(group)
        parts.acknowledge_database(self.cluster, settings.left_out)
        self._declare(settings.controls)

    def _instance(self) -> dict[str, Any]:
        return {
            "publicly_accessible": False,
            "auto_minor_version_upgrade": True,
            "enable_performance_insights": True,
            "performance_insight_encryption_key": self.key.key,
        }

    def _declare(self, controls: Sequence[str]) -> None:
        backtrack = ["RDS.14"] if self.port == AURORA["aurora-mysql"].port else []
        implements(
            self,
            capability="hardened-database",
            controls=[*CONTROLS, *controls, *backtrack],
        )
