"""Stacks `siem` and `siem-trail`: findings, activity and the trail on their way to a SIEM."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.audit.siem_alarms import SiemAlarms
from baseline.audit.siem_push import SiemPush
from baseline.audit.siem_trail import SiemTrailSubscription
from baseline.config import Configuration, Names
from baseline.config import siem as settings


class SiemStack(cdk.Stack):
    """The streams to the SIEM, in the security account's home Region."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        push: settings.SiemPush,
        env: cdk.Environment,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: findings and activity to the SIEM",
            env=env,
        )
        self.push = SiemPush(
            self,
            "SiemPush",
            names=names,
            destination=push.destination,
            url=push.url,
            domain=push.domain,
            index=push.index,
            sources=push.sources,
            buffer_seconds=push.buffer_seconds,
            retry_seconds=push.retry_seconds,
            failed_data_days=push.failed_data_days,
            alarms=SiemAlarms(self, "SiemAlarms", addresses=configuration.notifications.high),
        )


class SiemTrailStack(cdk.Stack):
    """The subscription of the trail's log group, in the management account's home Region."""

    def __init__(self, scope: Construct, id: str, *, names: Names, env: cdk.Environment) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: the organization trail to the SIEM",
            env=env,
        )
        SiemTrailSubscription(self, "SiemTrail", names=names)
