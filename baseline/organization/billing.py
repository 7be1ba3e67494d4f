"""BillingAlerts: one encrypted topic for budgets and cost anomalies of the organization."""

from __future__ import annotations

from constructs import Construct

from baseline.config import Configuration, Names
from baseline.controls.registry import implements
from baseline.edge.cost_alarm import EdgeCost
from baseline.organization.budgets import MonthlyBudget, allow_budgets
from baseline.organization.cost_anomalies import CostAnomalies, allow_anomalies
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic


class BillingAlerts(Construct):
    """Budgets, the cost anomaly subscription and the topic that tells people of both.

    Without an amount in the configuration there is no budget: a guessed one would alarm too often
    or never. Anomalies need no amount and are on. The topic has a key of its own, and only budgets
    and anomaly subscriptions of this account publish to it.

    Args:
        scope: parent construct, in a stack of the management account.
        id: construct ID.
        configuration: amounts, limits and recipients.

    Attributes:
        topic: the :class:`SecureTopic`.
        budgets: the :class:`MonthlyBudget` by account name; the organization's under ``None``.
        edge: the :class:`EdgeCost` of what stands before applications; None without an amount.
        anomalies: the :class:`CostAnomalies`; None when they are off.
    """

    def __init__(self, scope: Construct, id: str, *, configuration: Configuration) -> None:
        super().__init__(scope, id)
        billing = configuration.billing
        key = SecureKey(self, "Key", description="Messages about cost")
        self.topic = SecureTopic(self, "Topic", key=key, display_name="AWS cost")
        self.topic.subscribe_email(billing.recipients or (configuration.contacts.billing.email,))
        self.budgets = self._create_budgets(configuration)
        self.edge = (
            None
            if billing.edge_daily_dollars is None
            else EdgeCost(self, "Edge", daily_dollars=billing.edge_daily_dollars, topic=self.topic)
        )
        self.anomalies: CostAnomalies | None = None
        if billing.anomalies.enabled:
            allow_anomalies(self.topic)
            self.anomalies = CostAnomalies(
                self,
                "Anomalies",
                topic=self.topic,
                minimum_dollars=billing.anomalies.minimum_dollars,
                minimum_percent=billing.anomalies.minimum_percent,
                by_account=not Names.of(configuration).standalone,
            )
        implements(self, capability="billing", controls=["SNS.1"])

    def _create_budgets(self, configuration: Configuration) -> dict[str | None, MonthlyBudget]:
        billing = configuration.billing
        ids = {name: account.id for name, account in configuration.all_accounts()}
        amounts: list[tuple[str | None, int]] = [*billing.account_dollars.items()]
        if billing.monthly_dollars is not None:
            amounts.append((None, billing.monthly_dollars))
        if amounts or billing.edge_daily_dollars is not None:
            allow_budgets(self.topic)
        return {
            name: MonthlyBudget(
                self,
                # No account is called so: a name has no capital letter.
                "Organization" if name is None else f"Account-{name}",
                topic=self.topic,
                dollars=dollars,
                actual_percent=billing.actual_percent,
                forecast_percent=billing.forecast_percent,
                account_id=None if name is None else ids[name],
            )
            for name, dollars in amounts
        }
