"""The family ``data``: buckets, objects, databases, snapshots and machine images."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from baseline.primitives.acknowledge import as_printed
from baseline.response.playbooks.families import Family

BUCKETS = f"arn:{cdk.Aws.PARTITION}:s3:::*"
OBJECTS = f"arn:{cdk.Aws.PARTITION}:s3:::*/*"
COPIES = "*-exposed-database-*"
"""Names of the snapshots that the playbook takes: prefix, playbook, incident."""

READ_BUCKETS = (
    "s3:GetBucketAcl",
    "s3:GetBucketLogging",
    "s3:GetBucketNotification",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketOwnershipControls",
    "s3:GetBucketPolicy",
    "s3:GetBucketPolicyStatus",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketTagging",
    "s3:GetBucketVersioning",
    "s3:GetBucketWebsite",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetReplicationConfiguration",
    "s3:ListBucketVersions",
)
READ_DATABASES = (
    "ec2:DescribeImageAttribute",
    "ec2:DescribeImages",
    "ec2:DescribeSnapshotAttribute",
    "ec2:DescribeSnapshots",
    "ec2:GetImageBlockPublicAccessState",
    "ec2:GetSnapshotBlockPublicAccessState",
    "rds:DescribeDBClusterSnapshotAttributes",
    "rds:DescribeDBClusterSnapshots",
    "rds:DescribeDBInstances",
    "rds:DescribeDBSnapshotAttributes",
    "rds:DescribeDBSnapshots",
    "redshift:DescribeClusters",
    "s3:GetAccountPublicAccessBlock",
)


def _regional(service: str, kind: str, *, account: bool = True) -> str:
    own = cdk.Aws.ACCOUNT_ID if account else ""
    return f"arn:{cdk.Aws.PARTITION}:{service}:*:{own}:{kind}"


SNAPSHOTS = _regional("ec2", "snapshot/*", account=False)
IMAGES = _regional("ec2", "image/*", account=False)
DATABASES = _regional("rds", "db:*")
CLUSTERS = _regional("rds", "cluster:*")
DATABASE_SNAPSHOTS = _regional("rds", "snapshot:*")
CLUSTER_SNAPSHOTS = _regional("rds", "cluster-snapshot:*")
OWN_SNAPSHOTS = _regional("rds", f"snapshot:{COPIES}")
OWN_CLUSTER_SNAPSHOTS = _regional("rds", f"cluster-snapshot:{COPIES}")
WAREHOUSES = _regional("redshift", "cluster:*")


def statements() -> list[iam.PolicyStatement]:
    """Give what the role may do in an account: no object's content is among it, nor a grant."""
    return [*_buckets(), *_databases()]


def _buckets() -> list[iam.PolicyStatement]:
    own = {"StringEquals": {"aws:ResourceAccount": cdk.Aws.ACCOUNT_ID}}
    return [
        iam.PolicyStatement(
            sid="ReadBuckets", actions=list(READ_BUCKETS), resources=[BUCKETS], conditions=own
        ),
        iam.PolicyStatement(
            sid="ContainBuckets",
            actions=[
                "s3:PutBucketPolicy",
                "s3:PutBucketPublicAccessBlock",
                "s3:PutBucketVersioning",
                "s3:PutLifecycleConfiguration",
            ],
            resources=[BUCKETS],
            conditions=own,
        ),
        iam.PolicyStatement(
            sid="ContainObjects",
            actions=[
                "s3:DeleteObjectVersion",
                "s3:GetObjectLegalHold",
                "s3:GetObjectTagging",
                "s3:GetObjectVersionTagging",
                "s3:PutObjectLegalHold",
                "s3:PutObjectTagging",
                "s3:PutObjectVersionTagging",
            ],
            resources=[OBJECTS],
            conditions=own,
        ),
    ]


def _databases() -> list[iam.PolicyStatement]:
    return [
        # Reads, and the blocks of a Region: none of them takes a resource in all of its forms.
        iam.PolicyStatement(
            sid="ReadExposure",
            actions=[
                *READ_DATABASES,
                "ec2:EnableImageBlockPublicAccess",
                "ec2:EnableSnapshotBlockPublicAccess",
            ],
            resources=["*"],
        ),
        iam.PolicyStatement(
            sid="EndSharingOfSnapshots",
            actions=["ec2:ModifySnapshotAttribute"],
            resources=[SNAPSHOTS],
            conditions={"StringEquals": {"ec2:Remove/group": "all"}},
        ),
        iam.PolicyStatement(
            sid="EndSharingOfImages", actions=["ec2:ModifyImageAttribute"], resources=[IMAGES]
        ),
        iam.PolicyStatement(
            sid="EndSharingOfDatabases",
            actions=["rds:ModifyDBClusterSnapshotAttribute", "rds:ModifyDBSnapshotAttribute"],
            resources=[DATABASE_SNAPSHOTS, CLUSTER_SNAPSHOTS],
        ),
        iam.PolicyStatement(
            sid="EndAccess",
            actions=["rds:ModifyDBInstance", "redshift:ModifyCluster"],
            resources=[DATABASES, WAREHOUSES],
        ),
        iam.PolicyStatement(
            sid="CopyDatabases",
            actions=[
                "rds:AddTagsToResource",
                "rds:CreateDBClusterSnapshot",
                "rds:CreateDBSnapshot",
            ],
            resources=[DATABASES, CLUSTERS, OWN_SNAPSHOTS, OWN_CLUSTER_SNAPSHOTS],
        ),
    ]


def _reasons() -> dict[str, str]:
    any_bucket = (
        "any bucket of this account can be exposed; aws:ResourceAccount keeps to the account"
    )
    any_one = "any of this account's can be exposed; what is done to it is named"
    wildcards = {
        "*": "reads and the Region's blocks of public sharing take no resource",
        BUCKETS: any_bucket,
        OBJECTS: "any object can be malware; its content cannot be read, and deleting is asked for",
        SNAPSHOTS: "any snapshot can be shared; the role can only take everybody out",
        IMAGES: any_one,
        DATABASES: any_one,
        CLUSTERS: any_one,
        DATABASE_SNAPSHOTS: any_one,
        CLUSTER_SNAPSHOTS: any_one,
        OWN_SNAPSHOTS: "snapshots are named after their incident",
        OWN_CLUSTER_SNAPSHOTS: "snapshots are named after their incident",
        WAREHOUSES: any_one,
    }
    return {
        f"AwsSolutions-IAM5[Resource::{as_printed(name)}]": why for name, why in wildcards.items()
    }


FAMILY = Family(
    id="data",
    title="buckets, objects, databases and snapshots",
    statements=statements,
    reasons=_reasons(),
)
