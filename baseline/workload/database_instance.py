"""HardenedDatabaseInstance: one RDS database with a standby, reached by its clients only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_rds as rds
from constructs import Construct

from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.workload import database_parts as parts
from baseline.workload.database_engines import INSTANCES, InstanceEngine

STORAGE_GIB = (20, 65_536)
"""Source: Amazon RDS User Guide, "Amazon RDS DB instance storage" (gp3)."""

CONTROLS = (
    "RDS.2",
    "RDS.3",
    "RDS.5",
    "RDS.6",
    "RDS.8",
    "RDS.10",
    "RDS.11",
    "RDS.13",
    "RDS.17",
    "RDS.23",
    "RDS.25",
)


class HardenedDatabaseInstance(parts.Database):
    """A PostgreSQL or MySQL database with a standby in another zone and a key of its own.

    It has the protections of :class:`~baseline.workload.database.HardenedDatabase`: clients by
    security group, IAM sign-in, forced TLS, a master password that RDS makes and rotates,
    exported and encrypted logs, 35 days of backups, deletion protection.

    Args:
        scope: parent construct.
        id: construct ID.
        name: identifier of the database, which its log groups bear.
        vpc: the VPC.
        subnets: isolated or private subnets in at least two zones.
        clients: what a client is to its security group; they alone are admitted.
        engine: ``postgresql`` by default, or ``mysql``.
        instance_type: ``m7g.large`` by default.
        database_name: name of the first database; none by default.
        storage_gib: storage at first; 100 by default, 20 to 65,536.
        maximum_storage_gib: storage that it may grow to; ten times the first by default.
        backup_days: days that automated backups are kept; 35 by default, at least 7.

    Attributes:
        instance: the ``aws_rds.DatabaseInstance``.
        key: the :class:`SecureKey` of storage, secret, logs and insights.
        security_group: of the database.
        port: port that it listens on.

    Raises:
        BaselineError: for a public subnet, a single zone, a name or a number out of its form.

    Source: Amazon RDS User Guide, "Security in Amazon RDS"; Security Hub RDS.2, RDS.3, RDS.5,
    RDS.8, RDS.10, RDS.11, RDS.13, RDS.17, RDS.25.
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
        engine: InstanceEngine = "postgresql",
        instance_type: ec2.InstanceType | None = None,
        database_name: str | None = None,
        storage_gib: int = 100,
        maximum_storage_gib: int | None = None,
        backup_days: int = parts.BACKUP_DAYS[1],
    ) -> None:
        most = _maximum_storage(storage_gib, maximum_storage_gib)
        settings = INSTANCES[engine]
        super().__init__(
            scope,
            id,
            name=name,
            kind="instance",
            engine=settings,
            vpc=vpc,
            subnets=subnets,
            clients=clients,
            backup_days=backup_days,
        )
        self.instance = rds.DatabaseInstance(
            self,
            "Instance",
            instance_identifier=name,
            instance_type=instance_type or ec2.InstanceType("m7g.large"),
            multi_az=True,
            publicly_accessible=False,
            database_name=database_name,
            storage_type=rds.StorageType.GP3,
            allocated_storage=storage_gib,
            max_allocated_storage=most,
            storage_encryption_key=self.key.key,
            backup_retention=cdk.Duration.days(backup_days),
            delete_automated_backups=False,
            auto_minor_version_upgrade=True,
            enable_performance_insights=True,
            performance_insight_encryption_key=self.key.key,
            **self._settings(),
        )
        self._finish(self.instance)
        implements(
            self,
            capability="hardened-database-instance",
            controls=[*CONTROLS, *settings.controls],
        )


def _maximum_storage(first: int, most: int | None) -> int:
    low, high = STORAGE_GIB
    if not low <= first <= high:
        raise BaselineError(f"storage_gib must be between {low} and {high} GiB, got {first}")
    chosen = min(first * 10, high) if most is None else most
    if not first <= chosen <= high:
        raise BaselineError(
            f"maximum_storage_gib must be between storage_gib, {first}, and {high} GiB, got {most}"
        )
    return chosen
