"""Stacks `forensics` (forensic account): a key in each governed Region, and the role that copies."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.config.forensics import forensic_account
from baseline.config.names import Names
from baseline.response.forensics import ForensicCopies, ForensicKey
from stacks.wiring import Wiring


class ForensicsStack(cdk.Stack):
    """The forensic account's part of a Region, without assets and so without a bootstrap there."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        copies: bool,
        env: cdk.Environment,
        synthesizer: cdk.IStackSynthesizer | None = None,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: copies of disks under investigation",
            env=env,
            synthesizer=synthesizer,
        )
        self.key = ForensicKey(self, "Forensics", names=names)
        if copies:
            ForensicCopies(self, "Copies", names=names)


def forensics(wiring: Wiring) -> list[cdk.Stack]:
    """Create what the forensic account needs, where there is one."""
    configuration, names = wiring.configuration, wiring.names
    account = forensic_account(configuration)
    if account is None:
        return []
    return [
        ForensicsStack(
            wiring.app,
            "forensics" if region == configuration.home_region else f"forensics-{region}",
            names=names,
            copies=region == configuration.home_region,
            env=wiring.env(account, region),
            synthesizer=None
            if region == configuration.home_region
            else wiring.through_home(account),
        )
        for region in configuration.regions
    ]
