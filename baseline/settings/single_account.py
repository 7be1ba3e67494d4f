"""SingleAccountSettings: the settings of one account, kept without an organization to go through."""

from __future__ import annotations

import json

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from constructs import Construct

from baseline.config import Configuration, Names
from baseline.controls.registry import implements
from baseline.detection.event_patterns import Pattern
from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.handler_function import HandlerFunction
from baseline.settings.account_settings import HANDLER, MEMORY_MB
from baseline.settings.account_sweep import DAILY, LAMBDA_SECONDS
from baseline.settings.sweep_permissions import NAMESPACE
from baseline.settings.sweep_triggers import NO_QUEUE, stack_deployed
from baseline.settings.wanted import controls_of, environment_text, wanted_settings

PERIOD_MINUTES = 5
# The handler reports throttling at its last attempt, and no state machine makes another one here:
# the next daily run does.
LAST_ATTEMPT = 5


class SingleAccountSettings(Construct):
    """Keeps the settings of this account that CloudFormation cannot: the handler, on a schedule.

    The same handler, role and settings as :class:`AccountSettings`, without list, Distributed Map
    and report: it runs daily and after each deployment that changed the stack. Every setting is a
    line in the function's log group, which is kept for a year; a setting that failed, and a run that
    did not come to its end, raise an alarm. Deleting the construct, or switching a setting off,
    reverts nothing.

    Args:
        scope: parent construct, in a stack of the account and home Region.
        id: construct ID.
        configuration: settings, contacts and Regions.
        names: physical names of the roles.
        alarm_topic: hears of failures; its policy admits alarms whose names begin with the prefix.

    Attributes:
        function: the :class:`HandlerFunction`.
        alarms: the ``aws_cloudwatch.Alarm``: failed settings, failed runs.

    Raises:
        BaselineError: settings and contacts are longer than a function's environment may be.

    Source: Security Hub Account.1, EC2.2, EC2.7, IAM.7, IAM.10 to IAM.17, S3.1.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        alarm_topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, id)
        wanted = wanted_settings(configuration)
        self.function = self._create_function(configuration, names, environment_text(wanted))
        self._start(
            {"account": {"id": names.management, "name": names.prefix, "management": False}}
        )
        self.alarms = self._watch(names.settings_machine, alarm_topic)
        implements(self, capability="account-settings", controls=controls_of(wanted))

    def _create_function(
        self, configuration: Configuration, names: Names, wanted: str
    ) -> HandlerFunction:
        role = f"arn:{names.partition}:iam::{names.management}:role/{names.settings_role}"
        return HandlerFunction(
            self,
            "Function",
            handler=HANDLER,
            description="Keeps the settings of the account",
            timeout_seconds=LAMBDA_SECONDS,
            memory_mb=MEMORY_MB,
            role_name=names.settings_reconciler_role,
            environment={
                "ROLE": names.settings_role,
                "PARTITION": names.partition,
                "HOME_REGION": names.home_region,
                "REGIONS": ",".join(configuration.regions),
                "WANTED": wanted,
            },
            statements=[
                iam.PolicyStatement(
                    sid="AssumeSettingsRole", actions=["sts:AssumeRole"], resources=[role]
                )
            ],
        )

    def _start(self, asked: dict[str, object]) -> None:
        """Run daily, and after a deployment that changed the stack."""
        text = json.dumps({**asked, "dry_run": False, "attempt": LAST_ATTEMPT})
        self._rule("Schedule", text, schedule=DAILY)
        self._rule("Deployed", text, pattern=stack_deployed(cdk.Stack.of(self).stack_id))

    def _rule(
        self, id: str, text: str, *, schedule: str | None = None, pattern: Pattern | None = None
    ) -> None:
        function = self.function.function
        rule = events.CfnRule(
            self,
            id,
            description=f"{id}: keeps the settings of the account",
            schedule_expression=schedule,
            event_pattern=pattern,
            state="ENABLED",
            targets=[
                events.CfnRule.TargetProperty(id="Settings", arn=function.function_arn, input=text)
            ],
        )
        acknowledge(rule, {"Serverless-EventBusDLQ": NO_QUEUE})
        lambda_.CfnPermission(
            rule,
            "Invocation",
            action="lambda:InvokeFunction",
            function_name=function.function_name,
            principal="events.amazonaws.com",
            source_arn=rule.attr_arn,
            source_account=cdk.Stack.of(self).account,
        )

    def _watch(self, name: str, topic: sns.ITopic) -> list[cloudwatch.Alarm]:
        failed = logs.MetricFilter(
            self,
            "Failed",
            log_group=self.function.log_group,
            filter_name=f"{name}-failed",
            filter_pattern=logs.FilterPattern.all(
                logs.FilterPattern.string_value("$.event", "=", "account"),
                logs.FilterPattern.string_value("$.state", "=", "failed"),
            ),
            metric_namespace=NAMESPACE,
            metric_name=f"{name}-failed",
            metric_value="1",
        )
        period = cdk.Duration.minutes(PERIOD_MINUTES)
        return [
            self._alarm(
                "Settings",
                f"{name}-failed-settings",
                "At least one account setting failed; the log group of the function says which",
                failed.metric(statistic="Sum", period=period),
                topic,
            ),
            self._alarm(
                "Runs",
                f"{name}-failed-runs",
                "The function that keeps the account settings did not come to its end",
                self.function.function.metric_errors(period=period),
                topic,
            ),
        ]

    def _alarm(
        self, id: str, name: str, text: str, metric: cloudwatch.IMetric, topic: sns.ITopic
    ) -> cloudwatch.Alarm:
        alarm = cloudwatch.Alarm(
            self,
            id,
            alarm_name=name,
            alarm_description=text,
            metric=metric,
            threshold=1,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            # Between two runs there is nothing to report.
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(topic))
        return alarm
