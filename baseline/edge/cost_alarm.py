"""EdgeCost: an attack that everything absorbed still shows, as cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import aws_cdk as cdk
from aws_cdk import aws_budgets as budgets
from constructs import Construct

from baseline.config.regions import table
from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.primitives.secure_topic import SecureTopic

SERVICES = (
    "AWS Shield",
    "AWS WAF",
    "Amazon API Gateway",
    "Amazon CloudFront",
    "Amazon Elastic Load Balancing",
    "Amazon Route 53",
)
"""What is paid by request or by gigabyte before a request reaches an application, as the bill calls it."""

PERCENT = (80, 100)
MOST_ADDRESSES = 10
"""Source: AWS Budgets API Reference, "NotificationWithSubscribers"."""

KIND = "AWS::Budgets::Budget"
types = budgets.CfnBudget


class EdgeCost(Construct):
    """A daily budget of what stands before applications, told at 80 and at 100 percent.

    Floods that are blocked, cached or scaled away leave every other alarm quiet and cost all the
    same. A day is compared with the amount, so the first bad one is told, hours after the use:
    AWS has no faster figure. Credits do not count, because they would hide it.

    Args:
        scope: parent construct, in a Region where CloudFormation has budgets, such as us-east-1.
        id: construct ID.
        daily_dollars: the amount in US dollars; somewhat more than a busy day costs.
        addresses: who hears by e-mail, at most 10; or ``topic``.
        topic: told instead, which ``baseline.organization.budgets.allow_budgets`` opened; or
            ``addresses``.
        services: names of AWS services on the bill; those before applications by default.

    Attributes:
        budget: the ``aws_budgets.CfnBudget``.

    Raises:
        BaselineError: the amount is below 1, nobody or too many hear, or the Region has no
            budgets.

    Source: AWS Cost Management User Guide, "Managing your costs with AWS Budgets"; AWS Best
    Practices for DDoS Resiliency, "Metrics and alarms".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        daily_dollars: int,
        addresses: Sequence[str] = (),
        topic: SecureTopic | None = None,
        services: Sequence[str] = SERVICES,
    ) -> None:
        super().__init__(scope, id)
        _check(daily_dollars, addresses, topic, services)
        _check_region(cdk.Stack.of(self).region)
        self.budget = types(
            self,
            "Budget",
            budget=types.BudgetDataProperty(
                budget_type="COST",
                time_unit="DAILY",
                budget_limit=types.SpendProperty(amount=daily_dollars, unit="USD"),
                cost_filters={"Service": list(services)},
                cost_types=types.CostTypesProperty(include_credit=False, include_refund=False),
            ),
            notifications_with_subscribers=list(_alerts(addresses, topic)),
        )
        if topic is not None:
            # AWS Budgets tries the topic when it gets the budget, so its policy comes first.
            self.budget.node.add_dependency(topic)
        implements(self, capability="edge-cost", controls=[])


def _alerts(
    addresses: Sequence[str], topic: SecureTopic | None
) -> Iterator[budgets.CfnBudget.NotificationWithSubscribersProperty]:
    hearers = (
        [types.SubscriberProperty(subscription_type="SNS", address=topic.topic.topic_arn)]
        if topic is not None
        else [
            types.SubscriberProperty(subscription_type="EMAIL", address=address)
            for address in dict.fromkeys(addresses)
        ]
    )
    for percent in PERCENT:
        yield types.NotificationWithSubscribersProperty(
            notification=types.NotificationProperty(
                # AWS forecasts no daily budget.
                notification_type="ACTUAL",
                comparison_operator="GREATER_THAN",
                threshold=percent,
                threshold_type="PERCENTAGE",
            ),
            subscribers=hearers,
        )


def _check(
    dollars: int, addresses: Sequence[str], topic: SecureTopic | None, services: Sequence[str]
) -> None:
    if dollars < 1:
        raise BaselineError(f"daily_dollars must be at least 1, got {dollars}")
    if bool(addresses) == (topic is not None):
        raise BaselineError(
            "give addresses or topic, one of them: otherwise nobody hears, or twice"
        )
    if len(addresses) > MOST_ADDRESSES:
        raise BaselineError(
            f"addresses holds {len(addresses)}, AWS Budgets takes {MOST_ADDRESSES}; name a list of "
            "a team"
        )
    if not services:
        raise BaselineError("services is empty; every cost would count, name some")


def _check_region(region: str) -> None:
    known = None if cdk.Token.is_unresolved(region) else table().get(region)
    if known is not None and KIND in known.missing:
        raise BaselineError(
            f"CloudFormation has no {KIND} in {region!r}; put it into a stack of 'us-east-1'"
        )
