"""HardenedDatabase: an Aurora cluster that only its clients reach, with TLS and their own identity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_rds as rds
from constructs import Construct

from baseline.controls.registry import implements
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


class HardenedDatabase(parts.Database):
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
        settings = AURORA[engine]
        super().__init__(
            scope,
            id,
            name=name,
            kind="cluster",
            engine=settings,
            vpc=vpc,
            subnets=subnets,
            clients=clients,
            backup_days=backup_days,
        )
        self.cluster = rds.DatabaseCluster(
            self,
            "Cluster",
            cluster_identifier=name,
            writer=rds.ClusterInstance.serverless_v2("Writer", **self._instance()),
            readers=[
                rds.ClusterInstance.serverless_v2(
                    "Reader", scale_with_writer=True, **self._instance()
                )
            ],
            serverless_v2_min_capacity=minimum_capacity,
            serverless_v2_max_capacity=maximum_capacity,
            default_database_name=database_name,
            storage_encryption_key=self.key.key,
            backup=rds.BackupProps(retention=cdk.Duration.days(backup_days)),
            backtrack_window=(
                cdk.Duration.hours(BACKTRACK_HOURS) if engine == "aurora-mysql" else None
            ),
            **self._settings(),
        )
        self._finish(self.cluster)
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
