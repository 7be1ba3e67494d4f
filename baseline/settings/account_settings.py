"""AccountSettings: what no policy and no CloudFormation type covers, kept in every account."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import aws_sns as sns
from constructs import Construct

from baseline.config import Configuration, Names
from baseline.controls.registry import implements
from baseline.primitives.assume_role import ONE_NAME_EVERYWHERE, assume_in_organization
from baseline.settings.account_sweep import AccountSweep
from baseline.settings.sweep_reports import SweepReports
from baseline.settings.wanted import controls_of, environment_text, wanted_settings

HANDLER = Path(__file__).parent / "handlers" / "account_settings"
MEMORY_MB = 512
"""boto3 reads the descriptions of seven services; the CPU comes with the memory."""


class AccountSettings(Construct):
    """Keeps password policy, contacts, EBS encryption, default networks, sessions and Regions.

    In every account of the organization, the management account included, and in every governed
    Region: the IAM password policy, alternate contacts, opt-in Regions (governed ones on, all
    others off), EBS encryption by default, default VPCs removed where nobody uses them, default
    security groups without rules, Session Manager preferences, and S3's block of public access
    where the organization policy is off. Runs daily, after a change of the configuration and for
    each account that joins, and repairs what drifted.

    The function can do nothing but assume the narrow settings role of each account. Deleting the
    construct, or switching a setting off, reverts nothing.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        configuration: settings, contacts and Regions.
        names: physical names of roles, state machine and bus.
        reports: where reports go.
        alarm_topic: hears of accounts that failed.

    Attributes:
        sweep: the :class:`AccountSweep`.

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
        reports: SweepReports,
        alarm_topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, id)
        wanted = wanted_settings(configuration)
        role = f"arn:{names.partition}:iam::*:role/{names.settings_role}"
        self.sweep = AccountSweep(
            self,
            "Sweep",
            name=names.settings_machine,
            description="Keeps the settings of every account",
            handler=HANDLER,
            management_account=names.management,
            reports=reports,
            alarm_topic=alarm_topic,
            role_name=names.settings_reconciler_role,
            bus=names.event_bus,
            max_concurrency=configuration.account_settings.accounts_at_once,
            memory_mb=MEMORY_MB,
            environment={
                "ROLE": names.settings_role,
                "PARTITION": names.partition,
                "HOME_REGION": names.home_region,
                "REGIONS": ",".join(configuration.regions),
                "WANTED": environment_text(wanted),
            },
            statements=[
                assume_in_organization(
                    "AssumeSettingsRoles", role_arn=role, organization_id=names.organization_id
                )
            ],
            wildcard_reasons={f"AwsSolutions-IAM5[Resource::{role}]": ONE_NAME_EVERYWHERE},
        )
        implements(self, capability="account-settings", controls=controls_of(wanted))
