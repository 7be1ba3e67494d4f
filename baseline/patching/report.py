"""PatchReport: which machines of the organization lack patches, once a day."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import aws_sns as sns
from constructs import Construct

from baseline.config import Configuration, Names
from baseline.controls.registry import implements
from baseline.primitives.assume_role import ONE_NAME_EVERYWHERE, assume_in_organization
from baseline.settings.account_sweep import AccountSweep
from baseline.settings.sweep_reports import SweepReports

HANDLER = Path(__file__).parent / "handlers" / "patch_report"
SCHEDULE = "cron(0 6 * * ? *)"
"""After the nightly windows of most time zones of Europe."""
MEMORY_MB = 512


class PatchReport(Construct):
    """One report a day: machines of every account and Region, and those that need somebody.

    Named are machines that lack approved patches, the worst first, machines that were never
    scanned, and machines whose last scan is older than three days. The function reads with a role
    of each account that lists machines and nothing else. An account that cannot be read raises an
    alarm; machines without patches do not, because Security Hub tells of those.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        configuration: the governed Regions.
        names: names of the sweep, its role and the accounts' role.
        reports: bucket of the reports, shared by all sweeps of a stack.
        alarm_topic: hears of accounts that could not be read.

    Attributes:
        sweep: the :class:`AccountSweep`.

    Source: Systems Manager API Reference, "ListResourceComplianceSummaries"; Security Hub SSM.1,
    SSM.2.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        reports: SweepReports,
        alarm_topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, id)
        role = f"arn:{names.partition}:iam::*:role/{names.patch_report_role}"
        self.sweep = AccountSweep(
            self,
            "Sweep",
            name=names.patch_report_sweep,
            description="Patches of every account",
            handler=HANDLER,
            management_account=names.management,
            reports=reports,
            alarm_topic=alarm_topic,
            role_name=names.patch_reporter_role,
            schedule=SCHEDULE,
            # Nothing that a deployment changes is in the report the same minute.
            on_deployment=False,
            memory_mb=MEMORY_MB,
            environment={
                "HOME_REGION": names.home_region,
                "PARTITION": names.partition,
                "REGIONS": ",".join(configuration.regions),
                "ROLE": names.patch_report_role,
            },
            statements=[
                assume_in_organization(
                    "AssumePatchReportRoles", role_arn=role, organization_id=names.organization_id
                )
            ],
            wildcard_reasons={f"AwsSolutions-IAM5[Resource::{role}]": ONE_NAME_EVERYWHERE},
        )
        implements(self, capability="patch-report", controls=["SSM.1", "SSM.2"])
