"""What can be shared with everybody, or answer the internet: how to see it, and how to end it.

One entry a kind: the state it is in as ``describe``, whether that is public, its tags, and the
call that ends it. Only the public is taken out; accounts that something is shared with stay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

State = dict[str, Any]
Client = Any  # boto3 clients have no published type

ALL = "all"


@dataclass(frozen=True, kw_only=True)
class Exposable:
    """A kind of resource.

    Attributes:
        service: its client.
        words: what people call it.
        interrupts: whether ending it cuts connections; then it is ended only when a person agrees.
        describe: gives everything that is kept as evidence.
        is_public: tells from that whether everybody has access.
        tags: gives its tags from that.
        close: ends it.
    """

    service: str
    words: str
    interrupts: bool
    describe: Callable[[Client, str], State]
    is_public: Callable[[State], bool]
    tags: Callable[[State], list[dict[str, str]]]
    close: Callable[[Client, str], object]


def _volume_copy(ec2: Client, id: str) -> State:
    described = ec2.describe_snapshots(SnapshotIds=[id])["Snapshots"][0]
    shared = ec2.describe_snapshot_attribute(SnapshotId=id, Attribute="createVolumePermission")
    return {"resource": described, "shared_with": shared["CreateVolumePermissions"]}


def _image(ec2: Client, id: str) -> State:
    found = ec2.describe_images(ImageIds=[id], Owners=["self"])["Images"]
    if not found:
        return {"resource": {}, "shared_with": []}
    shared = ec2.describe_image_attribute(ImageId=id, Attribute="launchPermission")
    return {"resource": found[0], "shared_with": shared["LaunchPermissions"]}


def _database_copy(rds: Client, id: str) -> State:
    described = rds.describe_db_snapshots(DBSnapshotIdentifier=id)["DBSnapshots"][0]
    found = rds.describe_db_snapshot_attributes(DBSnapshotIdentifier=id)
    attributes = found["DBSnapshotAttributesResult"]["DBSnapshotAttributes"]
    return {"resource": described, "shared_with": _restorers(attributes)}


def _cluster_copy(rds: Client, id: str) -> State:
    found = rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=id)
    attributes = rds.describe_db_cluster_snapshot_attributes(DBClusterSnapshotIdentifier=id)
    result = attributes["DBClusterSnapshotAttributesResult"]["DBClusterSnapshotAttributes"]
    return {"resource": found["DBClusterSnapshots"][0], "shared_with": _restorers(result)}


def _restorers(attributes: list[State]) -> list[str]:
    return [
        value
        for each in attributes
        if each["AttributeName"] == "restore"
        for value in each.get("AttributeValues", [])
    ]


def _instance(rds: Client, id: str) -> State:
    return {"resource": rds.describe_db_instances(DBInstanceIdentifier=id)["DBInstances"][0]}


def _warehouse(redshift: Client, id: str) -> State:
    return {"resource": redshift.describe_clusters(ClusterIdentifier=id)["Clusters"][0]}


def _group_is_all(state: State) -> bool:
    return any(each.get("Group") == ALL for each in state["shared_with"])


def _has_all(state: State) -> bool:
    return ALL in state["shared_with"]


def _answers_internet(state: State) -> bool:
    return bool(state["resource"].get("PubliclyAccessible"))


def _tags(state: State) -> list[dict[str, str]]:
    resource = state["resource"]
    found: list[dict[str, str]] = resource.get("TagList") or resource.get("Tags") or []
    return found


KINDS: Mapping[str, Exposable] = MappingProxyType(
    {
        "ebs-snapshot": Exposable(
            service="ec2",
            words="EBS snapshot",
            interrupts=False,
            describe=_volume_copy,
            is_public=_group_is_all,
            tags=_tags,
            close=lambda ec2, name: ec2.modify_snapshot_attribute(
                SnapshotId=name,
                Attribute="createVolumePermission",
                OperationType="remove",
                GroupNames=[ALL],
            ),
        ),
        "image": Exposable(
            service="ec2",
            words="machine image",
            interrupts=False,
            describe=_image,
            is_public=_group_is_all,
            tags=_tags,
            close=lambda ec2, name: ec2.modify_image_attribute(
                ImageId=name, LaunchPermission={"Remove": [{"Group": ALL}]}
            ),
        ),
        "db-snapshot": Exposable(
            service="rds",
            words="database snapshot",
            interrupts=False,
            describe=_database_copy,
            is_public=_has_all,
            tags=_tags,
            close=lambda rds, name: rds.modify_db_snapshot_attribute(
                DBSnapshotIdentifier=name, AttributeName="restore", ValuesToRemove=[ALL]
            ),
        ),
        "db-cluster-snapshot": Exposable(
            service="rds",
            words="database cluster snapshot",
            interrupts=False,
            describe=_cluster_copy,
            is_public=_has_all,
            tags=_tags,
            close=lambda rds, name: rds.modify_db_cluster_snapshot_attribute(
                DBClusterSnapshotIdentifier=name, AttributeName="restore", ValuesToRemove=[ALL]
            ),
        ),
        "db-instance": Exposable(
            service="rds",
            words="database instance",
            interrupts=True,
            describe=_instance,
            is_public=_answers_internet,
            tags=_tags,
            # At once whatever ApplyImmediately says; leaving it out leaves other changes waiting.
            close=lambda rds, name: rds.modify_db_instance(
                DBInstanceIdentifier=name, PubliclyAccessible=False
            ),
        ),
        "redshift-cluster": Exposable(
            service="redshift",
            words="Redshift cluster",
            interrupts=True,
            describe=_warehouse,
            is_public=_answers_internet,
            tags=_tags,
            close=lambda redshift, name: redshift.modify_cluster(
                ClusterIdentifier=name, PubliclyAccessible=False
            ),
        ),
    }
)


def public_snapshots(ec2: Client) -> list[str]:
    """Give the IDs of the account's EBS snapshots of a Region that everybody may restore."""
    pages = ec2.get_paginator("describe_snapshots").paginate(
        OwnerIds=["self"], RestorableByUserIds=[ALL]
    )
    return [each["SnapshotId"] for page in pages for each in page["Snapshots"]]
