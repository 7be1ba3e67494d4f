"""TrustedAdvisor: the security checks of every account, read on a schedule."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from baseline.config import Configuration, Names
from baseline.controls.registry import implements
from baseline.primitives.assume_role import ONE_NAME_EVERYWHERE, assume_in_organization
from baseline.settings import sweep_findings
from baseline.settings.account_sweep import AccountSweep
from baseline.settings.sweep_permissions import use_key
from baseline.settings.sweep_reports import SweepReports

HANDLER = Path(__file__).parent / "handlers" / "trusted_advisor"
MARKER = "trusted-advisor/told-of-support-plan.json"
MEMORY_MB = 512


class TrustedAdvisor(Construct):
    """Reads Trusted Advisor's security checks in every account, and asks for them to be refreshed.

    Each check that flags something is one finding of Security Hub, in the account that it is about,
    and ends when the check passes; a finding that says the same as yesterday is not imported
    again, so nobody hears of it twice. Where an account's support plan does not allow it, nothing
    fails: the report names the account, and people hear of the first one once.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        configuration: schedule, excluded accounts, and whether Security Hub is on.
        names: names of the sweep, its role and the members' role.
        reports: bucket of the reports, shared by all sweeps of a stack.
        alarm_topic: hears of accounts that failed.
        message_topic_arn: topic that is told, once, that a support plan does not allow it.

    Attributes:
        sweep: the :class:`AccountSweep`.

    Source: AWS Support User Guide, "AWS Trusted Advisor"; AWS Support API Reference,
    "RefreshTrustedAdvisorCheck".
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
        message_topic_arn: str,
    ) -> None:
        super().__init__(scope, id)
        settings = configuration.capabilities.trusted_advisor
        role = f"arn:{names.partition}:iam::*:role/{names.trusted_advisor_role}"
        self.sweep = AccountSweep(
            self,
            "Sweep",
            name=names.trusted_advisor_sweep,
            description="Security checks of Trusted Advisor",
            handler=HANDLER,
            management_account=names.management,
            reports=reports,
            alarm_topic=alarm_topic,
            role_name=names.trusted_advisor_reader_role,
            excluded_accounts=settings.excluded_accounts,
            schedule=settings.schedule,
            memory_mb=MEMORY_MB,
            environment={
                "BUCKET": reports.bucket.bucket_name,
                "HOME_REGION": names.home_region,
                "MARKER": MARKER,
                "PARTITION": names.partition,
                "ROLE": names.trusted_advisor_role,
                "SECURITY_HUB": str(configuration.capabilities.security_hub.enabled).lower(),
                "TOPIC": message_topic_arn,
            },
            statements=[
                assume_in_organization(
                    "AssumeTrustedAdvisorRoles",
                    role_arn=role,
                    organization_id=names.organization_id,
                ),
                iam.PolicyStatement(
                    sid="RememberMessage",
                    actions=["s3:GetObject", "s3:PutObject"],
                    resources=[reports.bucket.arn_for_objects(MARKER)],
                ),
                use_key(reports),
                *sweep_findings.tell(names, message_topic_arn),
            ],
            wildcard_reasons={
                f"AwsSolutions-IAM5[Resource::{role}]": ONE_NAME_EVERYWHERE,
                f"AwsSolutions-IAM5[Resource::{sweep_findings.keys_of(names)}]": (
                    sweep_findings.KEY_REASON
                ),
            },
        )
        implements(self, capability="trusted-advisor", controls=[])
