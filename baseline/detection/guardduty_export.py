"""GuardDutyExport: the organization's GuardDuty findings, kept in the log archive."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_guardduty as guardduty
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.audit.guardduty_source import by_principal, exports_of
from baseline.audit.log_protection import bootstrap_qualifier, deny_losing_key
from baseline.config.regions import guardduty_principal
from baseline.controls.registry import implements
from baseline.detection.service_lookup import DetectorLookup
from baseline.primitives.secure_key import SecureKey


class GuardDutyExport(Construct):
    """Exports findings of this Region, those of all members included, to a bucket of the archive.

    GuardDuty itself forgets findings after 90 days. The export of the delegated administrator
    covers its members, Region by Region; bucket and key are those of the home Region for all of
    them (:class:`RegionalGuardDutyExport`). Objects are encrypted with a key of this account that
    GuardDuty may use for detectors of this account only; who reads the bucket needs this key too.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        break_glass_role: name of the emergency role, which alone may delete the key.
        bucket_name: bucket in the log archive account, in the same Region; its policy admits
            GuardDuty for this account.
        regions: other Regions that export with the same key; none by default.

    Attributes:
        key: the :class:`SecureKey` of the exported findings.
        detector: the :class:`DetectorLookup`.

    Source: Amazon GuardDuty User Guide, "Exporting generated GuardDuty findings to Amazon S3
    buckets".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        bucket_name: str,
        break_glass_role: str,
        regions: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, id)
        stack = cdk.Stack.of(self)
        self.detector = DetectorLookup(self, "Detector")
        self.key = SecureKey(self, "Key", description="GuardDuty findings in the log archive")
        deployer = f"cdk-{bootstrap_qualifier(self)}-cfn-exec-role-{stack.account}-{stack.region}"
        deny_losing_key(
            self.key.key,
            break_glass=_role(stack, break_glass_role),
            deployer=_role(stack, deployer),
        )
        self._let_detectors_encrypt([each for each in regions if each != stack.region])
        _publish(
            self,
            detector_id=self.detector.detector_id,
            bucket_name=bucket_name,
            key_arn=self.key.key.key_arn,
        )
        implements(self, capability="guardduty-export", controls=[])

    def let_read(self, role_arn: str) -> None:
        """Let a role of another account decrypt findings that it reads through S3.

        Args:
            role_arn: ARN of the role, which need not exist yet: the key policy names its account,
                with the role as a condition.
        """
        stack = cdk.Stack.of(self)
        account = role_arn.split(":")[4]
        self.key.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="ReadExportedFindings",
                principals=[iam.AccountPrincipal(account)],
                actions=["kms:Decrypt"],
                resources=["*"],
                conditions={
                    "ArnEquals": {"aws:PrincipalArn": role_arn},
                    "StringEquals": {"kms:ViaService": f"s3.{stack.region}.amazonaws.com"},
                },
            )
        )

    def _let_detectors_encrypt(self, regions: Sequence[str]) -> None:
        stack = cdk.Stack.of(self)
        self.key.allow_service(
            guardduty_principal(stack.region),
            sid="EncryptExportedFindings",
            actions=["kms:GenerateDataKey"],
            conditions={
                "StringEquals": {
                    "aws:SourceAccount": stack.account,
                    "aws:SourceArn": self.detector.detector_arn,
                }
            },
        )
        for service, exporting in by_principal(regions).items():
            self.key.allow_service(
                service,
                sid=f"EncryptFindingsOf{exporting[0].title().replace('-', '')}",
                actions=["kms:GenerateDataKey"],
                conditions=exports_of(exporting, account=stack.account, partition=stack.partition),
            )


class RegionalGuardDutyExport(Construct):
    """Exports findings of one more Region to the bucket and with the key of the home Region.

    Args:
        scope: parent construct, in a stack of the security account and the Region.
        id: construct ID.
        detector_id: detector of the Region.
        bucket_name: bucket in the log archive account, which admits the Region's detector.
        key_arn: key of the home Region's :class:`GuardDutyExport`, which names this Region.

    Source: Amazon GuardDuty User Guide, "Exporting generated GuardDuty findings to Amazon S3
    buckets" (cross-Region).
    """

    def __init__(
        self, scope: Construct, id: str, *, detector_id: str, bucket_name: str, key_arn: str
    ) -> None:
        super().__init__(scope, id)
        _publish(self, detector_id=detector_id, bucket_name=bucket_name, key_arn=key_arn)
        implements(self, capability="guardduty-export", controls=[])


def _publish(scope: Construct, *, detector_id: str, bucket_name: str, key_arn: str) -> None:
    bucket = cdk.Stack.of(scope).format_arn(
        service="s3", region="", account="", resource=bucket_name
    )
    destination = guardduty.CfnPublishingDestination(
        scope,
        "Destination",
        detector_id=detector_id,
        destination_type="S3",
        destination_properties=guardduty.CfnPublishingDestination.CFNDestinationPropertiesProperty(
            destination_arn=bucket, kms_key_arn=key_arn
        ),
    )
    # A detector takes one destination: a failed first deployment must not keep it.
    destination.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)


def _role(stack: cdk.Stack, name: str) -> str:
    return f"arn:{stack.partition}:iam::{stack.account}:role/{name}"
