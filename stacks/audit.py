"""Stack `audit` (management account): the organization trail and its alarms."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.audit.activity_alarms import ActivityAlarms
from baseline.audit.organization_trail import OrganizationTrail
from baseline.config import Configuration, Names


class AuditStack(cdk.Stack):
    """The organization trail and alarms on it, in the home Region; comes after the log archive."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        env: cdk.Environment,
    ) -> None:
        super().__init__(scope, id, env=env, stack_name=f"{names.prefix}-{id}")
        self.trail = OrganizationTrail(
            self,
            "OrganizationTrail",
            names=names,
            log_group_retention_days=configuration.log_archive.log_group_retention_days,
            settings=configuration.log_archive.trail,
        )
        settings = configuration.capabilities.activity_alarms
        if settings.enabled:
            notifications = configuration.notifications
            ActivityAlarms(
                self,
                "ActivityAlarms",
                log_group=self.trail.log_group,
                addresses=notifications.activity or notifications.high,
                thresholds=settings.thresholds,
            )
