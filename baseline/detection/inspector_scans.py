"""Scans that Inspector makes on a schedule: operating systems, and repositories of code."""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_inspectorv2 as inspector
from constructs import Construct

from baseline.config.inspector import CisScan, CodeScan
from baseline.controls.registry import implements
from baseline.errors import BaselineError

EVERY_ACCOUNT = "ALL_ACCOUNTS"
TIME_ZONE = "UTC"

Cis = inspector.CfnCisScanConfiguration
Code = inspector.CfnCodeSecurityScanConfiguration


class CisScans(Construct):
    """Scans of instances against the CIS benchmarks, in every account or in named ones.

    Inspector asks the Systems Manager agent of the instances that bear one of the tags; it knows no
    scan without tags. Results stay in Inspector, which tells nobody of them.

    Args:
        scope: parent construct, in a stack of the delegated administrator; once per Region.
        id: construct ID.
        prefix: start of the names of the scans.
        scans: the scans by name; at least one.

    Attributes:
        configurations: the ``CfnCisScanConfiguration`` by name.

    Raises:
        BaselineError: there is no scan.

    Source: Amazon Inspector User Guide, "Center for Internet Security (CIS) scans for Amazon EC2
    instance operating systems"; Amazon Inspector API Reference, "CreateCisTargets".
    """

    def __init__(
        self, scope: Construct, id: str, *, prefix: str, scans: Mapping[str, CisScan]
    ) -> None:
        super().__init__(scope, id)
        if not scans:
            raise BaselineError("scans is empty; name at least one, or leave the construct out")
        self.configurations = {
            name: Cis(
                self,
                name.title().replace("-", ""),
                scan_name=f"{prefix}-{name}",
                security_level=scan.level,
                schedule=_schedule(scan),
                targets=Cis.CisTargetsProperty(
                    account_ids=sorted(scan.accounts) or [EVERY_ACCOUNT],
                    # A JSON property: the keys are the tags' own.
                    target_resource_tags={
                        key: list(values) for key, values in sorted(scan.tags.items())
                    },
                ),
            )
            for name, scan in sorted(scans.items())
        }
        implements(self, capability="inspector-cis-scans", controls=[])


class CodeScans(Construct):
    """What is looked for in every connected repository of the organization, and when.

    It is the default of all repositories, present and future, in all accounts. A connection to
    GitHub is created without rights; it scans once somebody has opened the address of the output
    and installed the application.

    Args:
        scope: parent construct, in a stack of the delegated administrator and home Region.
        id: construct ID.
        prefix: start of the names.
        settings: rule sets, events, schedule and connections.

    Attributes:
        configuration: the ``CfnCodeSecurityScanConfiguration``.
        connections: the ``CfnCodeSecurityIntegration`` by name.

    Source: Amazon Inspector User Guide, "Amazon Inspector Code Security".
    """

    def __init__(self, scope: Construct, id: str, *, prefix: str, settings: CodeScan) -> None:
        super().__init__(scope, id)
        self.configuration = Code(
            self,
            "Configuration",
            name=f"{prefix}-code",
            level="ORGANIZATION",
            configuration=_code_configuration(settings),
            scope_settings=Code.ScopeSettingsProperty(project_selection_scope="ALL"),
        )
        self.connections = {name: self._connect(name, prefix) for name in sorted(settings.github)}
        implements(self, capability="inspector-code-scans", controls=[])

    def _connect(self, name: str, prefix: str) -> inspector.CfnCodeSecurityIntegration:
        words = name.title().replace("-", "")
        connection = inspector.CfnCodeSecurityIntegration(
            self, f"GitHub{words}", name=f"{prefix}-{name}", type="GITHUB"
        )
        # The authorization belongs to the connection: a new one would have to be authorized again.
        connection.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        cdk.CfnOutput(
            self,
            f"Authorize{words}",
            value=connection.attr_authorization_url,
            description=f"Open once, signed in to GitHub, to connect {name}",
        )
        return connection


def _schedule(scan: CisScan) -> inspector.CfnCisScanConfiguration.ScheduleProperty:
    start = Cis.TimeProperty(time_of_day=scan.time, time_zone=TIME_ZONE)
    if scan.every == "day":
        return Cis.ScheduleProperty(daily=Cis.DailyScheduleProperty(start_time=start))
    if scan.every == "week":
        weekly = Cis.WeeklyScheduleProperty(days=[scan.day], start_time=start)
        return Cis.ScheduleProperty(weekly=weekly)
    monthly = Cis.MonthlyScheduleProperty(day=scan.day, start_time=start)
    return Cis.ScheduleProperty(monthly=monthly)


def _code_configuration(
    settings: CodeScan,
) -> inspector.CfnCodeSecurityScanConfiguration.CodeSecurityScanConfigurationProperty:
    events = None
    if settings.events:
        events = Code.ContinuousIntegrationScanConfigurationProperty(
            supported_events=sorted(settings.events)
        )
    return Code.CodeSecurityScanConfigurationProperty(
        rule_set_categories=sorted(settings.rule_sets),
        periodic_scan_configuration=Code.PeriodicScanConfigurationProperty(
            frequency=settings.every
        ),
        continuous_integration_scan_configuration=events,
    )
