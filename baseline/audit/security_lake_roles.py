"""LakeServiceRoles: the two roles that work on the data of a lake."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.config import Names
from baseline.controls.registry import implements
from baseline.primitives.acknowledge import acknowledge

BUCKETS = "aws-security-data-lake"
READ = (
    "s3:GetObjectLegalHold",
    "s3:GetObjectRetention",
    "s3:GetObjectVersion",
    "s3:GetObjectVersionAcl",
    "s3:GetObjectVersionForReplication",
    "s3:GetObjectVersionTagging",
    "s3:GetReplicationConfiguration",
    "s3:ListBucket",
)
WRITE = ("s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags")
WHY = "Security Lake makes bucket names with random ends; only buckets of this account are reached"
WHY_KEYS = "keys of other stacks and Regions; the condition names their alias and the service"


class LakeServiceRoles(Construct):
    """The role that indexes lakes, and the one with which S3 copies them to the home Region.

    Both use keys of lakes only, which their alias tells, and only through S3 or SQS.

    Args:
        scope: parent construct, in the home Region's stack of the log archive account.
        id: construct ID.
        names: names of the baseline.
        regions: the governed Regions.

    Attributes:
        metastore: the role of the metadata store.
        replication: the role of the copies; none where only the home Region is governed.

    Source: Amazon Security Lake User Guide, "Configuring rollup Regions in Security Lake", "AWS
    managed policies for Security Lake" (AmazonSecurityLakeMetastoreManager).
    """

    def __init__(self, scope: Construct, id: str, *, names: Names, regions: Sequence[str]) -> None:
        super().__init__(scope, id)
        self._names, self._regions = names, list(regions)
        self.metastore = self._create_metastore()
        others = [region for region in regions if region != names.home_region]
        self.replication = self._create_replication(others) if others else None
        implements(self, capability="security-lake", controls=[])

    def _create_metastore(self) -> iam.Role:
        # Functions of Security Lake take this name and path and no other.
        path, name = self._names.lake_metastore_role_arn.split(":role")[1].rsplit("/", 1)
        managed = iam.ManagedPolicy.from_aws_managed_policy_name(
            "service-role/AmazonSecurityLakeMetastoreManager"
        )
        role = iam.Role(
            self,
            "MetastoreRole",
            role_name=name,
            path=f"{path}/",
            description="Security Lake indexes what it collected with this role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            managed_policies=[managed],
        )
        keys = self._use_keys(
            "UseKeys", ["kms:Decrypt", "kms:GenerateDataKey"], self._regions, ("s3", "sqs")
        )
        self._attach("MetastorePolicy", role, [keys])
        acknowledge(
            role,
            {
                "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
                "AmazonSecurityLakeMetastoreManager]": (
                    "Security Lake documents this policy for this role and keeps it up to date"
                )
            },
        )
        return role

    def _create_replication(self, others: list[str]) -> iam.Role:
        role = iam.Role(
            self,
            "ReplicationRole",
            role_name=self._names.lake_replication_role,
            description="Amazon S3 copies the lakes of other Regions with this role",
            # Amazon S3 sends no source here; the role passes to buckets of its own account only.
            assumed_by=iam.ServicePrincipal("s3.amazonaws.com"),
        )
        home = [self._names.home_region]
        read = [f"{self._bucket(region)}{end}" for region in others for end in ("", "/*")]
        write = [f"{self._bucket(region)}/*" for region in home]
        self._attach(
            "ReplicationPolicy",
            role,
            [
                self._on_buckets("ReadLakes", READ, read),
                self._on_buckets("WriteCopies", WRITE, write),
                self._use_keys("DecryptLakes", ["kms:Decrypt"], others, ("s3",)),
                self._use_keys(
                    "EncryptCopies", ["kms:Encrypt", "kms:GenerateDataKey"], home, ("s3",)
                ),
            ],
        )
        return role

    def _attach(self, id: str, role: iam.Role, statements: list[iam.PolicyStatement]) -> None:
        policy = iam.ManagedPolicy(
            self, id, description=f"{role.node.id} of lakes", statements=statements, roles=[role]
        )
        resources = {each for statement in statements for each in statement.resources}
        acknowledge(
            policy,
            {
                f"AwsSolutions-IAM5[Resource::{each}]": WHY if ":s3:" in each else WHY_KEYS
                for each in resources
            },
        )

    def _on_buckets(
        self, sid: str, actions: Sequence[str], resources: list[str]
    ) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            sid=sid,
            actions=list(actions),
            resources=resources,
            conditions={"StringEquals": {"s3:ResourceAccount": self._names.log_archive}},
        )

    def _use_keys(
        self, sid: str, actions: list[str], regions: list[str], services: Sequence[str]
    ) -> iam.PolicyStatement:
        through = [f"{each}.{region}.amazonaws.com" for region in regions for each in services]
        account = self._names.log_archive
        return iam.PolicyStatement(
            sid=sid,
            actions=actions,
            resources=[
                f"arn:{self._names.partition}:kms:{region}:{account}:key/*" for region in regions
            ],
            conditions={
                "StringEquals": {"kms:ViaService": through},
                "ForAnyValue:StringEquals": {"kms:ResourceAliases": self._names.lake_key_alias},
            },
        )

    def _bucket(self, region: str) -> str:
        return f"arn:{self._names.partition}:s3:::{BUCKETS}-{region}-*"
