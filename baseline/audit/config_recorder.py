"""ConfigRecorder: AWS Config records all resources of an account and Region."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_config as config
from constructs import Construct

from baseline.config import Names
from baseline.controls.registry import implements

CONTROLS = ("Config.1",)

IAM_TYPES = ("AWS::IAM::Group", "AWS::IAM::Policy", "AWS::IAM::Role", "AWS::IAM::User")
"""Global types; recorded in the home Region, because in every Region they cost as often."""

COMPLIANCE_TYPE = "AWS::Config::ResourceCompliance"
"""One record per rule and resource; it multiplies the cost, and Security Hub keeps the results."""


class ConfigRecorder(Construct):
    """Recorder and delivery channel for all supported resource types, to the log archive.

    IAM resources are recorded in the home Region only; CloudFormation decides that at deployment,
    so that one template serves every account and Region. The recorder uses the role
    ``names.config_role``, which must exist (``ConfigRole``). Both stay when the stack goes.

    Args:
        scope: parent construct.
        id: construct ID.
        names: names of the baseline.

    Attributes:
        recorder: the ``aws_config.CfnConfigurationRecorder``; rules depend on it.
        channel: the ``aws_config.CfnDeliveryChannel``.

    Source: Security Hub Config.1; AWS Config Developer Guide, "Recording AWS Resources",
    "Managing the Delivery Channel".
    """

    def __init__(self, scope: Construct, id: str, *, names: Names) -> None:
        super().__init__(scope, id)
        self.recorder = config.CfnConfigurationRecorder(
            self,
            "Recorder",
            role_arn=f"arn:{names.partition}:iam::{cdk.Aws.ACCOUNT_ID}:role/{names.config_role}",
            recording_group=config.CfnConfigurationRecorder.RecordingGroupProperty(
                recording_strategy=config.CfnConfigurationRecorder.RecordingStrategyProperty(
                    use_only="EXCLUSION_BY_RESOURCE_TYPES"
                ),
                exclusion_by_resource_types=(
                    config.CfnConfigurationRecorder.ExclusionByResourceTypesProperty(
                        resource_types=self._excluded_types(names.home_region)
                    )
                ),
            ),
        )
        # Neither depends on the other: the recorder starts only when there is a channel, and a
        # channel is accepted only when there is a recorder, so both have to be created at once.
        self.channel = config.CfnDeliveryChannel(
            self,
            "Channel",
            s3_bucket_name=names.config_bucket,
            # Without it Config asks for SSE-S3, whatever the bucket's default encryption is.
            s3_kms_key_arn=names.config_key_arn,
            config_snapshot_delivery_properties=(
                config.CfnDeliveryChannel.ConfigSnapshotDeliveryPropertiesProperty(
                    delivery_frequency="TwentyFour_Hours"
                )
            ),
        )
        # A recorder left behind by a failed first deployment would refuse the next one: a Region has
        # room for one.
        for resource in (self.recorder, self.channel):
            resource.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        implements(self, capability="config-recorder", controls=CONTROLS)

    def _excluded_types(self, home_region: str) -> list[str]:
        home = cdk.CfnCondition(
            self, "HomeRegion", expression=cdk.Fn.condition_equals(cdk.Aws.REGION, home_region)
        )
        return cdk.Token.as_list(
            cdk.Fn.condition_if(home.logical_id, [COMPLIANCE_TYPE], [COMPLIANCE_TYPE, *IAM_TYPES])
        )
