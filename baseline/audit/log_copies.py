"""LogCopies: where Amazon S3 keeps copies of the logs, in another Region or account."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.audit.log_archive import create_access_logs
from baseline.audit.log_bucket import Archive, LogBucket
from baseline.audit.log_replication import OWNERSHIP, WRITE
from baseline.config.log_replication import Log
from baseline.controls.registry import implements

CONTROLS = ("KMS.4", "S3.9", "S3.13", "S3.14", "S3.15", "S3.17")


class LogCopy(LogBucket):
    """The copies of one log: under Object Lock, with a key of their own, written by replication alone.

    Copies of logs whose writer cannot deal with Object Lock are locked, too: replication can.

    Args:
        scope: parent construct.
        id: construct ID.
        archive: what the buckets of the copies' account share.
        log: which log.
        region: Region of the copies.
        access_logs: bucket of that Region and account that records access to this one.

    Source: Amazon S3 User Guide, "Setting up permissions for live replication", "Replicating
    encrypted objects", "Using S3 Object Lock with S3 Replication".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        archive: Archive,
        log: Log,
        region: str,
        access_logs: s3.IBucket,
    ) -> None:
        names = archive.names
        alias = names.log_copy_key_alias(log)
        super().__init__(
            scope,
            id,
            archive=archive,
            bucket_name=names.log_copy(log, region),
            content=f"copies of the log {log}",
            access_logs=access_logs,
            key_alias=alias,
            key_alias_arn=f"arn:{names.partition}:kms:{region}:{archive.holder}:{alias}",
            object_lock=archive.object_lock,
        )
        self._let_replication_write(archive, region)
        implements(self, capability="log-replication", controls=CONTROLS)

    def _let_replication_write(self, archive: Archive, region: str) -> None:
        names = archive.names
        # The role is made after the copies, so a condition names it.
        account = iam.AccountPrincipal(names.log_archive)
        role = f"arn:{names.partition}:iam::{names.log_archive}:role/{names.replication_role}"
        condition = {"ArnEquals": {"aws:PrincipalArn": role}}
        elsewhere = archive.holder != names.log_archive
        self.bucket.add_to_resource_policy(
            iam.PolicyStatement(
                sid="ReplicationWrite",
                principals=[account],
                # No ReplicateDelete: what is deleted at the source stays here.
                actions=[*WRITE, *([OWNERSHIP] if elsewhere else [])],
                resources=[self.bucket.arn_for_objects("*")],
                conditions=condition,
            )
        )
        self.key.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="ReplicationEncrypt",
                principals=[account],
                actions=["kms:Encrypt", "kms:GenerateDataKey"],
                resources=["*"],
                conditions={
                    **condition,
                    "StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"},
                },
            )
        )


class LogCopies(Construct):
    """The copies of several logs in one Region and account, and what records access to them.

    Args:
        scope: parent construct, a stack in the account and Region of the copies.
        id: construct ID.
        archive: what the buckets of that account share.
        logs: which logs.
        region: Region of the copies.

    Attributes:
        access_logs: the ``SecureBucket`` that records access to the copies.
        copies: log to its :class:`LogCopy`.
    """

    def __init__(
        self, scope: Construct, id: str, *, archive: Archive, logs: Sequence[Log], region: str
    ) -> None:
        super().__init__(scope, id)
        name = archive.names.access_logs_of_copies(region)
        self.access_logs = create_access_logs(self, archive, bucket_name=name)
        self.copies = {
            log: LogCopy(
                self,
                log.title().replace("_", ""),
                archive=archive,
                log=log,
                region=region,
                access_logs=self.access_logs.bucket,
            )
            for log in logs
        }
