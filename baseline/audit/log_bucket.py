"""LogBucket: what all log buckets of the archive with a key have in common."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import aws_s3 as s3
from constructs import Construct, IConstruct

from baseline.audit.log_protection import (
    allow_reader,
    deny_losing_key,
    deny_other_keys,
    deny_tampering,
)
from baseline.config import Names
from baseline.config.log_archive import LogArchiveSettings
from baseline.primitives.secure_bucket import Lifecycle, ObjectLock, SecureBucket
from baseline.primitives.secure_key import SecureKey


@dataclass(frozen=True, kw_only=True, slots=True)
class Archive:
    """What the buckets of one log archive share.

    Attributes:
        names: names of the baseline.
        settings: how long logs are kept.
        break_glass_role: name of the emergency role, without path.
        qualifier: qualifier of the CDK bootstrap in the account of the buckets.
        account: account of the buckets; the log archive by default.
    """

    names: Names
    settings: LogArchiveSettings
    break_glass_role: str
    qualifier: str
    account: str | None = None

    @property
    def break_glass(self) -> str:
        """ARN of the emergency role of the buckets' account."""
        return self._role(self.break_glass_role)

    @property
    def deployer(self) -> str:
        """ARN of the role with which CloudFormation deploys the buckets, in whatever Region."""
        return self._role(
            f"cdk-{self.qualifier}-cfn-exec-role-{self.holder}-{self.names.home_region}"
        )

    @property
    def holder(self) -> str:
        """Account of the buckets."""
        return self.account or self.names.log_archive

    @property
    def lifecycle(self) -> Lifecycle:
        """When logs move to Glacier and when they end."""
        return Lifecycle(
            glacier_after_days=self.settings.glacier_after_days,
            expire_after_days=self.settings.retention_days,
        )

    @property
    def object_lock(self) -> ObjectLock:
        """How long new objects cannot be deleted, where the writer can deal with it."""
        return ObjectLock(mode=self.settings.object_lock_mode, days=self.settings.object_lock_days)

    def _role(self, name: str) -> str:
        return f"arn:{self.names.partition}:iam::{self.holder}:role/{name}"


class LogBucket(Construct):
    """A secure bucket with a key of its own whose logs nobody deletes and only auditors read.

    Subclasses let one kind of writer in.

    Args:
        scope: parent construct.
        id: construct ID.
        archive: what the buckets of the archive share.
        bucket_name: physical name, which writers in other accounts use.
        content: what the bucket keeps, for the key's description.
        access_logs: bucket that records access to this one.
        key_alias: alias of the key; none by default.
        key_alias_arn: ARN of the alias, for writers that know only that.
        object_lock: default retention; none by default, for writers that cannot deal with it.
        bucket_key_only: False when the writer names a key of another account; the subclass then
            says which.
        lifecycle: storage classes and end of objects; that of the archive by default.

    Attributes:
        store: the ``SecureBucket``.
        key: the ``SecureKey``.
        bucket: the ``aws_s3.Bucket``.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        archive: Archive,
        bucket_name: str,
        content: str,
        access_logs: s3.IBucket,
        key_alias: str | None = None,
        key_alias_arn: str | None = None,
        object_lock: ObjectLock | None = None,
        bucket_key_only: bool = True,
        lifecycle: Lifecycle | None = None,
    ) -> None:
        super().__init__(scope, id)
        self.key = SecureKey(self, "Key", description=f"Encrypts {content}", alias=key_alias)
        self.store = SecureBucket(
            self,
            "Store",
            key=self.key.key,
            bucket_name=bucket_name,
            access_logs=access_logs,
            access_log_prefix=f"{bucket_name}/",
            object_lock=object_lock,
            lifecycle=lifecycle or archive.lifecycle,
        )
        self.bucket = self.store.bucket
        self._told: list[s3.CfnBucket.QueueConfigurationProperty] = []
        exempt = {"break_glass": archive.break_glass, "deployer": archive.deployer}
        deny_tampering(self.bucket, **exempt)
        deny_losing_key(self.key.key, **exempt)
        if bucket_key_only:
            deny_other_keys(self.bucket, self.key.key, alias_arn=key_alias_arn)
        allow_reader(self.bucket, self.key.key, names=archive.names)

    def tell(self, told: s3.CfnBucket.QueueConfigurationProperty, *, policy: IConstruct) -> None:
        """Send events of the bucket to one more queue.

        A bucket has one notification configuration, which several exports share.

        Args:
            told: queue, kind of event and filter.
            policy: the queue's policy; S3 tries the queue when it is told of it.

        Raises:
            TypeError: the bucket was not made by a ``CfnBucket``.
        """
        resource = self.bucket.node.default_child
        if not isinstance(resource, s3.CfnBucket):
            raise TypeError(f"{self.node.path}: the bucket's resource is no CfnBucket")
        self._told.append(told)
        resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            queue_configurations=list(self._told)
        )
        resource.node.add_dependency(policy)
