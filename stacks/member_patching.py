"""Patches of an account's machines in one governed Region."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.config.names import Names
from baseline.config.patching import Patching
from baseline.patching.baselines import PatchBaselines
from baseline.patching.failures import PatchFailureForwarding
from baseline.patching.installation import create_installation
from baseline.patching.scan import PatchScan


class MemberPatchingStack(cdk.Stack):
    """Patch baselines, daily scan and weekly installation of one account and Region.

    The same class is the template of a StackSet and an ordinary stack of the management account.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        settings: Patching,
        env: cdk.Environment | None = None,
        synthesizer: cdk.IStackSynthesizer | None = None,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: patches of an account's machines",
            env=env,
            synthesizer=synthesizer,
        )
        PatchBaselines(self, "Baselines", names=names, settings=settings)
        PatchScan(self, "Scan", names=names, settings=settings)
        if settings.installs:
            create_installation(self, names=names, settings=settings)
            PatchFailureForwarding(self, "Failures", names=names, settings=settings)
