"""Stack `guardrails` (management account): every organization policy, last of all waves."""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
from constructs import Construct

from baseline.config import Configuration, Names
from baseline.guardrails.policies import OrganizationPolicies
from baseline.organization.control_tower_drift import DriftForwarding


class GuardrailsStack(cdk.Stack):
    """The organization policies; comes last, because they can stop everything before them."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        env: cdk.Environment,
        unit_ids: Mapping[str, str],
        account_ids: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, id, env=env, stack_name=f"{names.prefix}-{id}")
        self.policies = OrganizationPolicies(
            self,
            "OrganizationPolicies",
            configuration=configuration,
            unit_ids=unit_ids,
            account_ids=account_ids or known_ids(configuration),
        )
        if configuration.control_tower != "none":
            DriftForwarding(self, "ControlTowerDrift", names=names)


def known_ids(configuration: Configuration) -> dict[str, str]:
    """Give the IDs of the accounts that exist already, by name."""
    return {name: account.id for name, account in configuration.all_accounts() if account.id}
