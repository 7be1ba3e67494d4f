"""Cost anomaly detection: monitors and subscriptions are stored; no cost is ever watched."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from baseline.local.backends import state
from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

_MANAGED = "DIMENSIONAL"


def _new(request: ApiRequest, kind: str) -> str:
    return f"arn:aws:ce::{request.account}:{kind}/{uuid.uuid4()}"


def _monitors(request: ApiRequest) -> dict[str, Any]:
    """Give the monitors; Cost Explorer makes the one over AWS services itself."""
    monitors = state.account_wide("anomaly monitors", request.account)
    if not state.account_wide("cost explorer", request.account):
        state.account_wide("cost explorer", request.account)["enabled"] = True
        _keep_monitor(
            request,
            {
                "MonitorName": "Default-Services-Monitor",
                "MonitorType": _MANAGED,
                "MonitorDimension": "SERVICE",
            },
        )
    return monitors


def _keep_monitor(request: ApiRequest, monitor: dict[str, Any]) -> str:
    arn = _new(request, "anomalymonitor")
    created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    monitors = state.account_wide("anomaly monitors", request.account)
    monitors[arn] = {**monitor, "MonitorArn": arn, "CreationDate": created}
    return arn


def _subscriptions(request: ApiRequest) -> dict[str, Any]:
    return state.account_wide("anomaly subscriptions", request.account)


@answers("ce", "CreateAnomalyMonitor")
def create_monitor(request: ApiRequest) -> dict[str, Any]:
    """Create a monitor; an account has room for one of AWS's own for each dimension."""
    monitor = request.parameters["AnomalyMonitor"]
    dimension = monitor.get("MonitorDimension")
    if monitor["MonitorType"] == _MANAGED and any(
        each.get("MonitorDimension") == dimension for each in _monitors(request).values()
    ):
        message = "Limit exceeded on dimensional spend monitor creation"
        raise ServiceError("ValidationException", message)
    return {"MonitorArn": _keep_monitor(request, monitor)}


@answers("ce", "GetAnomalyMonitors")
def get_monitors(request: ApiRequest) -> dict[str, Any]:
    """Give the monitors, all or those that the request names."""
    wanted = request.parameters.get("MonitorArnList") or list(_monitors(request))
    found = [_monitors(request)[arn] for arn in wanted if arn in _monitors(request)]
    if len(found) < len(wanted):
        raise ServiceError("UnknownMonitorException", "a monitor does not exist")
    return {"AnomalyMonitors": found}


@answers("ce", "DeleteAnomalyMonitor")
def delete_monitor(request: ApiRequest) -> dict[str, Any]:
    """Delete a monitor."""
    if _monitors(request).pop(request.parameters["MonitorArn"], None) is None:
        raise ServiceError("UnknownMonitorException", "the monitor does not exist")
    return {}


@answers("ce", "CreateAnomalySubscription")
def create_subscription(request: ApiRequest) -> dict[str, Any]:
    """Create a subscription to monitors that exist."""
    given = request.parameters["AnomalySubscription"]
    _check_monitors(request, given)
    arn = _new(request, "anomalysubscription")
    _subscriptions(request)[arn] = {
        **given,
        "SubscriptionArn": arn,
        "AccountId": request.account,
        "Subscribers": _confirmed(given),
    }
    return {"SubscriptionArn": arn}


@answers("ce", "GetAnomalySubscriptions")
def get_subscriptions(request: ApiRequest) -> dict[str, Any]:
    """Give the subscriptions, all or those that the request names."""
    wanted = request.parameters.get("SubscriptionArnList") or list(_subscriptions(request))
    return {"AnomalySubscriptions": [_subscription(request, arn) for arn in wanted]}


@answers("ce", "UpdateAnomalySubscription")
def update_subscription(request: ApiRequest) -> dict[str, Any]:
    """Change what the request names of a subscription."""
    arn = request.parameters["SubscriptionArn"]
    _check_monitors(request, request.parameters)
    changed = {**_subscription(request, arn), **request.parameters}
    _subscriptions(request)[arn] = {**changed, "Subscribers": _confirmed(changed)}
    return {"SubscriptionArn": arn}


@answers("ce", "DeleteAnomalySubscription")
def delete_subscription(request: ApiRequest) -> dict[str, Any]:
    """Delete a subscription."""
    arn = _subscription(request, request.parameters["SubscriptionArn"])["SubscriptionArn"]
    _subscriptions(request).pop(arn)
    return {}


def _subscription(request: ApiRequest, arn: str) -> dict[str, Any]:
    if arn not in _subscriptions(request):
        raise ServiceError("UnknownSubscriptionException", f"{arn} does not exist")
    return dict(_subscriptions(request)[arn])


def _check_monitors(request: ApiRequest, subscription: Mapping[str, Any]) -> None:
    for arn in subscription.get("MonitorArnList") or ():
        if arn not in _monitors(request):
            raise ServiceError("UnknownMonitorException", f"{arn} does not exist")


def _confirmed(subscription: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"Status": "CONFIRMED", **each} for each in subscription["Subscribers"]]
