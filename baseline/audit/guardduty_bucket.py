"""GuardDutyBucket: the bucket of the exported GuardDuty findings."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.audit.guardduty_source import by_principal, exports_of
from baseline.audit.log_bucket import Archive, LogBucket
from baseline.audit.log_protection import KEY_HEADER
from baseline.config import Names
from baseline.controls.registry import implements

CONTROLS = ("KMS.4", "S3.9", "S3.13", "S3.14", "S3.17")


class GuardDutyBucket(LogBucket):
    """A bucket that the security account's GuardDuty detectors export findings to.

    GuardDuty encrypts with a key that the export names, which is one of the security account;
    objects under any other key are refused. The bucket's own key is its default encryption. It
    has no Object Lock, because AWS does not document whether the export copes with a default
    retention; deletion is denied by policy and versions are kept.

    Args:
        scope: parent construct.
        id: construct ID.
        archive: what the buckets of the archive share.
        access_logs: bucket that records access to this one.
        regions: Regions that export; the home Region alone by default.

    Source: Amazon GuardDuty User Guide, "Exporting generated GuardDuty findings to Amazon S3
    buckets".
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
            bucket_name=names.guardduty_bucket,
            content="the bucket of GuardDuty findings by default",
            access_logs=access_logs,
            bucket_key_only=False,
        )
        self._let_detectors_write(names, regions)
        self._deny_keys_of_others(names)
        implements(self, capability="log-archive", controls=CONTROLS)

    def _let_detectors_write(self, names: Names, regions: Sequence[str]) -> None:
        for service, exporting in by_principal([names.home_region, *regions]).items():
            source = exports_of(exporting, account=names.security, partition=names.partition)
            home = names.home_region in exporting
            suffix = "" if home else exporting[0].title().replace("-", "")
            self.store.allow_service(
                service,
                sid=f"GuardDutyLocation{suffix}",
                actions=["s3:GetBucketLocation"],
                conditions=source,
            )
            self.store.allow_service(
                service,
                sid=f"GuardDutyWrite{suffix}",
                actions=["s3:PutObject"],
                paths=["*"],
                conditions=source,
            )

    def _deny_keys_of_others(self, names: Names) -> None:
        keys = f"arn:{names.partition}:kms:{names.home_region}:{names.security}:key/*"
        self.bucket.add_to_resource_policy(
            iam.PolicyStatement(
                sid="DenyOtherKeys",
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=["s3:PutObject"],
                resources=[self.bucket.arn_for_objects("*")],
                conditions={"StringNotLike": {KEY_HEADER: keys}},
            )
        )
