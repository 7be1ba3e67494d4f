"""Budgets: whom they are for, what they tell, and where they can be deployed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from baseline.config.billing import Billing
from baseline.config.finding import Finding, Path
from baseline.config.quotas import ACCOUNT_BUDGETS_PER_CONFIGURATION, ALERTS_PER_BUDGET
from baseline.config.regions import BILLING, table
from baseline.config.text import listed, show, suggestion
from baseline.config.view import View

ALERTS = ("actual_percent", "forecast_percent")
REGION: Path = ("billing", "region")


def tell_something(view: View) -> Iterator[Finding]:
    """A budget has an alert, and no more than AWS accepts."""
    lists = {key: _percentages(view, key) for key in ALERTS}
    if not _monthly(view):
        return
    if not any(lists.values()):
        yield Finding(
            ("billing", ALERTS[0]),
            "is empty, and forecast_percent too: nobody would hear of the budgets; name a percentage",
        )
    elif (number := sum(map(len, lists.values()))) > ALERTS_PER_BUDGET:
        yield Finding(
            ("billing", ALERTS[0]),
            f"{number} alerts with those of forecast_percent; AWS Budgets accepts {ALERTS_PER_BUDGET} for a budget",
        )


def are_for_known_accounts(view: View) -> Iterator[Finding]:
    """An account with a budget of its own exists, and its ID is known."""
    known = {str(name): (section, name) for section, name in view.accounts()}
    names = view.keys("billing", "account_dollars")
    if len(names) > ACCOUNT_BUDGETS_PER_CONFIGURATION:
        yield Finding(
            ("billing", "account_dollars"),
            f"{len(names)} accounts; at most {ACCOUNT_BUDGETS_PER_CONFIGURATION} fit into the stack, "
            "and the anomaly monitor watches every account in any case",
        )
    for name in names:
        place: Path = ("billing", "account_dollars", name)
        if name not in known:
            yield Finding(
                place, f"{show(name)} is not an account; {suggestion(name, sorted(known))}"
            )
        elif view.get((*known[name], "id")) is None:
            yield Finding(
                place,
                f"{show(name)} has no id yet; write its id into {known[name][0]} once it is created, then give it a budget",
            )


def are_deployed_where_they_exist(view: View) -> Iterator[Finding]:
    """CloudFormation has budgets and anomaly subscriptions in the Region of the stack."""
    named = view.text(*REGION)
    if named is not None and named not in table():
        yield Finding(REGION, f"{show(named)} is not a Region; {suggestion(named, table())}")
        return
    wanted = {
        "AWS::Budgets::Budget": _budgets(view),
        "AWS::CE::AnomalySubscription": view.enabled("billing", "anomalies", "enabled"),
    }
    region = table().get(named or view.text("home_region") or "")
    lacking = [
        kind
        for kind in BILLING
        if region is not None and kind in region.missing and wanted.get(kind, True)
    ]
    if region is not None and lacking and any(wanted.values()):
        yield Finding(
            REGION if named else ("home_region",),
            f"CloudFormation has no {listed(lacking)} in {show(region.name)}; "
            "set billing.region to a Region that has it, such as us-east-1",
            rests_on=(REGION,),
        )


def _percentages(view: View, key: str) -> Sequence[object]:
    given = view.get(("billing", key))
    default: tuple[int, ...] = Billing.model_fields[key].default
    return given if isinstance(given, list | tuple) else default


def _monthly(view: View) -> bool:
    organization = view.get(("billing", "monthly_dollars")) is not None
    return organization or bool(view.keys("billing", "account_dollars"))


def _budgets(view: View) -> bool:
    return _monthly(view) or view.get(("billing", "edge_daily_dollars")) is not None
