"""Pairs: budgets that AWS takes pass; one that nobody hears of, or AWS refuses, is one line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from baseline.config.billing import Billing
from baseline.config.quotas import ACCOUNT_BUDGETS_PER_CONFIGURATION, ALERTS_PER_BUDGET

Found = Callable[[dict[str, object]], list[str]]

STOCKHOLM = {"home_region": "eu-north-1", "regions": ["eu-north-1"]}
MANY = {f"team-{number}": 100 for number in range(ACCOUNT_BUDGETS_PER_CONFIGURATION + 1)}


def test_without_a_section_anomalies_are_told_and_no_amount_is_guessed() -> None:
    billing = Billing()
    assert billing.anomalies.enabled
    assert (billing.monthly_dollars, billing.account_dollars) == (None, {})
    assert (billing.actual_percent, billing.forecast_percent) == ((80, 100), (100,))


@pytest.mark.parametrize(
    "changes",
    [
        {"billing": {}},
        {"billing": {"monthly_dollars": 20_000}},
        {"billing": {"monthly_dollars": 1, "actual_percent": []}},
        {"billing": {"account_dollars": {"payments-test": 500, "shared_services": 900}}},
        # Messages may go to a provider, as findings may.
        {"billing": {"recipients": ["finops@provider.example"]}},
        # No amount, no budget: nothing that Stockholm lacks.
        {**STOCKHOLM, "billing": {"actual_percent": [80]}},
        {**STOCKHOLM, "billing": {"monthly_dollars": 5, "region": "us-east-1"}},
    ],
)
def test_it_is_accepted(found: Found, changes: dict[str, object]) -> None:
    assert found(changes) == []


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        (
            {"billing.monthly_dollars": 0},
            "billing.monthly_dollars: 0 is too small: at least 1",
        ),
        (
            {"billing.monthly_dollars": "20000 EUR"},
            "billing.monthly_dollars: '20000 EUR' is not a whole number; write digits without quotes",
        ),
        (
            {"billing.currency": "EUR"},
            "billing.currency: unknown key; ",
        ),
        (
            {"billing": {"monthly_dollars": 9, "actual_percent": [80, 80]}},
            "billing.actual_percent[1]: 80 stands in the list already; remove it",
        ),
        (
            {"billing": {"monthly_dollars": 9, "actual_percent": [], "forecast_percent": []}},
            "billing.actual_percent: is empty, and forecast_percent too: nobody would hear of the budgets",
        ),
        (
            {"billing": {"monthly_dollars": 9, "actual_percent": list(range(10, 110, 10))}},
            f"billing.actual_percent: 11 alerts with those of forecast_percent; AWS Budgets accepts {ALERTS_PER_BUDGET}",
        ),
        (
            {"billing.account_dollars": {"payments-tset": 9}},
            "billing.account_dollars.payments-tset: 'payments-tset' is not an account; did you mean 'payments-test'?",
        ),
        (
            {"billing.account_dollars": {"sandbox-platform": 9}},
            "billing.account_dollars.sandbox-platform: 'sandbox-platform' has no id yet; write its id into members",
        ),
        (
            {"billing.recipients": ["someone@gmail.com"]},
            "billing.recipients[0]: 'someone@gmail.com' is not in email_domains",
        ),
        (
            {"billing.region": "eu-nort-1"},
            "billing.region: 'eu-nort-1' is not a Region; did you mean 'eu-north-1'?",
        ),
        (
            {**STOCKHOLM, "billing": {"monthly_dollars": 5}},
            "home_region: CloudFormation has no AWS::Budgets::Budget in 'eu-north-1'; set billing.region",
        ),
        (
            {**STOCKHOLM, "billing": {"monthly_dollars": 5, "region": ["us-east-1"]}},
            "billing.region: a list stands where text is expected",
        ),
        (
            {"billing": {"account_dollars": {"network": 5}, "region": "af-south-1"}},
            "billing.region: CloudFormation has no AWS::Budgets::Budget in 'af-south-1'",
        ),
        (
            {"billing.anomalies": {"minimum_percent": 0}},
            "billing.anomalies.minimum_percent: 0 is too small: at least 1",
        ),
    ],
)
def test_it_is_refused_in_one_line(found: Found, changes: dict[str, object], finding: str) -> None:
    (line,) = found(changes)
    assert line.startswith(finding)


def test_budgets_of_accounts_fit_into_one_stack(found: Found) -> None:
    members = {
        name: {
            "id": str(700_000_000_000 + number),
            "email": f"aws-{name}@example.com",
            "ou": "Sandbox",
        }
        for number, name in enumerate(MANY)
    }
    few = dict(list(MANY.items())[1:])
    assert found({"members": members, "billing": {"account_dollars": few}}) == []
    (line,) = found({"members": members, "billing": {"account_dollars": MANY}})
    assert line.startswith("billing.account_dollars: 201 accounts; at most 200 fit")
