"""What every account has for the organization's backups, where there is a backup policy."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.backups.member_backups import MemberBackups
from baseline.config.backups import BackupPolicy
from baseline.config.names import Names
from baseline.detection.event_forwarding import BackupForwarding


class MemberBackupStack(cdk.Stack):
    """Vault and forwarding of failures, in one account and Region.

    The same class is the template of a StackSet and an ordinary stack of the management account.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        settings: BackupPolicy,
        break_glass_role: str,
        env: cdk.Environment | None = None,
        synthesizer: cdk.IStackSynthesizer | None = None,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: backups of an account and Region",
            env=env,
            synthesizer=synthesizer,
        )
        if settings.makes_vaults:
            MemberBackups(
                self, "Backups", names=names, settings=settings, break_glass_role=break_glass_role
            )
        BackupForwarding(
            self,
            "EventForwarding",
            bus_arn=names.event_bus_arn,
            role_name=names.event_forwarding_role,
            rule_name=names.forwarding_rule,
        )
