"""Tables, databases, file systems and backups: encrypted, closed, recoverable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_dynamodb as dynamodb

from baseline.errors import BaselineError
from baseline.workload.backups import BackupVaultPlan
from baseline.workload.database import HardenedDatabase
from baseline.workload.database_instance import HardenedDatabaseInstance
from baseline.workload.file_system import check_access_point
from baseline.workload.restore_test import RestoreTest
from baseline.workload.table import HardenedTable
from tests.unit.workload import conftest

if TYPE_CHECKING:
    from tests.unit.workload.conftest import Resources, Workload

CLUSTERS = {"aurora-postgresql": 5433, "aurora-mysql": 3307}
INSTANCES = {"postgres": 5433, "mysql": 3307}


def clusters(workload: Workload) -> dict[str, Resources]:
    return {row["Engine"]: row for row in workload.of("databases", "AWS::RDS::DBCluster")}


def instances(workload: Workload) -> dict[str, Resources]:
    return {
        row["Engine"]: row
        for row in workload.of("databases", "AWS::RDS::DBInstance")
        if "DBClusterIdentifier" not in row
    }


def members(workload: Workload) -> list[Resources]:
    return [
        row
        for row in workload.of("databases", "AWS::RDS::DBInstance")
        if "DBClusterIdentifier" in row
    ]


def test_a_table_is_recoverable_protected_and_on_demand(workload: Workload) -> None:
    """DynamoDB.1, DynamoDB.2, DynamoDB.6."""
    (table,) = workload.of("tables", "AWS::DynamoDB::Table")
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {
        "PointInTimeRecoveryEnabled": True,
        "RecoveryPeriodInDays": 35,
    }
    assert table["DeletionProtectionEnabled"] is True
    assert table["SSESpecification"]["SSEType"] == "KMS"
    ((key, made),) = [
        (name, row["Properties"])
        for name, row in workload.stacks["tables"].items()
        if row["Type"] == "AWS::KMS::Key"
    ]
    assert table["SSESpecification"]["KMSMasterKeyId"] == {"Fn::GetAtt": [key, "Arn"]}
    assert (made["EnableKeyRotation"], made["PendingWindowInDays"]) == (True, 30)
    assert workload.controls["hardened-table"] == {"DynamoDB.1", "DynamoDB.2", "DynamoDB.6"}


def test_a_table_denies_outsiders(workload: Workload) -> None:
    (table,) = workload.of("tables", "AWS::DynamoDB::Table")
    (statement,) = table["ResourcePolicy"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Deny", "dynamodb:*")
    assert statement["Condition"]["StringNotEqualsIfExists"] == {
        "aws:PrincipalOrgID": "o-exampleorgid"
    }


@pytest.mark.parametrize("days", [0, 36])
def test_a_table_refuses_an_impossible_recovery(stack: cdk.Stack, days: int) -> None:
    name = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
    with pytest.raises(BaselineError, match="recovery_days must be between 1 and 35 days, got"):
        HardenedTable(
            stack,
            "Table",
            partition_key=name,
            organization_id=conftest.ORGANIZATION,
            recovery_days=days,
        )


def test_clusters_are_closed_encrypted_and_kept(workload: Workload) -> None:
    """RDS.7, RDS.12, RDS.15, RDS.16, RDS.23, RDS.24, RDS.27."""
    assert set(clusters(workload)) == set(CLUSTERS)
    for engine, cluster in clusters(workload).items():
        assert cluster["DeletionProtection"] is True
        assert cluster["EnableIAMDatabaseAuthentication"] is True
        assert cluster["StorageEncrypted"] is True
        assert cluster["KmsKeyId"] == cluster["MasterUserSecret"]["KmsKeyId"]
        assert cluster["CopyTagsToSnapshot"] is True
        assert cluster["Port"] == CLUSTERS[engine]
        assert cluster["MasterUsername"] == "baseline_admin"
        assert cluster["BackupRetentionPeriod"] == 35
    groups = workload.of("databases", "AWS::RDS::DBSubnetGroup")
    assert all(len(group["SubnetIds"]) == 2 for group in groups)
    declared = workload.controls["hardened-database"]
    assert {"RDS.7", "RDS.12", "RDS.15", "RDS.16", "RDS.23", "RDS.24", "RDS.27"} <= declared


def test_nobody_sets_or_sees_a_master_password(workload: Workload) -> None:
    for database in [*clusters(workload).values(), *instances(workload).values()]:
        assert database["ManageMasterUserPassword"] is True
        assert "MasterUserPassword" not in database


def test_clusters_have_a_writer_and_a_reader_that_nobody_outside_reaches(
    workload: Workload,
) -> None:
    """RDS.2, RDS.6, RDS.35."""
    assert len(members(workload)) == 4
    for member in members(workload):
        assert member["PubliclyAccessible"] is False
        assert member["MonitoringInterval"] == 60
        assert member["AutoMinorVersionUpgrade"] is True
        assert member["PerformanceInsightsKMSKeyId"]["Fn::GetAtt"][1] == "Arn"
    assert {"RDS.2", "RDS.6", "RDS.35"} <= workload.controls["hardened-database"]


def test_the_engines_refuse_connections_without_tls(workload: Workload) -> None:
    """RDS.38, RDS.39."""
    found: dict[str, list[Resources]] = {}
    for kind in ("AWS::RDS::DBClusterParameterGroup", "AWS::RDS::DBParameterGroup"):
        for group in workload.of("databases", kind):
            found.setdefault(group["Family"].rstrip("0123456789."), []).append(group["Parameters"])
    assert sorted(found) == ["aurora-mysql", "aurora-postgresql", "mysql", "postgres"]
    for family, parameters in found.items():
        for each in parameters:
            if "mysql" in family:
                assert each["require_secure_transport"] == "ON"
            else:
                assert each["rds.force_ssl"] == "1"
    assert {"RDS.38", "RDS.39"} <= workload.controls["hardened-database-instance"]


def test_logs_of_databases_are_exported_encrypted_and_kept(workload: Workload) -> None:
    """RDS.9, RDS.34, RDS.36, RDS.37."""
    exported = {
        engine: row["EnableCloudwatchLogsExports"]
        for engine, row in {**clusters(workload), **instances(workload)}.items()
    }
    assert exported == {
        "aurora-postgresql": ["postgresql"],
        "aurora-mysql": ["audit", "error", "slowquery"],
        "postgres": ["postgresql", "upgrade"],
        "mysql": ["error", "slowquery"],
    }
    groups = {row["LogGroupName"]: row for row in workload.of("databases", "AWS::Logs::LogGroup")}
    assert len(groups) == sum(map(len, exported.values()))
    assert "/aws/rds/cluster/orders-aurora-mysql/audit" in groups
    for group in groups.values():
        assert group["RetentionInDays"] == 365
        assert group["KmsKeyId"]["Fn::GetAtt"][1] == "Arn"
    assert {"RDS.34", "RDS.37"} <= workload.controls["hardened-database"]
    assert {"RDS.9", "RDS.36"} <= workload.controls["hardened-database-instance"]


def test_a_mysql_cluster_can_be_turned_back(workload: Workload) -> None:
    """RDS.14."""
    windows = {engine: row.get("BacktrackWindow") for engine, row in clusters(workload).items()}
    assert windows == {"aurora-mysql": 86_400, "aurora-postgresql": None}
    assert "RDS.14" in workload.controls["hardened-database"]


def test_single_databases_have_a_standby_and_the_same_protections(workload: Workload) -> None:
    """RDS.2, RDS.3, RDS.5, RDS.6, RDS.8, RDS.10, RDS.11, RDS.13, RDS.17, RDS.23, RDS.25."""
    assert set(instances(workload)) == set(INSTANCES)
    for engine, row in instances(workload).items():
        assert row["MultiAZ"] is True
        assert row["PubliclyAccessible"] is False
        assert row["StorageEncrypted"] is True
        assert row["DeletionProtection"] is True
        assert row["EnableIAMDatabaseAuthentication"] is True
        assert row["BackupRetentionPeriod"] == 35
        assert row["DeleteAutomatedBackups"] is False
        assert row["AutoMinorVersionUpgrade"] is True
        assert row["CopyTagsToSnapshot"] is True
        assert row["MonitoringInterval"] == 60
        assert row["Port"] == str(INSTANCES[engine])
        assert row["MasterUsername"] == "baseline_admin"
    assert {
        f"RDS.{number}" for number in (2, 3, 5, 6, 8, 10, 11, 13, 17, 23, 25)
    } <= workload.controls["hardened-database-instance"]


def test_only_named_clients_reach_a_database_and_it_reaches_nothing(workload: Workload) -> None:
    ingress = workload.of("databases", "AWS::EC2::SecurityGroupIngress")
    assert {(row["SourceSecurityGroupId"], row["FromPort"], row["ToPort"]) for row in ingress} == {
        ("sg-11111111", 5433, 5433),
        ("sg-11111111", 3307, 3307),
    }
    for group in workload.of("databases", "AWS::EC2::SecurityGroup"):
        assert "SecurityGroupIngress" not in group
        assert [rule["CidrIp"] for rule in group["SecurityGroupEgress"]] == ["255.255.255.255/32"]


@pytest.mark.parametrize("construct", [HardenedDatabase, HardenedDatabaseInstance])
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"tier": "public"}, "a database is never public, but subnets holds public ones"),
        ({"zones": 1}, "subnets holds 1; a database needs subnets in at least 2"),
        ({"name": "Orders_1"}, "name is 'Orders_1'"),
        ({"backup_days": 6}, "backup_days must be between 7 and 35 days, got 6"),
    ],
)
def test_an_exposed_database_is_refused(
    stack: cdk.Stack, construct: Any, settings: dict[str, Any], message: str
) -> None:
    network = conftest.vpc(stack)
    given = dict(settings)
    subnets = getattr(network, f"{given.pop('tier', 'isolated')}_subnets")
    values = {"name": "orders", "clients": {}} | given
    values["subnets"] = subnets[: values.pop("zones", 2)]
    with pytest.raises(BaselineError) as error:
        construct(stack, "Database", vpc=network, **values)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("storage", "most", "message"),
    [
        (19, None, "storage_gib must be between 20 and 65536 GiB, got 19"),
        (100, 50, "maximum_storage_gib must be between storage_gib, 100, and 65536 GiB, got 50"),
    ],
)
def test_impossible_storage_is_refused(
    stack: cdk.Stack, storage: int, most: int | None, message: str
) -> None:
    network = conftest.vpc(stack)
    with pytest.raises(BaselineError, match=message):
        HardenedDatabaseInstance(
            stack,
            "Database",
            name="orders",
            vpc=network,
            subnets=network.isolated_subnets,
            clients={},
            storage_gib=storage,
            maximum_storage_gib=most,
        )


def test_a_file_system_is_encrypted_and_backed_up(workload: Workload) -> None:
    """EFS.1, EFS.2, EFS.7."""
    (files,) = workload.of("files", "AWS::EFS::FileSystem")
    assert files["Encrypted"] is True
    assert files["KmsKeyId"]["Fn::GetAtt"][1] == "Arn"
    assert files["BackupPolicy"] == {"Status": "ENABLED"}
    assert {"EFS.1", "EFS.2", "EFS.7", "EFS.8"} <= workload.controls["secure-file-system"]


def test_a_file_system_grants_nothing_to_the_anonymous(workload: Workload) -> None:
    """EFS.8."""
    (files,) = workload.of("files", "AWS::EFS::FileSystem")
    statements = files["FileSystemPolicy"]["Statement"]
    assert {statement["Effect"] for statement in statements} == {"Deny"}
    assert {"Bool": {"aws:SecureTransport": "false"}} in [row["Condition"] for row in statements]


def test_an_access_point_fixes_directory_and_user(workload: Workload) -> None:
    """EFS.3, EFS.4."""
    (point,) = workload.of("files", "AWS::EFS::AccessPoint")
    assert point["RootDirectory"]["Path"] == "/orders"
    assert point["RootDirectory"]["CreationInfo"]["Permissions"] == "750"
    assert point["PosixUser"] == {"Uid": "1000", "Gid": "1000"}
    assert {"EFS.3", "EFS.4"} <= workload.controls["secure-file-system"]


def test_mount_targets_stand_in_subnets_without_public_addresses(workload: Workload) -> None:
    """EFS.6."""
    targets = workload.of("files", "AWS::EFS::MountTarget")
    assert {row["SubnetId"] for row in targets} == {"subnet-30111111", "subnet-31111111"}
    assert "EFS.6" in workload.controls["secure-file-system"]


@pytest.mark.parametrize(
    ("path", "user", "message"),
    [("/", 1000, "path is '/'"), ("orders", 1000, "path is 'orders'"), ("/orders", 0, "is root")],
)
def test_an_access_point_to_everything_is_refused(path: str, user: int, message: str) -> None:
    with pytest.raises(BaselineError, match=message):
        check_access_point(path, user)


def test_a_vault_is_locked_and_keeps_its_backups(workload: Workload) -> None:
    """Backup.1."""
    governed, kept = sorted(
        workload.of("backups", "AWS::Backup::BackupVault"),
        key=lambda row: row["LockConfiguration"]["MinRetentionDays"],
    )
    assert governed["LockConfiguration"] == {"MinRetentionDays": 35, "MaxRetentionDays": 36_500}
    assert kept["LockConfiguration"] == {
        "MinRetentionDays": 365,
        "MaxRetentionDays": 36_500,
        "ChangeableForDays": 3,
    }
    for vault in (governed, kept):
        assert vault["EncryptionKeyArn"]["Fn::GetAtt"][1] == "Arn"
        losing, weakening = vault["AccessPolicy"]["Statement"]
        assert (losing["Effect"], "backup:DeleteRecoveryPoint" in losing["Action"]) == (
            "Deny",
            True,
        )
        assert losing["Condition"]["ArnNotLike"]["aws:PrincipalArn"] == [
            "arn:aws:iam::333333333333:role/OrgBreakGlass"
        ]
        assert weakening["Condition"]["ArnNotLike"]["aws:PrincipalArn"][1].endswith(
            "role/cdk-*-cfn-exec-role-*"
        )
    assert workload.controls["backup-plan"] == {"Backup.1"}


def test_a_plan_backs_up_daily_and_copies_where_asked(workload: Workload) -> None:
    rules = {
        row["BackupPlan"]["BackupPlanRule"][0]["Lifecycle"]["DeleteAfterDays"]: row["BackupPlan"][
            "BackupPlanRule"
        ][0]
        for row in workload.of("backups", "AWS::Backup::BackupPlan")
    }
    assert {rule["ScheduleExpression"] for rule in rules.values()} == {"cron(0 3 * * ? *)"}
    assert not rules[35].get("CopyActions")
    assert rules[365]["CopyActions"] == [
        {
            "DestinationBackupVaultArn": "arn:aws:backup:eu-central-1:222222222222:backup-vault:central",
            "Lifecycle": {"DeleteAfterDays": 365},
        }
    ]
    chosen = [
        row["BackupSelection"]["ListOfTags"][0]["ConditionValue"]
        for row in workload.of("backups", "AWS::Backup::BackupSelection")
    ]
    assert sorted(chosen) == ["daily", "kept"]


def test_the_key_of_a_vault_is_shared_with_the_account_of_its_copies(workload: Workload) -> None:
    shared = [
        "222222222222" in str(key["KeyPolicy"]) for key in workload.of("backups", "AWS::KMS::Key")
    ]
    assert sorted(shared) == [False, True]


def test_backups_are_restored_every_week(workload: Workload) -> None:
    (plan,) = workload.of("backups", "AWS::Backup::RestoreTestingPlan")
    assert plan["ScheduleExpression"] == "cron(0 5 ? * SUN *)"
    assert plan["RecoveryPointSelection"]["Algorithm"] == "LATEST_WITHIN_WINDOW"
    assert len(plan["RecoveryPointSelection"]["IncludeVaults"]) == 1
    (selection,) = workload.of("backups", "AWS::Backup::RestoreTestingSelection")
    assert selection["ProtectedResourceType"] == "DynamoDB"
    assert selection["ProtectedResourceArns"] == ["*"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"keep_days": 6}, "keep_days must be between 7 and 36500 days, got 6"),
        ({"lock": "none"}, "lock is 'none'; it is one of governance, compliance"),
        ({"copy_to": "central"}, "copy_to is 'central'; give the ARN of a backup vault"),
    ],
)
def test_a_weak_vault_is_refused(stack: cdk.Stack, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(BaselineError, match=message):
        BackupVaultPlan(stack, "Backups", **settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"name": "every-week"}, "letters, digits and underscores"),
        ({"resource_types": {}}, "resource_types is empty"),
        ({"resource_types": {"Lambda": {}}}, "resource_types holds Lambda"),
    ],
)
def test_a_test_of_nothing_is_refused(
    stack: cdk.Stack, settings: dict[str, Any], message: str
) -> None:
    backups = BackupVaultPlan(stack, "Backups")
    values = {"name": "weekly", "resource_types": {"RDS": {}}} | settings
    with pytest.raises(BaselineError, match=message):
        RestoreTest(stack, "Test", backups=backups, **values)
