"""What an application runs on and keeps its data in: machines, databases, backups."""

from collections.abc import Iterator

from baseline.local.readers.table import Check, Place, Properties, compare, reader
from baseline.local.readers.values import ABSENT, subset


@reader(
    "AWS::EC2::LaunchTemplate",
    capability="Machines",
    covers="LaunchTemplateData LaunchTemplateName",
)
def launch_template(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read how machines start: metadata service, disks, addresses, monitoring."""
    answer = place("ec2").describe_launch_template_versions(
        LaunchTemplateId=physical_id, Versions=["$Latest"]
    )
    found = answer["LaunchTemplateVersions"][0]["LaunchTemplateData"]
    wanted = expected["LaunchTemplateData"]
    for name in ("BlockDeviceMappings", "MetadataOptions", "Monitoring", "NetworkInterfaces"):
        if name in wanted:
            yield Check(
                setting=name,
                expected=wanted[name],
                found=subset(found.get(name, ABSENT), wanted[name]),
            )


@reader(
    "AWS::AutoScaling::AutoScalingGroup",
    capability="Machines",
    covers="HealthCheckType MaxSize MinSize VPCZoneIdentifier",
)
def auto_scaling_group(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read how many machines there are, and where."""
    answer = place("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[physical_id])
    found = answer["AutoScalingGroups"][0]
    yield from compare(expected, found, {"MaxSize": "MaxSize", "MinSize": "MinSize"})
    yield Check(
        setting="VPCZoneIdentifier",
        expected=expected["VPCZoneIdentifier"],
        found=found.get("VPCZoneIdentifier", "").split(","),
    )


@reader(
    "AWS::RDS::DBCluster",
    capability="Databases",
    covers="BackupRetentionPeriod CopyTagsToSnapshot DBClusterIdentifier DeletionProtection "
    "EnableIAMDatabaseAuthentication Engine EngineVersion Port StorageEncrypted VpcSecurityGroupIds",
)
def cluster(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read how a cluster is encrypted, signed in to, backed up and protected."""
    answer = place("rds").describe_db_clusters(DBClusterIdentifier=physical_id)
    found = answer["DBClusters"][0]
    names = {
        "BackupRetentionPeriod": "BackupRetentionPeriod",
        "CopyTagsToSnapshot": "CopyTagsToSnapshot",
        "DeletionProtection": "DeletionProtection",
        "EnableIAMDatabaseAuthentication": "IAMDatabaseAuthenticationEnabled",
        "Engine": "Engine",
        "EngineVersion": "EngineVersion",
        "Port": "Port",
        "StorageEncrypted": "StorageEncrypted",
    }
    yield from compare(expected, found, names)
    if "VpcSecurityGroupIds" in expected:
        groups = [each["VpcSecurityGroupId"] for each in found.get("VpcSecurityGroups", ())]
        yield Check(
            setting="VpcSecurityGroupIds", expected=expected["VpcSecurityGroupIds"], found=groups
        )


@reader(
    "AWS::RDS::DBInstance",
    capability="Databases",
    covers="AutoMinorVersionUpgrade DBClusterIdentifier DBInstanceClass Engine PubliclyAccessible",
)
def instance(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read whether an instance is public, and kept up to date."""
    answer = place("rds").describe_db_instances(DBInstanceIdentifier=physical_id)
    found = answer["DBInstances"][0]
    names = ("AutoMinorVersionUpgrade", "DBClusterIdentifier", "DBInstanceClass", "Engine")
    yield from compare(expected, found, {name: name for name in names})
    yield Check(
        setting="PubliclyAccessible",
        expected=expected.get("PubliclyAccessible", False),
        found=found.get("PubliclyAccessible", ABSENT),
    )


@reader("AWS::Backup::BackupSelection", capability="Backups", covers="BackupPlanId BackupSelection")
def selection(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read what a plan backs up."""
    identifier, _, plan = physical_id.partition("_")
    found = place("backup").get_backup_selection(BackupPlanId=plan, SelectionId=identifier)
    wanted = expected["BackupSelection"]
    yield Check(
        setting="BackupSelection",
        expected=wanted,
        found=subset(found["BackupSelection"], wanted),
    )
