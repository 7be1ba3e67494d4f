"""Budgets and cost anomalies."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictInt

from baseline.config.forms import ContactEmail, RegionName
from baseline.config.section import Section

# AWS Budgets and Cost Explorer count in US dollars everywhere in the commercial partition.
Dollars = Annotated[StrictInt, Field(ge=1, le=1_000_000_000)]
Percent = Annotated[StrictInt, Field(ge=1, le=1_000)]


class Anomalies(Section):
    """Which spending that AWS did not expect is told. Both limits have to be reached."""

    enabled: bool = Field(
        default=True,
        strict=True,
        description="Cost anomaly detection by AWS service and by account. true by default.",
    )
    minimum_dollars: Dollars = Field(
        default=100,
        description="Smallest anomaly that is told, in US dollars above the expected cost. 100 by default.",
    )
    minimum_percent: Percent = Field(
        default=40,
        description="Smallest anomaly that is told, in percent of the expected cost. 40 by default.",
    )


class Billing(Section):
    """Budgets and cost anomalies of the whole organization: money is how a stolen key shows."""

    monthly_dollars: Dollars | None = Field(
        default=None,
        description="Monthly budget of the organization in US dollars, before credits and refunds. No budget by default.",
    )
    account_dollars: dict[str, Dollars] = Field(
        default_factory=dict,
        description="Monthly budgets of single accounts in US dollars, by the account's name in `accounts` or `members`. None by default.",
    )
    actual_percent: tuple[Percent, ...] = Field(
        default=(80, 100),
        description="Percent of a budget that are told when they are spent. 80 and 100 by default.",
    )
    forecast_percent: tuple[Percent, ...] = Field(
        default=(100,),
        description="Percent of a budget that are told when AWS forecasts them for the month. 100 by default.",
    )
    edge_daily_dollars: Dollars | None = Field(
        default=None,
        description="Daily budget of what stands before applications (CloudFront, AWS WAF, load balancers, API Gateway, Route 53, Shield) in US dollars, all accounts together: an attack on availability shows as cost. No budget by default.",
    )
    anomalies: Anomalies = Field(
        default_factory=Anomalies, description="Which unexpected spending is told."
    )
    recipients: tuple[ContactEmail, ...] = Field(
        default=(),
        description="Addresses that get the messages. The billing contact by default.",
    )
    region: RegionName | None = Field(
        default=None,
        description="Region of the stack, bootstrapped in the management account. The home Region by default; "
        "another where CloudFormation has no AWS::Budgets::Budget there.",
    )

    def tells_something(self) -> bool:
        """Tell whether there is anything to deploy: a budget, or anomaly detection."""
        return bool(
            self.monthly_dollars is not None
            or self.account_dollars
            or self.edge_daily_dollars is not None
            or self.anomalies.enabled
        )
