"""OrganizationTrail: every API call of every account and Region, in one trail."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudtrail as cloudtrail
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from baseline.audit.trail_selectors import controls, event_selectors, insight_selectors
from baseline.config import Names
from baseline.config.trail import TrailSettings
from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.secure_key import SecureKey

SERVICE = "cloudtrail.amazonaws.com"
CONTROLS = ("CloudTrail.1", "CloudTrail.2", "CloudTrail.3", "CloudTrail.4", "CloudTrail.5")

RETENTION = {
    365: logs.RetentionDays.ONE_YEAR,
    400: logs.RetentionDays.THIRTEEN_MONTHS,
    545: logs.RetentionDays.EIGHTEEN_MONTHS,
    731: logs.RetentionDays.TWO_YEARS,
    1096: logs.RetentionDays.THREE_YEARS,
    1827: logs.RetentionDays.FIVE_YEARS,
    2192: logs.RetentionDays.SIX_YEARS,
    2557: logs.RetentionDays.SEVEN_YEARS,
    2922: logs.RetentionDays.EIGHT_YEARS,
    3288: logs.RetentionDays.NINE_YEARS,
    3653: logs.RetentionDays.TEN_YEARS,
}
"""Days that a log group of audit logs may keep events, from a year on, as the CDK names them."""


class OrganizationTrail(Construct):
    """A trail over all accounts and Regions, encrypted, validated, and searchable for a year.

    Without an organization it is the trail of one account, in all Regions.

    All management events are recorded, reads included, and unusual rates of calls and errors
    give insight events. Bucket and key are those of the log archive, found by name: they exist
    before the trail. Trail, log group and key stay when the stack goes.

    Args:
        scope: parent construct, a stack in the management account and home Region.
        id: construct ID.
        names: names of the baseline.
        log_group_retention_days: days that CloudWatch Logs keeps events, a value of
            :data:`RETENTION`; 365 by default. The log archive keeps them longer.
        settings: data events and network activity that are recorded too; none by default: the
            price grows with every event, and GuardDuty watches many of them without a trail.

    Attributes:
        trail: the ``aws_cloudtrail.CfnTrail``.
        log_group: the log group, for metric filters.
        key: the key of the log group.

    Raises:
        BaselineError: when CloudWatch Logs does not know the number of days, or it is below a
            year.

    Source: Security Hub CloudTrail.1 to CloudTrail.5, S3.22, S3.23; AWS CloudTrail User Guide,
    "Creating a trail for an organization", "Sending events to CloudWatch Logs".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        log_group_retention_days: int = 365,
        settings: TrailSettings | None = None,
    ) -> None:
        super().__init__(scope, id)
        recorded = settings or TrailSettings()
        self.key = SecureKey(self, "Key", description="Encrypts the organization trail's log group")
        self.key.allow_log_groups(name_pattern=names.trail_log_group)
        self.log_group = self._create_log_group(names, _retention(log_group_retention_days))
        role, policy = self._create_role(names)
        self.trail = cloudtrail.CfnTrail(
            self,
            "Trail",
            trail_name=names.trail,
            is_logging=True,
            is_organization_trail=not names.standalone,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            s3_bucket_name=names.cloudtrail_bucket,
            kms_key_id=names.cloudtrail_key_arn,
            cloud_watch_logs_log_group_arn=self.log_group.log_group_arn,
            cloud_watch_logs_role_arn=role.role_arn,
            advanced_event_selectors=event_selectors(names, recorded),
            insight_selectors=insight_selectors(recorded),
        )
        # CloudTrail tries the role when the trail is created, so its policy comes first.
        self.trail.node.add_dependency(policy)
        # Not kept when its own creation is rolled back: its name would be taken the next time.
        self.trail.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        extra = controls(recorded.data_events)
        implements(self, capability="organization-trail", controls=[*CONTROLS, *extra])

    def _create_log_group(self, names: Names, retention: logs.RetentionDays) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            "Logs",
            log_group_name=names.trail_log_group,
            encryption_key=self.key.key,
            retention=retention,
            deletion_protection_enabled=True,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )

    def _create_role(self, names: Names) -> tuple[iam.Role, iam.ManagedPolicy]:
        # The service names its log streams after the account, for members after the organization.
        streams = [f"{names.management}_CloudTrail_*"]
        if not names.standalone:
            streams.append(f"{names.organization_id}_*")
        group = (
            f"arn:{names.partition}:logs:{names.home_region}:{names.management}"
            f":log-group:{names.trail_log_group}"
        )
        resources = [f"{group}:log-stream:{stream}" for stream in streams]
        role = iam.Role(
            self,
            "Role",
            description="CloudTrail writes the organization trail to its log group",
            assumed_by=iam.ServicePrincipal(
                SERVICE, conditions={"StringEquals": {"aws:SourceArn": names.trail_arn}}
            ),
        )
        policy = iam.ManagedPolicy(
            self,
            "Policy",
            description="CloudTrail writes the log streams of the organization trail",
            roles=[role],
            statements=[
                iam.PolicyStatement(
                    sid="WriteTrailStreams",
                    actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                    resources=resources,
                )
            ],
        )
        acknowledge(
            policy,
            {
                f"AwsSolutions-IAM5[Resource::{resource}]": (
                    "CloudTrail completes the stream name itself; group, account and organization "
                    "are fixed"
                )
                for resource in resources
            },
        )
        return role, policy


def _retention(days: int) -> logs.RetentionDays:
    if days not in RETENTION:
        raise BaselineError(
            f"log_group_retention_days must be one of {', '.join(map(str, RETENTION))}, got "
            f"{days}; audit logs are kept for a year at least"
        )
    return RETENTION[days]
