"""MacieBucket: the bucket of Macie's discovery results."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.audit.log_bucket import Archive, LogBucket
from baseline.audit.log_protection import KEY_HEADER
from baseline.config import Names
from baseline.config.regions import macie_principal
from baseline.controls.registry import implements

CONTROLS = ("KMS.4", "S3.9", "S3.13", "S3.14", "S3.17")


class MacieBucket(LogBucket):
    """A bucket that the security account's Macie writes its discovery results to.

    A result names the places in an object where sensitive data was found, never the data. Macie
    forgets results after 90 days. It encrypts them with a key of the security account; objects
    under any other key are refused. The bucket has no Object Lock, because AWS does not document
    whether Macie copes with a default retention; deletion is denied by policy and versions are
    kept.

    Args:
        scope: parent construct.
        id: construct ID.
        archive: what the buckets of the archive share.
        access_logs: bucket that records access to this one.
        regions: Regions that results come from.

    Source: Amazon Macie User Guide, "Storing and retaining sensitive data discovery results".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        archive: Archive,
        access_logs: s3.IBucket,
        regions: Sequence[str],
    ) -> None:
        names = archive.names
        super().__init__(
            scope,
            id,
            archive=archive,
            bucket_name=names.macie_bucket,
            content="the bucket of Macie's results by default",
            access_logs=access_logs,
            bucket_key_only=False,
        )
        for service, sources in macie_sources(names, regions).items():
            self._let_macie_write(names, service, sources)
        self._deny_keys_of_others(names)
        implements(self, capability="log-archive", controls=CONTROLS)

    def _let_macie_write(self, names: Names, service: str, sources: list[str]) -> None:
        source: dict[str, dict[str, object]] = {
            "StringEquals": {"aws:SourceAccount": names.security},
            "ArnLike": {"aws:SourceArn": sources},
        }
        place = "".join(
            part.title() for part in service.split(".")[1:-2] for part in part.split("-")
        )
        self.store.allow_service(
            service,
            sid=f"MacieLocation{place}",
            actions=["s3:GetBucketLocation"],
            conditions=source,
        )
        self.store.allow_service(
            service,
            sid=f"MacieWrite{place}",
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


def macie_sources(names: Names, regions: Sequence[str]) -> dict[str, list[str]]:
    """Give Macie's service principals with the sources that they act for, in the given Regions."""
    found: dict[str, list[str]] = {}
    for region in sorted(regions):
        base = f"arn:{names.partition}:macie2:{region}:{names.security}"
        sources = found.setdefault(macie_principal(region), [])
        sources += [f"{base}:classification-job/*", f"{base}:export-configuration:*"]
    return found
