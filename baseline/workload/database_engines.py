"""What each database engine calls the settings that every hardened database has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Generic, Literal, TypeVar

from aws_cdk import aws_rds as rds

AuroraEngine = Literal["aurora-postgresql", "aurora-mysql"]
InstanceEngine = Literal["postgresql", "mysql"]


Version = TypeVar("Version")


@dataclass(frozen=True, kw_only=True)
class Engine(Generic[Version]):
    """The settings of one engine.

    Attributes:
        version: gives the engine with the version that new databases get.
        port: port that databases listen on; never the engine's default (Security Hub RDS.23).
        parameters: force TLS and switch on the logs that are exported.
        logs: log types that are exported to CloudWatch Logs.
        controls: Security Hub controls that the parameters and logs implement.
        left_out: log types that the engine has and that are not exported.
    """

    version: Callable[[], Version]
    port: int
    parameters: Mapping[str, str]
    logs: tuple[str, ...]
    controls: tuple[str, ...]
    left_out: tuple[str, ...] = ()


_POSTGRES_PARAMETERS: Final = {"log_connections": "1", "log_disconnections": "1"}
_MYSQL_TLS: Final = {"require_secure_transport": "ON"}

AURORA: Final[Mapping[AuroraEngine, Engine[rds.IClusterEngine]]] = MappingProxyType(
    {
        "aurora-postgresql": Engine(
            version=lambda: rds.DatabaseClusterEngine.aurora_postgres(
                version=rds.AuroraPostgresEngineVersion.VER_17_7
            ),
            port=5433,
            parameters={"rds.force_ssl": "1", **_POSTGRES_PARAMETERS},
            logs=("postgresql",),
            controls=("RDS.37",),
        ),
        "aurora-mysql": Engine(
            version=lambda: rds.DatabaseClusterEngine.aurora_mysql(
                version=rds.AuroraMysqlEngineVersion.VER_3_10_3
            ),
            port=3307,
            parameters={
                **_MYSQL_TLS,
                "server_audit_logging": "1",
                "server_audit_events": "CONNECT,QUERY_DCL,QUERY_DDL",
                "slow_query_log": "1",
            },
            logs=("audit", "error", "slowquery"),
            controls=("RDS.34",),
            left_out=("general",),
        ),
    }
)
"""Engines of clusters. Source: Amazon Aurora User Guide, "Security with Amazon Aurora PostgreSQL",
"Security with Amazon Aurora MySQL" and "Using Advanced Auditing with an Amazon Aurora MySQL DB
cluster"."""

INSTANCES: Final[Mapping[InstanceEngine, Engine[rds.IInstanceEngine]]] = MappingProxyType(
    {
        "postgresql": Engine(
            version=lambda: rds.DatabaseInstanceEngine.postgres(
                version=rds.PostgresEngineVersion.VER_17_7
            ),
            port=5433,
            parameters={"rds.force_ssl": "1", **_POSTGRES_PARAMETERS},
            logs=("postgresql", "upgrade"),
            controls=("RDS.9", "RDS.36", "RDS.38"),
        ),
        "mysql": Engine(
            version=lambda: rds.DatabaseInstanceEngine.mysql(
                version=rds.MysqlEngineVersion.VER_8_4_7
            ),
            port=3307,
            parameters={**_MYSQL_TLS, "slow_query_log": "1", "log_output": "FILE"},
            logs=("error", "slowquery"),
            controls=("RDS.39",),
            left_out=("audit", "general"),
        ),
    }
)
"""Engines of single databases. Source: Amazon RDS User Guide, "Requiring an SSL connection to a
PostgreSQL DB instance" and "SSL/TLS support for MySQL DB instances on Amazon RDS"."""
