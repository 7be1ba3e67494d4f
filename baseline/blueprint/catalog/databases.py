"""Databases and tables."""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk

from baseline.blueprint.mixing import PRIVATE_INSTANCES, Mixed
from baseline.blueprint.platform import BACKUP_DAYS
from baseline.blueprint.settings import Hardening, Props, Setting, kept, lacks, off, on
from baseline.blueprint.site import Site, Value, module

TLS: Mapping[str, Mapping[str, str]] = {
    "postgres": {"rds.force_ssl": "1"},
    "aurora-postgresql": {"rds.force_ssl": "1"},
    "mysql": {"require_secure_transport": "ON"},
    "mariadb": {"require_secure_transport": "ON"},
    "aurora-mysql": {"require_secure_transport": "ON"},
}
"""Parameters with which the engine refuses connections without TLS.

Source: Amazon RDS User Guide and Amazon Aurora User Guide, "Using SSL/TLS to encrypt a connection".
"""

LOGS: Mapping[str, tuple[str, ...]] = {
    "postgres": ("postgresql",),
    "aurora-postgresql": ("postgresql",),
    "mysql": ("error", "slowquery"),
    "mariadb": ("error", "slowquery"),
    "aurora-mysql": ("error", "slowquery"),
}
"""Logs that an engine exports to CloudWatch Logs."""


def _engine(site: Site) -> Value:
    """Give the engine; a replica has that of its source."""
    source = site.props.get("sourceDatabaseInstance")
    return site.props.get("engine") or getattr(source, "engine", None)


def _family(site: Site) -> str:
    return getattr(_engine(site), "engine_type", "") or ""


def _identities(site: Site) -> bool | None:
    return True if _family(site) in TLS else None


def _tls_parameters(site: Site) -> dict[str, str] | None:
    engine = _engine(site)
    # A parameter group belongs to a version.
    if engine is None or engine.engine_version is None:
        return None
    return dict(TLS.get(_family(site), {})) or None


def _with_tls(value: Mapping[str, str], site: Site) -> dict[str, str] | None:
    missing = {name: on for name, on in TLS.get(_family(site), {}).items() if name not in value}
    return {**value, **missing} if missing else None


def _without_tls(value: Mapping[str, str], site: Site) -> str | None:
    wanted = TLS.get(_family(site), {})
    refused = [name for name in wanted if str(value.get(name, "1")).lower() in {"0", "off"}]
    return f"{', '.join(refused)} is off" if refused else None


def _exported(site: Site) -> list[str] | None:
    return list(LOGS.get(_family(site), ())) or None


def _days(value: Value) -> float:
    if value is None or value.is_unresolved():
        return float(BACKUP_DAYS[0])
    return float(value.to_days())


def _few(days: float) -> str | None:
    return (
        f"backups are kept {days:g} days, under {BACKUP_DAYS[0]}" if days < BACKUP_DAYS[0] else None
    )


def _cluster_backup(site: Site) -> Value:
    return {"retention": cdk.Duration.days(site.platform.backup_days)}


def private_instances(_site: Site) -> Mixed:
    """Give the mixin that keeps the instances of a cluster private: the L2 has no argument."""
    # As in `load_balancer_logs`.
    from baseline.blueprint.mixins import PrivateInstances  # noqa: PLC0415

    return Mixed(
        name=PRIVATE_INSTANCES, mixin=PrivateInstances(), resource_type="AWS::RDS::DBInstance"
    )


SHARED = (
    on(
        "deletion_protection",
        "nobody deletes it by mistake",
        severity="warning",
        controls=("RDS.8",),
    ),
    Setting(
        name="iam_authentication",
        why="an application signs in as its role, without a password",
        shown="`True` for PostgreSQL, MySQL and MariaDB",
        default=_identities,
        weaker=lambda value, _site: "it is turned off" if value is False else None,
        severity="warning",
        controls=("RDS.10",),
    ),
    Setting(
        name="cloudwatch_logs_exports",
        why="logs survive the database",
        shown="logs of the engine",
        default=_exported,
        weaker=lambda value, _site: None if value else "no log leaves the database",
        severity="warning",
        controls=("RDS.9",),
    ),
    Setting(
        name="parameters",
        why="the engine refuses connections without TLS",
        shown="`rds.force_ssl` or `require_secure_transport`",
        default=_tls_parameters,
        when=lacks("parameterGroup"),
        fill=_with_tls,
        weaker=_without_tls,
    ),
    on("copy_tags_to_snapshot", "a snapshot says whose it is", severity="warning"),
    kept("the database goes with its stack"),
)

INSTANCE = (
    Setting(
        name="backup_retention",
        why="data of before a mistake can be brought back",
        shown="35 days, or the platform's number",
        default=lambda site: cdk.Duration.days(site.platform.backup_days),
        weaker=lambda value, _site: _few(_days(value)),
        severity="warning",
        controls=("RDS.11",),
    ),
    off("publicly_accessible", "the internet reaches the database", controls=("RDS.2",)),
    on(
        "auto_minor_version_upgrade",
        "known vulnerabilities are closed",
        severity="warning",
        controls=("RDS.13",),
    ),
    *SHARED,
)

ENCRYPTED = (
    on("storage_encrypted", "a snapshot is read elsewhere", controls=("RDS.3",), replaces=True),
    Setting(
        name="storage_encryption_key",
        why="who reads a snapshot needs the key as well",
        shown="key of the stack",
        default=lambda site: site.key(),
        when=lambda props: props.get("storageEncrypted") is not False,
        replaces=True,
    ),
)

PASSWORD = Setting(
    name="manage_master_user_password",
    why="RDS makes and rotates the password; nobody sets it and no template holds it",
    shown="`True` where no credentials are given",
    default=lambda _site: True,
    when=lacks("credentials"),
    weaker=lambda value, _site: "it is turned off" if value is False else None,
    severity="warning",
)

DATABASE_INSTANCE = Hardening(
    name="database-instance",
    construct="aws-cdk-lib.aws-rds.DatabaseInstance",
    title="private, encrypted, TLS only, kept, backed up, its password rotated",
    settings=(*ENCRYPTED, PASSWORD, *INSTANCE),
)
DATABASE_FROM_SNAPSHOT = Hardening(
    name="database-instance-from-snapshot",
    construct="aws-cdk-lib.aws-rds.DatabaseInstanceFromSnapshot",
    title="the same; encrypted as its snapshot is",
    settings=INSTANCE,
)
READ_REPLICA = Hardening(
    name="database-read-replica",
    construct="aws-cdk-lib.aws-rds.DatabaseInstanceReadReplica",
    title="the same; encrypted and backed up as its source is",
    settings=tuple(
        each for each in INSTANCE if each.name not in {"backup_retention", "parameters"}
    ),
)

CLUSTER = (
    Setting(
        name="backup",
        why="data of before a mistake can be brought back",
        shown="35 days, or the platform's number",
        default=_cluster_backup,
        weaker=lambda value, _site: _few(_days(value.get("retention"))),
        severity="warning",
        controls=("RDS.11",),
    ),
    *SHARED,
)
DATABASE_CLUSTER = Hardening(
    name="database-cluster",
    construct="aws-cdk-lib.aws-rds.DatabaseCluster",
    mixin=private_instances,
    title="encrypted, TLS only, kept, backed up, its password rotated",
    settings=(*ENCRYPTED, PASSWORD, *CLUSTER),
)
CLUSTER_FROM_SNAPSHOT = Hardening(
    name="database-cluster-from-snapshot",
    construct="aws-cdk-lib.aws-rds.DatabaseClusterFromSnapshot",
    mixin=private_instances,
    title="the same, from a snapshot",
    settings=(*ENCRYPTED, *CLUSTER),
)

RECOVERY = Setting(
    name="point_in_time_recovery_specification",
    why="data of before a mistake can be brought back",
    shown="enabled",
    default=lambda _site: {"pointInTimeRecoveryEnabled": True},
    when=lacks("pointInTimeRecovery"),
    weaker=lambda value, _site: (
        None if value.get("pointInTimeRecoveryEnabled") else "it is turned off"
    ),
    severity="warning",
    controls=("DynamoDB.2",),
)
OLD_RECOVERY = Setting(
    name="point_in_time_recovery",
    why="data of before a mistake can be brought back",
    weaker=lambda value, _site: "it is turned off" if value is False else None,
    severity="warning",
    controls=("DynamoDB.2",),
)
PROTECTED = on(
    "deletion_protection",
    "nobody deletes it by mistake",
    severity="warning",
    controls=("DynamoDB.6",),
)


def _one_region(props: Props) -> bool:
    return not any(name in props for name in ("encryptionKey", "replicationRegions"))


def _table_encryption(site: Site) -> str:
    return "CUSTOMER_MANAGED" if site.key() is not None else "AWS_MANAGED"


def _table_key(site: Site) -> Value:
    ours = "encryption" not in site.explicit and site.props.get("encryption") == "CUSTOMER_MANAGED"
    return site.key() if ours else None


def _global_encryption(site: Site) -> Value:
    encryption = module("aws_dynamodb").TableEncryptionV2
    key = site.key()
    # Each replica would need a key of its Region.
    if key is None or site.props.get("replicas"):
        return encryption.aws_managed_key()
    return encryption.customer_managed_key(key)


TABLE = Hardening(
    name="table",
    construct="aws-cdk-lib.aws-dynamodb.Table",
    title="encrypted, recoverable, kept",
    settings=(
        Setting(
            name="encryption",
            why="who reads data needs the key as well",
            shown="`CUSTOMER_MANAGED`",
            default=_table_encryption,
            when=_one_region,
        ),
        Setting(
            name="encryption_key",
            why="who reads data needs the key as well",
            shown="key of the stack",
            default=_table_key,
        ),
        RECOVERY,
        OLD_RECOVERY,
        PROTECTED,
        kept("the data goes with its stack"),
    ),
)
TABLE_V2 = Hardening(
    name="table-v2",
    construct="aws-cdk-lib.aws-dynamodb.TableV2",
    title="encrypted, recoverable, kept",
    settings=(
        Setting(
            name="encryption",
            why="who reads data needs the key as well",
            shown="key of the stack; of AWS where there are replicas",
            default=_global_encryption,
        ),
        RECOVERY,
        OLD_RECOVERY,
        PROTECTED,
        kept("the data goes with its stack"),
    ),
)

SEARCH_DOMAIN = Hardening(
    name="search-domain",
    construct="aws-cdk-lib.aws-opensearchservice.Domain",
    title="HTTPS only with TLS 1.2, encrypted at rest and between nodes",
    settings=(
        on("enforce_https", "nobody reads requests on their way", controls=("Opensearch.8",)),
        Setting(
            name="tls_security_policy",
            why="TLS 1.0 and 1.1 are broken",
            shown="`TLS_1_2_PFS`",
            default=lambda _site: "Policy-Min-TLS-1-2-PFS-2023-10",
            weaker=lambda value, _site: "it admits TLS 1.0" if "TLS-1-0" in value else None,
            controls=("Opensearch.8",),
        ),
        on(
            "node_to_node_encryption", "nobody reads data between nodes", controls=("Opensearch.3",)
        ),
        Setting(
            name="encryption_at_rest",
            why="who reads a snapshot needs the key as well",
            shown="key of the stack",
            default=lambda site: {
                "enabled": True,
                **({"kmsKey": key} if (key := site.key()) is not None else {}),
            },
            weaker=lambda value, _site: "it is off" if value.get("enabled") is False else None,
            controls=("Opensearch.1",),
            replaces=True,
        ),
        kept("the data goes with its stack"),
    ),
)

DATABASES = (
    DATABASE_INSTANCE,
    DATABASE_FROM_SNAPSHOT,
    READ_REPLICA,
    DATABASE_CLUSTER,
    CLUSTER_FROM_SNAPSHOT,
    TABLE,
    TABLE_V2,
    SEARCH_DOMAIN,
)
