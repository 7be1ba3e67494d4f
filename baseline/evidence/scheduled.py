"""ScheduledEvidence: a package of evidence for each period, without anybody asking."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sns as sns
from constructs import Construct

from baseline import __version__
from baseline.config.names import Names
from baseline.controls.registry import implements
from baseline.evidence import permissions
from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.handler_function import HandlerFunction
from baseline.response.evidence import EvidenceStore
from baseline.settings import sweep_findings
from baseline.settings.sweep_definition import REPORTS_PREFIX
from baseline.settings.sweep_permissions import NAMESPACE
from baseline.settings.sweep_reports import SweepReports
from baseline.settings.sweep_triggers import stack_deployed

HANDLER = Path(__file__).parent / "handlers" / "evidence"
PREFIX = "compliance/"
DAILY = "cron(30 4 * * ? *)"
"""After the nightly jobs whose reports are taken along."""
METRIC = "PeriodHasEvidence"
TIMEOUT_SECONDS = 900
MEMORY_MB = 512
SILENT_DAYS = 2
NO_QUEUE = (
    "what the function fails at waits in the function's own dead-letter queue, and the visit of the "
    "next day makes up for it"
)


class ScheduledEvidence(Construct):
    """Collects a package of evidence for each month or week, into a bucket with Object Lock.

    The function is visited once a day, and once after a deployment. It collects where the period
    has no package yet, so a failed run is made up for on the next day. Its role reads results of
    services and adds objects; it can read or change none of the packages. What could not be read is
    told to the topic of high severity. An alarm goes off when two days went by without a package of the period: the
    first deployment may set it off until the first run is through.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        names: names of schedule, role, aggregator and topics.
        store: where packages are kept, below ``compliance/``.
        reports: reports of the jobs of the security account, which are taken along.
        period: ``monthly`` by default, or ``weekly``.
        artifact: ``list`` by default; ``reports`` fetches the reports of AWS Artifact too.
        accept_terms: accept the terms of each of those reports; off by default.
        aggregates: whether AWS Config has an aggregator.
        off: sources that the configuration switches off; they are named in the package.

    Attributes:
        function: the :class:`HandlerFunction`.
        schedule: the ``CfnSchedule``.
        alarm: the ``Alarm`` for a period without a package.

    Source: EventBridge Scheduler User Guide, "Preventing the confused deputy"; AWS Artifact API
    Reference.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        store: EvidenceStore,
        reports: SweepReports,
        period: Literal["monthly", "weekly"] = "monthly",
        artifact: Literal["list", "reports"] = "list",
        accept_terms: bool = False,
        aggregates: bool = True,
        off: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, id)
        self._names = names
        topic = names.topic_arn("high")
        place = {
            "name": "jobs",
            "bucket": reports.bucket.bucket_name,
            "prefix": f"{REPORTS_PREFIX}/",
        }
        self.function = HandlerFunction(
            self,
            "Collector",
            handler=HANDLER,
            description="Collects evidence of compliance",
            timeout_seconds=TIMEOUT_SECONDS,
            memory_mb=MEMORY_MB,
            role_name=names.evidence_role,
            environment={
                "ACCEPT_TERMS": str(accept_terms).lower(),
                "AGGREGATOR": names.aggregator if aggregates else "",
                "ARTIFACT": artifact,
                "BUCKET": store.bucket.bucket_name,
                "NAME": names.evidence,
                "NAMESPACE": NAMESPACE,
                "OFF": ",".join(sorted(off)),
                "PERIOD": period,
                "PREFIX": PREFIX,
                "REPORTS": cdk.Stack.of(self).to_json_string([place]),
                "TOOL": f"aws-security-baseline {__version__}",
                "TOPIC_ARN": topic,
            },
            statements=[
                *permissions.reading_statements(fetches_reports=artifact == "reports"),
                *permissions.package_statements(store, PREFIX),
                *permissions.report_statements(reports),
                *sweep_findings.tell(names, topic),
                sweep_findings.measure(),
            ],
        )
        self.schedule = self._create_schedule()
        self._run_after_deployment()
        self.alarm = self._create_alarm(
            sns.Topic.from_topic_arn(self, "Critical", names.topic_arn("critical"))
        )
        acknowledge(
            self.function,
            permissions.wildcard_reasons(names, fetches_reports=artifact == "reports"),
        )
        implements(self, capability="compliance-evidence", controls=[])

    def _create_schedule(self) -> scheduler.CfnSchedule:
        function, stack = self.function.function, cdk.Stack.of(self)
        schedules = stack.format_arn(
            service="scheduler", resource="schedule-group", resource_name="default"
        )
        role = iam.Role(
            self,
            "ScheduleRole",
            description="The daily visit invokes the collection of evidence",
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": stack.account, "aws:SourceArn": schedules}
                },
            ),
        )
        policy = iam.ManagedPolicy(
            self,
            "SchedulePolicy",
            description="Invoke the collection of evidence",
            statements=[
                iam.PolicyStatement(
                    sid="InvokeCollector",
                    actions=["lambda:InvokeFunction"],
                    resources=[function.function_arn],
                )
            ],
            roles=[role],
        )
        schedule = scheduler.CfnSchedule(
            self,
            "Daily",
            name=self._names.evidence,
            description="A visit a day to the collection of evidence",
            schedule_expression=DAILY,
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            state="ENABLED",
            target=scheduler.CfnSchedule.TargetProperty(
                arn=function.function_arn,
                role_arn=role.role_arn,
                input=json.dumps({"trigger": "schedule"}),
            ),
        )
        schedule.node.add_dependency(policy)
        return schedule

    def _run_after_deployment(self) -> None:
        """Let the first package not wait for the night."""
        function, stack = self.function.function, cdk.Stack.of(self)
        rule = events.CfnRule(
            self,
            "Deployed",
            description="A deployment visits the collection of evidence",
            event_pattern=stack_deployed(stack.stack_id),
            state="ENABLED",
            targets=[
                events.CfnRule.TargetProperty(
                    id="Collector",
                    arn=function.function_arn,
                    input=json.dumps({"trigger": "deployment"}),
                )
            ],
        )
        acknowledge(rule, {"Serverless-EventBusDLQ": NO_QUEUE})
        lambda_.CfnPermission(
            self,
            "Invocation",
            action="lambda:InvokeFunction",
            function_name=function.function_name,
            principal="events.amazonaws.com",
            source_arn=rule.attr_arn,
            source_account=stack.account,
        )

    def _create_alarm(self, topic: sns.ITopic) -> cloudwatch.Alarm:
        alarm = cloudwatch.Alarm(
            self,
            "Missing",
            alarm_name=f"{self._names.evidence}-missing",
            alarm_description="The period has no package of evidence, or nobody looked, for two days",
            metric=cloudwatch.Metric(
                namespace=NAMESPACE,
                metric_name=METRIC,
                dimensions_map={"Schedule": self._names.evidence},
                period=cdk.Duration.days(1),
                statistic="Sum",
            ),
            threshold=1,
            evaluation_periods=SILENT_DAYS,
            comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(topic))
        return alarm
