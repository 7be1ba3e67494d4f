"""AccessKeys: rotates the access keys of IAM users and ends unused credentials, in every account."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from aws_cdk import aws_sns as sns
from constructs import Construct

from baseline.config.credentials import ROTATION_LIMIT_DAYS, UNUSED_LIMIT_DAYS, AccessKeySettings
from baseline.config.names import Names
from baseline.controls.registry import implements
from baseline.primitives.assume_role import ONE_NAME_EVERYWHERE, assume_in_organization
from baseline.settings import sweep_findings
from baseline.settings.account_sweep import AccountSweep
from baseline.settings.sweep_findings import SweepFindings
from baseline.settings.sweep_permissions import NAMESPACE
from baseline.settings.sweep_reports import SweepReports

HANDLER = Path(__file__).parent / "handlers" / "access_keys"
SCHEDULE = "cron(0 4 * * ? *)"


class AccessKeys(Construct):
    """Visits the IAM users of every account daily; says what it would do until it is told to do it.

    An access key gets a successor ``grace_days`` before its end, stored in Secrets Manager of the
    owner's account where only the owner reads it; at ``rotate_after_days`` the old one is
    deactivated, ``delete_after_days`` later deleted. A key that nobody uses is deactivated without
    a successor. Nothing is rotated where a user has two active access keys: a person decides. What
    changes, and what will, is told to the topic; the report has all of it.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        names: names of the sweep, its role, the members' role and the secrets.
        settings: periods, mode and exemptions.
        break_glass_role: may change the secrets, besides the job.
        reports: bucket of the reports, shared by all sweeps of a stack.
        alarm_topic: hears of findings and failures; its policy admits alarms whose names begin
            with the sweep's.
        message_topic_arn: topic that is told what changed and what will.
        break_glass_users: names of IAM users of the management account that are never touched;
            the same name in another account is somebody else's.

    Attributes:
        sweep: the :class:`AccountSweep`.
        findings: the :class:`SweepFindings`.

    Source: Security Hub IAM.3, IAM.8, IAM.22; CIS AWS Foundations Benchmark 5.0.0 1.11, 1.13.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        settings: AccessKeySettings,
        break_glass_role: str,
        reports: SweepReports,
        alarm_topic: sns.ITopic,
        message_topic_arn: str,
        break_glass_users: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, id)
        role = f"arn:{names.partition}:iam::*:role/{names.credentials_role}"
        self.sweep = AccountSweep(
            self,
            "Sweep",
            name=names.access_key_sweep,
            description="Access keys of IAM users",
            handler=HANDLER,
            management_account=names.management,
            reports=reports,
            alarm_topic=alarm_topic,
            statements=[
                assume_in_organization(
                    "AssumeCredentialsRoles", role_arn=role, organization_id=names.organization_id
                ),
                sweep_findings.measure(),
                *sweep_findings.tell(names, message_topic_arn),
            ],
            wildcard_reasons={
                f"AwsSolutions-IAM5[Resource::{role}]": ONE_NAME_EVERYWHERE,
                f"AwsSolutions-IAM5[Resource::{sweep_findings.keys_of(names)}]": (
                    sweep_findings.KEY_REASON
                ),
            },
            environment={
                "BREAK_GLASS": break_glass_role,
                "MODE": settings.mode,
                "NAMESPACE": NAMESPACE,
                "PARTITION": names.partition,
                "MANAGEMENT_USERS": json.dumps(sorted(break_glass_users)),
                "POLICY": json.dumps(_policy(settings)),
                "ROLE": names.credentials_role,
                "SECRET_PREFIX": names.access_key_secrets,
                "SWEEP": names.access_key_sweep,
                "TOPIC": message_topic_arn,
            },
            role_name=names.credential_rotator_role,
            dry_run=settings.mode == "report",
            schedule=SCHEDULE,
        )
        self.findings = SweepFindings(
            self,
            "Findings",
            name=names.access_key_sweep,
            text=f"{names.access_key_sweep} found access keys or passwords that want a person; "
            "see the report of the run",
            topic=alarm_topic,
        )
        implements(self, capability="access-key-rotation", controls=_controls(settings))


def _policy(settings: AccessKeySettings) -> dict[str, object]:
    return {
        "rotate_after": settings.rotate_after_days,
        "warn": settings.warn_days,
        "grace": settings.grace_days,
        "delete_after": settings.delete_after_days,
        "unused_after": settings.unused_after_days,
        "remove_passwords": settings.unused_passwords == "remove",
        "exempt_key": settings.exempt_tag.key,
        "exempt_value": settings.exempt_tag.value,
        "exempt_users": sorted(settings.exempt_users),
    }


def _controls(settings: AccessKeySettings) -> list[str]:
    """Give the controls that hold: none while the job only reports, and passwords count too."""
    if settings.mode != "apply":
        return []
    controls = ["IAM.3"] if settings.rotate_after_days <= ROTATION_LIMIT_DAYS else []
    if settings.unused_passwords == "remove":
        controls.append("IAM.8")
        if settings.unused_after_days <= UNUSED_LIMIT_DAYS:
            controls.append("IAM.22")
    return controls
