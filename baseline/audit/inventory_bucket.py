"""InventoryBucket: the bucket of the software inventory of all accounts and Regions."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.audit.log_bucket import Archive, LogBucket
from baseline.config import Names
from baseline.config.regions import systems_manager_principals
from baseline.controls.registry import implements
from baseline.primitives.circle import sources_of
from baseline.primitives.secure_bucket import Lifecycle

CONTROLS = ("KMS.4", "S3.9", "S3.13", "S3.14", "S3.17")
PREFIX = "inventory"
"""Start of the object keys; type of data, account and Region follow."""


class InventoryBucket(LogBucket):
    """A bucket that Systems Manager writes inventory to, for syncs of this organization only.

    The source is bound by the organization and the kind of resource, which does not grow with the
    number of accounts; Systems Manager puts the account of the sync into the object key. It has no
    Object Lock, because a file is overwritten whenever the inventory of its instance changes, and
    nothing moves to Glacier, because the file of an instance that never changes is current, too,
    and has to stay readable for Athena.

    Args:
        scope: parent construct.
        id: construct ID.
        archive: what the buckets of the archive share.
        access_logs: bucket that records access to this one.
        regions: Regions with syncs; Systems Manager writes from opt-in Regions under a name of
            theirs.

    Source: AWS Systems Manager User Guide, "Creating a resource data sync for Inventory",
    "Walkthrough: Using resource data sync to aggregate inventory data" (key policy); IAM User
    Guide, "AWS global condition context keys" (aws:SourceOrgID).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        archive: Archive,
        access_logs: s3.IBucket,
        regions: Sequence[str] = (),
    ) -> None:
        names = archive.names
        super().__init__(
            scope,
            id,
            archive=archive,
            bucket_name=names.inventory_bucket,
            content="software inventory of all accounts",
            access_logs=access_logs,
            lifecycle=Lifecycle(
                glacier_after_days=None, expire_after_days=archive.settings.retention_days
            ),
        )
        for number, service in enumerate(systems_manager_principals(regions)):
            self._let_syncs_write(names, service, str(number or ""))
        implements(self, capability="inventory", controls=CONTROLS)

    def _let_syncs_write(self, names: Names, service: str, suffix: str) -> None:
        organization = sources_of(names.organization_id)
        syncs = {
            "ArnLike": {"aws:SourceArn": f"arn:{names.partition}:ssm:*:*:resource-data-sync/*"}
        }
        self.store.allow_service(
            service,
            sid=f"InventoryAcl{suffix}",
            actions=["s3:GetBucketAcl"],
            conditions={"StringEquals": organization},
        )
        self.store.allow_service(
            service,
            sid=f"InventoryWrite{suffix}",
            actions=["s3:PutObject"],
            paths=[f"{PREFIX}/*/accountid=*/*"],
            conditions={
                "StringEquals": {**organization, "s3:x-amz-acl": "bucket-owner-full-control"},
                **syncs,
            },
        )
        self.key.allow_service(
            service,
            sid=f"InventoryEncrypt{suffix}",
            actions=["kms:GenerateDataKey"],
            conditions={"StringEquals": organization, **syncs},
        )
