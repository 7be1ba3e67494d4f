"""Stack `guardrails` (management account): every organization policy, last of all waves."""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
from constructs import Construct

from baseline.config import Configuration, Names
from baseline.guardrails.policies import OrganizationPolicies


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
    ) -> None:
        super().__init__(scope, id, env=env, stack_name=f"{names.prefix}-{id}")
        self.policies = OrganizationPolicies(
            self, "OrganizationPolicies", configuration=configuration, unit_ids=unit_ids
        )
