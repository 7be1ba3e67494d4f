"""SecurityLake: one Region's lake, its sources, and who reads it."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_securitylake as securitylake
from constructs import Construct

from baseline.audit.security_lake_roles import BUCKETS
from baseline.audit.security_lake_steps import SOURCE_VERSION, service_role_arn
from baseline.config import Names
from baseline.config.log_archive import LogArchiveSettings
from baseline.config.siem import LakeSubscriber
from baseline.controls.registry import implements
from baseline.primitives.secure_key import SecureKey

MANAGER = "resource-management.securitylake.amazonaws.com"


class SecurityLake(Construct):
    """The lake of a Region, encrypted with a key of its own, kept as long as the log archive.

    It collects from all accounts. Lakes of other Regions are copied to the home Region, where a
    subscriber reads. Deleting the stack leaves lake and sources; subscribers go.

    Args:
        scope: parent construct, in a stack of the log archive account.
        id: construct ID.
        names: names of the baseline.
        settings: how long logs are kept, and when they become cheaper.
        region: Region of the stack.
        sources: what is collected, in the order in which it is switched on.

    Attributes:
        key: the ``SecureKey`` of the lake.
        lake: the ``CfnDataLake``.
        sources: the ``CfnAwsLogSource``, each waiting for the one before.

    Source: Amazon Security Lake User Guide, "Data protection in Amazon Security Lake", "Lifecycle
    management in Security Lake"; CloudFormation Template Reference, "AWS::SecurityLake::DataLake".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        settings: LogArchiveSettings,
        region: str,
        sources: Sequence[str],
    ) -> None:
        super().__init__(scope, id)
        self._names, self._region = names, region
        self.key = self._create_key()
        self.lake = self._create_lake(settings)
        self.sources = self._collect(sources)
        implements(self, capability="security-lake", controls=["KMS.4"])

    def subscribe(self, subscriber: LakeSubscriber, *, sources: Sequence[str]) -> None:
        """Let an account read the lake, and tell it of new objects by a queue.

        Security Lake makes the role, which demands the external ID, and the queue.

        Args:
            subscriber: account and external ID.
            sources: what it reads.
        """
        self._decrypt_for_subscribers()
        reader = securitylake.CfnSubscriber(
            self,
            "Subscriber",
            access_types=["S3"],
            data_lake_arn=self.lake.attr_arn,
            subscriber_name=f"{self._names.prefix}-siem",
            subscriber_identity=securitylake.CfnSubscriber.SubscriberIdentityProperty(
                principal=subscriber.account, external_id=subscriber.external_id
            ),
            sources=[
                securitylake.CfnSubscriber.SourceProperty(
                    aws_log_source=securitylake.CfnSubscriber.AwsLogSourceProperty(
                        source_name=name, source_version=SOURCE_VERSION
                    )
                )
                for name in sources
            ],
        )
        reader.node.add_dependency(self.sources[-1])
        notification = securitylake.CfnSubscriberNotification(
            self,
            "Notification",
            subscriber_arn=reader.attr_subscriber_arn,
            notification_configuration=securitylake.CfnSubscriberNotification.NotificationConfigurationProperty(
                sqs_notification_configuration={}
            ),
        )
        stack = cdk.Stack.of(self)
        cdk.CfnOutput(stack, "LakeSubscriberRole", value=reader.attr_subscriber_role_arn)
        cdk.CfnOutput(stack, "LakeSubscriberQueue", value=notification.attr_subscriber_endpoint)

    def _create_key(self) -> SecureKey:
        key = SecureKey(
            self,
            "Key",
            description="Security Lake of this Region",
            alias=self._names.lake_key_alias,
        )
        key.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="ManageLake",
                principals=[iam.ArnPrincipal(service_role_arn(self._names, MANAGER))],
                actions=["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*"],
                resources=["*"],
                conditions={"StringEquals": {"kms:ViaService": self._s3()}},
            )
        )
        return key

    def _decrypt_for_subscribers(self) -> None:
        # Nobody knows the role before Security Lake made it, which needs the key.
        self.key.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="DecryptForSubscribers",
                principals=[iam.AnyPrincipal()],
                actions=["kms:Decrypt"],
                resources=["*"],
                conditions={
                    "StringEquals": {
                        "aws:PrincipalOrgID": self._names.organization_id,
                        "kms:CallerAccount": self._names.log_archive,
                        "kms:ViaService": self._s3(),
                    },
                    "ArnLike": {"aws:PrincipalArn": self._names.lake_subscriber_role_pattern},
                    "StringLike": {
                        "kms:EncryptionContext:aws:s3:arn": (
                            f"arn:{self._names.partition}:s3:::{BUCKETS}-{self._region}-*"
                        )
                    },
                },
            )
        )

    def _create_lake(self, settings: LogArchiveSettings) -> securitylake.CfnDataLake:
        lake = securitylake.CfnDataLake
        copied = self._region != self._names.home_region
        found = lake(
            self,
            "Lake",
            meta_store_manager_role_arn=self._names.lake_metastore_role_arn,
            encryption_configuration=lake.EncryptionConfigurationProperty(
                kms_key_id=self.key.key.key_arn
            ),
            lifecycle_configuration=lake.LifecycleConfigurationProperty(
                # Instant Retrieval: queries and subscribers read it as before.
                transitions=[
                    lake.TransitionsProperty(
                        days=settings.glacier_after_days, storage_class="GLACIER_IR"
                    )
                ],
                expiration=lake.ExpirationProperty(days=settings.retention_days),
            ),
            replication_configuration=lake.ReplicationConfigurationProperty(
                regions=[self._names.home_region], role_arn=self._names.lake_replication_role_arn
            )
            if copied
            else None,
        )
        found.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
        # Roles know the key by its alias.
        found.node.add_dependency(self.key)
        return found

    def _collect(self, sources: Sequence[str]) -> list[securitylake.CfnAwsLogSource]:
        """Switch the sources on one after the other: Security Lake refuses two changes at a time."""
        found: list[securitylake.CfnAwsLogSource] = []
        for name in sources:
            # Without accounts, a source collects from all that Security Lake includes.
            source = securitylake.CfnAwsLogSource(
                self,
                f"Source{name}",
                data_lake_arn=self.lake.attr_arn,
                source_name=name,
                source_version=SOURCE_VERSION,
            )
            source.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
            if found:
                source.node.add_dependency(found[-1])
            found.append(source)
        return found

    def _s3(self) -> str:
        return f"s3.{self._region}.amazonaws.com"
