"""Inventory: what is installed on the instances of an account and Region, in the log archive."""

from __future__ import annotations

from aws_cdk import aws_ssm as ssm
from constructs import Construct

from baseline.audit.inventory_bucket import PREFIX
from baseline.config import Names
from baseline.controls.registry import implements

DOCUMENT = "AWS-GatherSoftwareInventory"
SCHEDULE = "rate(12 hours)"
ALL_INSTANCES = "*"


class Inventory(Construct):
    """Every managed instance tells twice a day what is installed on it, and the log archive keeps it.

    Gathered is what the document gathers by default: applications, AWS components, network,
    Windows updates, roles and services, details of the instance. No files and no registry keys.
    Inventory of EC2 instances costs nothing; AWS Config records each change of it as a
    configuration item.

    The sync names no key: the key's ID is not known here, AWS does not document that an alias does,
    and the bucket encrypts with its key by default. It names no organization either, which
    CloudFormation cannot say (DestinationDataSharing); the bucket admits the organization's syncs
    by their source instead.

    Args:
        scope: parent construct; once per account and Region.
        id: construct ID.
        names: names of the baseline.

    Attributes:
        association: the ``CfnAssociation``.
        sync: the ``CfnResourceDataSync``.

    Source: AWS Systems Manager User Guide, "AWS Systems Manager Inventory", "Creating a resource
    data sync for Inventory"; CloudFormation Template Reference, AWS::SSM::ResourceDataSync.
    """

    def __init__(self, scope: Construct, id: str, *, names: Names) -> None:
        super().__init__(scope, id)
        self.association = ssm.CfnAssociation(
            self,
            "Association",
            name=DOCUMENT,
            association_name=names.inventory,
            schedule_expression=SCHEDULE,
            targets=[ssm.CfnAssociation.TargetProperty(key="InstanceIds", values=[ALL_INSTANCES])],
        )
        self.sync = ssm.CfnResourceDataSync(
            self,
            "Sync",
            sync_name=names.inventory,
            sync_type="SyncToDestination",
            s3_destination=ssm.CfnResourceDataSync.S3DestinationProperty(
                bucket_name=names.inventory_bucket,
                bucket_prefix=PREFIX,
                bucket_region=names.home_region,
                sync_format="JsonSerDe",
            ),
        )
        implements(self, capability="inventory", controls=[])
