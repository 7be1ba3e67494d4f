"""Settings and credentials of every account, kept as they should be."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_sns as sns
from constructs import Construct

from baseline.config import Configuration
from baseline.config.names import Names
from baseline.settings.account_settings import AccountSettings
from baseline.settings.sweep_reports import SweepReports


class SettingsStack(cdk.Stack):
    """Settings and credentials of every account, kept as they should be."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        env: cdk.Environment,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: account settings and credentials",
            env=env,
        )
        reports = SweepReports(self, "Reports")
        alarm_topic = sns.Topic.from_topic_arn(self, "Critical", names.topic_arn("critical"))
        AccountSettings(
            self,
            "Settings",
            configuration=configuration,
            names=names,
            reports=reports,
            alarm_topic=alarm_topic,
        )
