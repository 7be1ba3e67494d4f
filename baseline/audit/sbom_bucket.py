"""SbomBucket: the bucket of the bills of materials that Inspector exports from one Region."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.audit.log_bucket import Archive, LogBucket
from baseline.config.regions import inspector_principal
from baseline.controls.registry import implements

CONTROLS = ("KMS.4", "S3.9", "S3.13", "S3.14", "S3.17")


class SbomBucket(LogBucket):
    """A bucket that the security account's Inspector writes bills of materials to.

    Inspector exports to a bucket of its own Region only, under a key of that Region that it is
    told. Only reports of the security account get in, and only under the bucket's key. The bucket
    has no Object Lock, because AWS does not document whether Inspector copes with a default
    retention; deletion is denied by policy and versions are kept.

    Args:
        scope: parent construct, in a stack of the log archive account and the Region.
        id: construct ID.
        archive: what the buckets of the archive share.
        region: Region of the bucket and of what Inspector scans.
        access_logs: bucket of this Region that records access to this one.

    Source: Amazon Inspector User Guide, "Exporting SBOMs with Amazon Inspector", "Exporting Amazon
    Inspector findings reports" (policies of bucket and key).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        archive: Archive,
        region: str,
        access_logs: s3.IBucket,
    ) -> None:
        names = archive.names
        super().__init__(
            scope,
            id,
            archive=archive,
            bucket_name=names.sbom_bucket(region),
            content="bills of materials",
            access_logs=access_logs,
            key_alias=names.sbom_key_alias,
            key_alias_arn=names.sbom_key_alias_arn(region),
        )
        reports = f"arn:{names.partition}:inspector2:{region}:{names.security}:report/*"
        source: dict[str, dict[str, object]] = {
            "StringEquals": {"aws:SourceAccount": names.security},
            "ArnLike": {"aws:SourceArn": reports},
        }
        service = inspector_principal(region)
        self.store.allow_service(
            service,
            sid="InspectorWrite",
            actions=["s3:AbortMultipartUpload", "s3:PutObject", "s3:PutObjectAcl"],
            paths=["*"],
            conditions=source,
        )
        self.key.allow_service(
            service,
            sid="InspectorEncrypt",
            actions=["kms:Decrypt", "kms:GenerateDataKey*"],
            conditions=source,
        )
        self._let_exporter_find_key(names.security, names.sbom_exporter_role)
        implements(self, capability="sbom-archive", controls=CONTROLS)

    def _let_exporter_find_key(self, account: str, role: str) -> None:
        # Inspector wants the ARN of the key, which nobody outside knows before.
        exporter = f"arn:aws:iam::{account}:role/{role}"
        self.key.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="ExporterFindsKey",
                principals=[iam.AccountPrincipal(account)],
                actions=["kms:DescribeKey"],
                resources=["*"],
                conditions={"ArnEquals": {"aws:PrincipalArn": exporter}},
            )
        )
