"""GameDayExperiments: faults that AWS FIS injects, and that an alarm stops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_fis as fis
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.gameday import tags
from baseline.gameday.experiment_role import ExperimentRole
from baseline.network.network_logs import NetworkLogGroup
from baseline.primitives.secure_bucket import Lifecycle, SecureBucket
from baseline.primitives.secure_key import SecureKey

Template = fis.CfnExperimentTemplate
ALLOWED = "allowed"
INSTANCES_BACK_AFTER = "PT5M"
ZONE_BACK_AFTER = "PT10M"
LOG_SCHEMA = 2
REPORT_DAYS = 365
REPORT_PREFIX = "reports/"


class GameDayExperiments(Construct):
    """Two experiments: one machine stops, and the network of an Availability Zone fails.

    Only machines and subnets that bear the tag are targets, by the template and by the role's
    permissions; a target is never named. At least one alarm stops an experiment, each has an end of
    its own, and without a target it fails. What happened is logged, encrypted.

    Args:
        scope: parent construct, in a stack of a workload account.
        id: construct ID.
        tag: tag key of the targets; the value is ``allowed``.
        stop_alarms: ARNs of the CloudWatch alarms of this account and Region that stop an
            experiment.
        report: write a report of each experiment into a bucket; each is billed. False by default.

    Attributes:
        templates: the ``CfnExperimentTemplate`` by name: ``stop-instances``, ``disrupt-zone``.
        role: the :class:`ExperimentRole`.
        reports: the bucket of the reports; None without them.

    Raises:
        BaselineError: without an alarm.

    Source: AWS Fault Injection Service User Guide, "Stop conditions for AWS FIS" and "AWS FIS
    actions reference".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        tag: str,
        stop_alarms: Sequence[str],
        report: bool = False,
    ) -> None:
        super().__init__(scope, id)
        if not stop_alarms:
            raise BaselineError(
                "stop_alarms is empty; name an alarm that says when the application suffers, "
                "because nothing else stops an experiment"
            )
        self._stop_alarms, self._tag = stop_alarms, tag
        self._log = NetworkLogGroup(self, "Log").log_group
        self.reports: s3.Bucket | None = None
        key: SecureKey | None = None
        if report:
            self.reports, key = self._create_reports()
        self.role = ExperimentRole(self, "Experiments", tag=tag, reports=self.reports, key=key)
        self.templates = {
            "stop-instances": self._stop_instances(),
            "disrupt-zone": self._disrupt_zone(),
        }
        implements(self, capability="game-day-experiments", controls=[])

    def _create_reports(self) -> tuple[s3.Bucket, SecureKey]:
        key = SecureKey(self, "ReportKey", description="Reports of experiments")
        lifecycle = Lifecycle(glacier_after_days=None, expire_after_days=REPORT_DAYS)
        logs = SecureBucket(self, "AccessLogs", access_log_target=True, lifecycle=lifecycle)
        bucket = SecureBucket(
            self,
            "Reports",
            key=key.key,
            access_logs=logs.bucket,
            access_log_prefix="reports/",
            lifecycle=lifecycle,
        ).bucket
        return bucket, key

    def _stop_instances(self) -> fis.CfnExperimentTemplate:
        return self._create_template(
            "StopInstances",
            name="stop-instances",
            description="One machine stops and starts again after five minutes",
            action=Template.ExperimentTemplateActionProperty(
                action_id="aws:ec2:stop-instances",
                parameters={"startInstancesAfterDuration": INSTANCES_BACK_AFTER},
                targets={"Instances": "Targets"},
            ),
            target=Template.ExperimentTemplateTargetProperty(
                resource_type="aws:ec2:instance",
                resource_tags={self._tag: ALLOWED},
                selection_mode="COUNT(1)",
            ),
        )

    def _disrupt_zone(self) -> fis.CfnExperimentTemplate:
        zone = cdk.Fn.select(0, cdk.Fn.get_azs())
        return self._create_template(
            "DisruptZone",
            name="disrupt-zone",
            description="Subnets of one Availability Zone lose their network for ten minutes",
            action=Template.ExperimentTemplateActionProperty(
                action_id="aws:network:disrupt-connectivity",
                parameters={"duration": ZONE_BACK_AFTER, "scope": "all"},
                targets={"Subnets": "Targets"},
            ),
            target=Template.ExperimentTemplateTargetProperty(
                resource_type="aws:ec2:subnet",
                resource_tags={self._tag: ALLOWED},
                parameters={"availabilityZoneIdentifier": zone},
                selection_mode="ALL",
            ),
        )

    def _create_template(
        self,
        id: str,
        *,
        name: str,
        description: str,
        action: fis.CfnExperimentTemplate.ExperimentTemplateActionProperty,
        target: fis.CfnExperimentTemplate.ExperimentTemplateTargetProperty,
    ) -> fis.CfnExperimentTemplate:
        template = Template(
            self,
            id,
            description=description,
            role_arn=self.role.role.role_arn,
            actions={"Fault": action},
            targets={"Targets": target},
            stop_conditions=[
                Template.ExperimentTemplateStopConditionProperty(
                    source="aws:cloudwatch:alarm", value=alarm
                )
                for alarm in self._stop_alarms
            ],
            experiment_options=Template.ExperimentTemplateExperimentOptionsProperty(
                account_targeting="single-account", empty_target_resolution_mode="fail"
            ),
            # The struct's one property is Any, so CloudFormation's case is kept.
            log_configuration=Template.ExperimentTemplateLogConfigurationProperty(
                log_schema_version=LOG_SCHEMA,
                cloud_watch_logs_configuration={"LogGroupArn": self._log.log_group_arn},
            ),
            experiment_report_configuration=self._report(),
            tags=self._tags(name),
        )
        template.node.add_dependency(self.role.policy)
        return template

    def _report(
        self,
    ) -> fis.CfnExperimentTemplate.ExperimentTemplateExperimentReportConfigurationProperty | None:
        if self.reports is None:
            return None
        place = Template.ExperimentReportS3ConfigurationProperty(
            bucket_name=self.reports.bucket_name, prefix=REPORT_PREFIX
        )
        return Template.ExperimentTemplateExperimentReportConfigurationProperty(
            outputs=Template.OutputsProperty(experiment_report_s3_configuration=place)
        )

    def _tags(self, name: str) -> Mapping[str, str]:
        return {tags.TEMPLATE: name}
