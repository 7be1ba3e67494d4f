"""Stack `central-backups` (log archive account by default): copies of all accounts' backups."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.backups.central_vault import CentralVault
from baseline.config import Names
from baseline.config.backups import CentralCopies


class CentralBackupStack(cdk.Stack):
    """The vault of a Region, without assets and so without a bootstrap there."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        settings: CentralCopies,
        break_glass_role: str,
        env: cdk.Environment,
        synthesizer: cdk.IStackSynthesizer | None = None,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: copies of the backups of every account",
            env=env,
            synthesizer=synthesizer,
        )
        self.vault = CentralVault(
            self, "Vault", names=names, settings=settings, break_glass_role=break_glass_role
        )
