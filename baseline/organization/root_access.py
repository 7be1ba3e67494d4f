"""RootCredentials: finds root credentials and wrong root addresses, removes what was approved."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_sns as sns
from constructs import Construct

from baseline.config.credentials import RootCredentialSettings
from baseline.config.names import Names
from baseline.controls.registry import implements
from baseline.organization import root_permissions as permissions
from baseline.organization.root_removal import HANDLER, RootRemoval
from baseline.settings import sweep_findings
from baseline.settings.account_sweep import AccountSweep
from baseline.settings.sweep_findings import SweepFindings
from baseline.settings.sweep_permissions import NAMESPACE
from baseline.settings.sweep_reports import SweepReports

# The look is root use to the CIS alarm, which would ring every day otherwise.
SCHEDULE = "cron(0 5 ? * MON *)"


class RootCredentials(Construct):
    """Looks every week whether a root user has a password, keys, MFA devices or certificates.

    Accounts that join or move are looked into at once.

    A root session of the task ``IAMAuditRootUserCredentials`` looks into each member account; that
    role can do nothing else. The e-mail address of each account is compared with the company's
    domains; a wrong one is an alarm and is never changed. The management account's root user is out
    of reach of any session: the report names its runbook. Removing is :class:`RootRemoval`.

    Args:
        scope: parent construct, in a stack of the security account and home Region. The account
            must be the delegated administrator of ``iam.amazonaws.com``.
        id: construct ID.
        names: names of the sweep and of the removal.
        settings: mode and time for an approval.
        email_domains: mail domains of the company.
        reports: bucket of the reports, shared by all sweeps of a stack.
        topic: hears of findings and failures, and gets the question for an approval; its policy
            admits alarms of these names.

    Attributes:
        sweep: the :class:`AccountSweep`.
        findings: the :class:`SweepFindings`.
        removal: the :class:`RootRemoval`.

    Source: IAM User Guide, "Centrally manage root access for member accounts"; CIS AWS Foundations
    Benchmark 5.0.0 1.3, 7.0.0 2.1.1.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        settings: RootCredentialSettings,
        email_domains: Sequence[str],
        reports: SweepReports,
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, id)
        self.sweep = AccountSweep(
            self,
            "Sweep",
            name=names.root_sweep,
            description="Root credentials",
            handler=HANDLER,
            management_account=names.management,
            reports=reports,
            alarm_topic=topic,
            statements=[
                *permissions.root_statements(names, remove=False),
                sweep_findings.measure(),
            ],
            wildcard_reasons=permissions.root_wildcards(names),
            environment={
                "AWS_STS_REGIONAL_ENDPOINTS": "regional",
                "EMAIL_DOMAINS": ",".join(email_domains),
                "NAMESPACE": NAMESPACE,
                "PARTITION": names.partition,
                "SWEEP": names.root_sweep,
            },
            dry_run=True,
            schedule=SCHEDULE,
            bus=names.event_bus,
        )
        self.findings = SweepFindings(
            self,
            "Findings",
            name=names.root_sweep,
            text=f"{names.root_sweep} found root credentials in member accounts, or root addresses "
            "that are not the company's; see the report of the run",
            topic=topic,
        )
        self.removal = RootRemoval(
            self, "Removal", names=names, settings=settings, reports=reports, topic=topic
        )
        # No control: a person may refuse, and then the credentials stay.
        implements(self, capability="root-credential-removal", controls=[])
