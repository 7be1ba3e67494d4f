"""MonthlyBudget: people hear when more is spent than planned, before the month is over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import aws_cdk as cdk
from aws_cdk import aws_budgets as budgets
from constructs import Construct

from baseline.config.quotas import ALERTS_PER_BUDGET
from baseline.errors import BaselineError
from baseline.primitives.secure_topic import SecureTopic

SERVICE = "budgets.amazonaws.com"

types = budgets.CfnBudget


class MonthlyBudget(Construct):
    """A monthly budget with alerts about what is spent and what AWS forecasts for the month.

    Credits and refunds do not count: they would hide what is being used. In the management account
    the budget covers the whole organization, or one member of it. CloudFormation names the budget,
    because AWS replaces it when an alert changes, and two budgets of one name cannot exist.

    Args:
        scope: parent construct.
        id: construct ID.
        topic: the topic that gets the alerts, in the same account.
        dollars: the monthly amount in US dollars.
        actual_percent: percent of the amount that are told when spent; 80 and 100 by default.
        forecast_percent: percent of the amount that are told when forecast; 100 by default.
        account_id: the only account that counts; all accounts by default.

    Attributes:
        budget: the ``aws_budgets.CfnBudget``.

    Raises:
        BaselineError: there is no alert, or there are more than AWS accepts.

    Source: AWS Cost Management User Guide, "Managing your costs with AWS Budgets" and "Creating an
    Amazon SNS topic for budget notifications".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        topic: SecureTopic,
        dollars: int,
        actual_percent: Sequence[int] = (80, 100),
        forecast_percent: Sequence[int] = (100,),
        account_id: str | None = None,
    ) -> None:
        super().__init__(scope, id)
        _check_alerts(len(actual_percent) + len(forecast_percent))
        self.budget = types(
            self,
            "Budget",
            budget=types.BudgetDataProperty(
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=types.SpendProperty(amount=dollars, unit="USD"),
                cost_filters=None if account_id is None else {"LinkedAccount": [account_id]},
                cost_types=types.CostTypesProperty(include_credit=False, include_refund=False),
            ),
            notifications_with_subscribers=[
                *_alerts("ACTUAL", actual_percent, topic),
                *_alerts("FORECASTED", forecast_percent, topic),
            ],
        )
        # AWS Budgets tries the topic when it gets the budget, so the topic's policy comes first.
        self.budget.node.add_dependency(topic)


def allow_budgets(topic: SecureTopic) -> None:
    """Let the budgets of the topic's account publish to it, and nobody else's.

    Args:
        topic: the topic; its key opens with it.
    """
    stack = cdk.Stack.of(topic)
    source = f"arn:{stack.partition}:budgets::{stack.account}:*"
    topic.allow_service(
        SERVICE,
        sid="PublishBudgets",
        conditions={
            "StringEquals": {"aws:SourceAccount": stack.account},
            "ArnLike": {"aws:SourceArn": source},
        },
        key_conditions={"StringEquals": {"aws:SourceAccount": stack.account}},
    )


def _alerts(
    kind: str, percentages: Sequence[int], topic: SecureTopic
) -> Iterator[budgets.CfnBudget.NotificationWithSubscribersProperty]:
    for percent in percentages:
        yield types.NotificationWithSubscribersProperty(
            notification=types.NotificationProperty(
                notification_type=kind,
                comparison_operator="GREATER_THAN",
                threshold=percent,
                threshold_type="PERCENTAGE",
            ),
            subscribers=[
                types.SubscriberProperty(subscription_type="SNS", address=topic.topic.topic_arn)
            ],
        )


def _check_alerts(number: int) -> None:
    if not 1 <= number <= ALERTS_PER_BUDGET:
        raise BaselineError(
            f"a budget has 1 to {ALERTS_PER_BUDGET} alerts, got {number}; name percentages in "
            "actual_percent and forecast_percent"
        )
