"""AWS Budgets: who hears of an alert, which moto keeps and does not tell."""

from typing import Any

from baseline.local.backends import state
from baseline.local.backends.registry import answers, follows
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError


def _alerts(request: ApiRequest) -> dict[str, Any]:
    return state.account_wide("budget alerts", request.parameters["AccountId"])


@follows("budgets", "CreateBudget")
def keep(request: ApiRequest) -> None:
    """Keep the alerts of a budget that moto created."""
    name = request.parameters["Budget"]["BudgetName"]
    _alerts(request)[name] = request.parameters.get("NotificationsWithSubscribers") or []


@answers("budgets", "DescribeSubscribersForNotification")
def subscribers(request: ApiRequest) -> dict[str, Any]:
    """Give who hears of one alert of a budget."""
    wanted = request.parameters["Notification"]
    for alert in _alerts(request).get(request.parameters["BudgetName"], ()):
        if all(alert["Notification"].get(key) == value for key, value in wanted.items()):
            return {"Subscribers": alert["Subscribers"]}
    raise ServiceError("NotFoundException", "the budget has no such notification")
