"""Settings and credentials of every account, kept as they should be."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_sns as sns
from constructs import Construct

from baseline.config import Configuration
from baseline.config.names import Names
from baseline.detection.detection_members import DetectionMembers
from baseline.detection.inspector_sbom import SbomExport
from baseline.detection.trusted_advisor import TrustedAdvisor
from baseline.identity.access_keys import AccessKeys
from baseline.organization.root_access import RootCredentials
from baseline.patching.report import PatchReport
from baseline.primitives.secure_key import SecureKey
from baseline.settings.account_settings import AccountSettings
from baseline.settings.sweep_reports import SweepReports


class SettingsStack(cdk.Stack):
    """Settings and credentials of every account, kept as they should be.

    Attributes:
        reports: the :class:`SweepReports` of all its jobs.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        macie_key: SecureKey | None = None,
        env: cdk.Environment,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: account settings and credentials",
            env=env,
        )
        self._configuration, self._names = configuration, names
        self.reports = SweepReports(self, "Reports")
        self._alarm_topic = sns.Topic.from_topic_arn(self, "Critical", names.topic_arn("critical"))
        AccountSettings(self, "Settings", **self._sweep())
        self._keep_credentials()
        self._keep_members(macie_key)
        self._report()

    def _sweep(self) -> dict[str, Any]:
        """Give the arguments of the jobs that go through all accounts."""
        return {
            "configuration": self._configuration,
            "names": self._names,
            "reports": self.reports,
            "alarm_topic": self._alarm_topic,
        }

    def _keep_credentials(self) -> None:
        configuration, names = self._configuration, self._names
        AccessKeys(
            self,
            "AccessKeys",
            names=names,
            settings=configuration.credentials.access_keys,
            break_glass_role=configuration.break_glass.role,
            reports=self.reports,
            alarm_topic=self._alarm_topic,
            message_topic_arn=names.topic_arn("high"),
            break_glass_users=configuration.break_glass.users,
        )
        RootCredentials(
            self,
            "RootCredentials",
            names=names,
            settings=configuration.credentials.root,
            email_domains=configuration.organization.email_domains,
            reports=self.reports,
            topic=self._alarm_topic,
        )

    def _keep_members(self, macie_key: SecureKey | None) -> None:
        """Keep every account a member of what the security account administers."""
        capabilities = self._configuration.capabilities
        administered = (capabilities.detective, capabilities.inspector, capabilities.macie)
        if any(service.enabled for service in administered):
            DetectionMembers(
                self,
                "DetectionMembers",
                macie_key_arn=macie_key.key.key_arn if macie_key else None,
                **self._sweep(),
            )

    def _report(self) -> None:
        configuration, names = self._configuration, self._names
        capabilities = configuration.capabilities
        if capabilities.inspector.exports_sbom():
            SbomExport(
                self,
                "SbomExport",
                names=names,
                export=capabilities.inspector.sbom,
                regions=configuration.regions,
                alarm_topic=self._alarm_topic,
            )
        if configuration.patching.enabled and configuration.patching.report:
            PatchReport(self, "PatchReport", **self._sweep())
        if capabilities.trusted_advisor.enabled:
            TrustedAdvisor(
                self,
                "TrustedAdvisor",
                message_topic_arn=names.topic_arn("high"),
                **self._sweep(),
            )
