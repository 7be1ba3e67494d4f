"""ZoneSigning: answers of a zone that nobody can forge, and an alarm before they stop validating."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_kms as kms
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_sns as sns
from constructs import Construct

from baseline.controls.registry import implements
from baseline.edge.zone import check_global
from baseline.primitives.service_access import service_statement

SERVICE = "dnssec-route53.amazonaws.com"
KEY_NAME = "baseline_1"
"""Name of the key-signing key within the zone. The next one, of a rotation, is ``baseline_2``."""

ALARMS = {
    "InternalFailure": ("DNSSECInternalFailure", "Route 53 cannot sign the zone"),
    "KeyNeedsAction": (
        "DNSSECKeySigningKeysNeedingAction",
        "Route 53 cannot use a key-signing key; look at its key policy and state in AWS KMS",
    ),
}
PERIOD_HOURS = 4
"""The metrics are sent every four hours. Source: Amazon Route 53 Developer Guide, "Monitoring hosted
zones using Amazon CloudWatch"."""


class ZoneSigning(Construct):
    """DNSSEC signing of a public hosted zone, with the key that signs and alarms about it.

    The key is used by Route 53 for this zone only and stays when the stack is deleted, as do the
    signing and its key: a parent that still holds the DS record would make the whole zone
    unresolvable. For the chain of trust the DS record goes to the registrar or the parent zone by
    hand, once the signed answers are everywhere; to end signing it comes out there first.

    Args:
        scope: parent construct, in a stack of us-east-1, where Route 53 looks for the key.
        id: construct ID.
        zone: the zone, such as ``ProtectedZone.zone``.
        topic: told by the alarms, such as ``AlarmTopic.topic``; read by people who act at once,
            because the last signatures are valid for days only.

    Attributes:
        key: the ``aws_kms.Key``.
        key_signing_key: the ``CfnKeySigningKey``.
        signing: the ``CfnDNSSEC``.
        alarms: construct ID to alarm.

    Raises:
        BaselineError: the stack is not in us-east-1.

    Source: Amazon Route 53 Developer Guide, "Working with customer managed keys for DNSSEC",
    "Enabling DNSSEC signing and establishing a chain of trust"; Security Hub CloudWatch.15,
    CloudWatch.17.
    """

    def __init__(
        self, scope: Construct, id: str, *, zone: route53.IHostedZone, topic: sns.ITopic
    ) -> None:
        super().__init__(scope, id)
        check_global(self, "keys of DNSSEC")
        self.key = self._create_key(zone)
        self.key_signing_key = route53.CfnKeySigningKey(
            self,
            "KeySigningKey",
            hosted_zone_id=zone.hosted_zone_id,
            key_management_service_arn=self.key.key_arn,
            name=KEY_NAME,
            status="ACTIVE",
        )
        self.signing = route53.CfnDNSSEC(self, "Resource", hosted_zone_id=zone.hosted_zone_id)
        self.signing.add_resource_dependency(self.key_signing_key)
        for kept in (self.key_signing_key, self.signing):
            kept.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        self.alarms = {
            name: self._alarm(name, metric, what, zone, topic)
            for name, (metric, what) in ALARMS.items()
        }
        implements(self, capability="zone-signing", controls=["CloudWatch.15", "CloudWatch.17"])

    def _create_key(self, zone: route53.IHostedZone) -> kms.Key:
        key = kms.Key(
            self,
            "Key",
            description="Signs the keys of a public hosted zone (DNSSEC)",
            key_spec=kms.KeySpec.ECC_NIST_P256,
            key_usage=kms.KeyUsage.SIGN_VERIFY,
            pending_window=cdk.Duration.days(30),
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        source = {
            "StringEquals": {"aws:SourceAccount": cdk.Stack.of(self).account},
            "ArnEquals": {"aws:SourceArn": zone.hosted_zone_arn},
        }
        for sid, names, more in (
            ("SignZone", ("kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"), {}),
            ("GrantToAws", ("kms:CreateGrant",), {"Bool": {"kms:GrantIsForAWSResource": "true"}}),
        ):
            key.add_to_resource_policy(
                service_statement(
                    SERVICE,
                    sid=sid,
                    actions=names,
                    resources=["*"],
                    conditions={**source, **more},
                )
            )
        return key

    def _alarm(
        self, id: str, metric: str, what: str, zone: route53.IHostedZone, topic: sns.ITopic
    ) -> cloudwatch.Alarm:
        alarm = cloudwatch.Alarm(
            self,
            id,
            alarm_description=what,
            metric=cloudwatch.Metric(
                namespace="AWS/Route53",
                metric_name=metric,
                dimensions_map={"HostedZoneId": zone.hosted_zone_id},
                statistic="Maximum",
                period=cdk.Duration.hours(PERIOD_HOURS),
            ),
            threshold=1,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(topic))
        return alarm
