"""SweepAlarms: someone hears of an account that a sweep could not finish, and of a broken sweep."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from baseline.primitives.state_machine import ended_badly
from baseline.settings.sweep_permissions import NAMESPACE

PERIOD_MINUTES = 5


class SweepAlarms(Construct):
    """Two alarms: accounts failed in a run, and the run itself failed, timed out or was stopped.

    Args:
        scope: parent construct.
        id: construct ID.
        name: name of the state machine; the alarms' names begin with it.
        state_machine: the sweep.
        topic: topic that hears of it; its policy admits alarms of such names.

    Attributes:
        accounts: alarm on failed accounts.
        runs: alarm on runs that did not come to their end.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        state_machine: sfn.CfnStateMachine,
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, id)
        period = cdk.Duration.minutes(PERIOD_MINUTES)
        failed = cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name="FailedAccounts",
            dimensions_map={"Sweep": name},
            period=period,
            statistic="Maximum",
        )
        self.accounts = self._alarm(
            "Accounts",
            f"{name}-failed-accounts",
            f"{name} failed in at least one account; the report of the run names it",
            failed,
            topic,
        )
        self.runs = self._alarm(
            "Runs",
            f"{name}-failed-runs",
            f"{name} did not come to its end; see its last execution",
            ended_badly(state_machine, minutes=PERIOD_MINUTES),
            topic,
        )

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
