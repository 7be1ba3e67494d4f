"""Budgets and cost anomalies of the organization."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.config import Configuration
from baseline.config.names import Names
from baseline.organization.billing import BillingAlerts


class BillingStack(cdk.Stack):
    """Budgets, cost anomaly subscription and their topic, in the management account.

    A stack of its own: what fails here must not roll organizational units back, and not every
    Region has budgets.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        env: cdk.Environment,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: budgets and cost anomalies",
            env=env,
        )
        BillingAlerts(self, "Billing", configuration=configuration)
