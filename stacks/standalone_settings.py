"""Settings of a standalone account that CloudFormation cannot keep."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_sns as sns
from constructs import Construct

from baseline.config import Configuration, Names
from baseline.settings.single_account import SingleAccountSettings


class StandaloneSettingsStack(cdk.Stack):
    """The function that keeps the account's settings, in the home Region."""

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
            description="Security baseline: settings of the account",
            env=env,
        )
        SingleAccountSettings(
            self,
            "Settings",
            configuration=configuration,
            names=names,
            alarm_topic=sns.Topic.from_topic_arn(self, "Critical", names.topic_arn("critical")),
        )
